/// What may change in a campaign whose folder is there already: it can grow, and what is there stays.
#pragma once

#include <optional>
#include <string>

#include "core/campaign.hpp"
#include "core/split.hpp"

namespace glassforge::app {

/// What a folder has already.
struct Existing {
  Campaign campaign;
  std::optional<Split> split;
  bool labelled = false;  ///< replicas have run
  double tau_alpha = 0;   ///< as measured; 0 where it has not been
};

/// InputError that names `root` and what to change back where `now` is another campaign, or a smaller one, or lays its
/// files out otherwise.
void requireGrowth(const Existing& there, const Campaign& now, const std::string& root);

}  // namespace glassforge::app
