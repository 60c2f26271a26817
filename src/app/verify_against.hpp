/// Why the numbers of a campaign and those of published files differ.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/campaign_folder.hpp"
#include "app/compare.hpp"

namespace glassforge::app {

/// One difference, or that there is none: in words and in numbers.
struct Explanation {
  std::string topic;  ///< "structures", "species", "coordinates", "rounding", "potential", "labels"
  std::string text;
  nlohmann::json numbers;
};

/// Holds a campaign against published npz files (files, folders, globs) of the same structures. InputError where they
/// have no structure in common.
std::vector<Explanation> explainDifferences(const OpenedCampaign& opened, const std::vector<std::string>& files,
                                            const LabelHints& hints);

}  // namespace glassforge::app
