/// A campaign in the forms other programs read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "par/stop_guard.hpp"

namespace glassforge::app {

struct ExportOptions {
  std::string campaign;  ///< folder or campaign.toml
  std::string format;    ///< one of exportFormats()
  std::string out;
  std::string coordinates;  ///< "wrapped", "unwrapped"; empty: as the published set of this temperature
  std::string licence = "CC-BY-4.0";
  bool predictions = false;  ///< add the displacements that models predicted for test structures
};

/// Names of the forms.
std::vector<std::string> exportFormats();

/// Writes every structure of the campaign into the new folder options.out, whole or not at all, with DATACARD.md and
/// SHA256SUMS where the form makes a dataset; returns how many files hold structures. FileError where the campaign
/// lacks what the form holds.
std::int64_t exportCampaign(const ExportOptions& options, const par::StopGuard& guard);

}  // namespace glassforge::app
