/// What [train] says about how models learn, beside which they are.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace glassforge {

struct LearningSettings {
  std::uint64_t seed = 0;                                 ///< of the campaign
  std::int64_t networks = 4;                              ///< glassmlp: networks that differ in their seed, averaged
  std::array<std::int64_t, 4> epochs{300, 100, 50, 100};  ///< glassmlp: of the two parts of its two stages
  double softness_share = 0.1;       ///< softness: share of particles that is called soft, and hard
  std::vector<std::string> species;  ///< whose particles models learn; empty: all

  bool learns(const std::string& name) const {
    return species.empty() || std::find(species.begin(), species.end(), name) != species.end();
  }

  bool operator==(const LearningSettings&) const = default;
};

}  // namespace glassforge
