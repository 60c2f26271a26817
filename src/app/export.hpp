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
};

/// Names of the forms.
std::vector<std::string> exportFormats();

/// Writes every structure of the campaign into the new folder options.out, whole or not at all; returns how many files.
/// Structure 0 is number 1 in file names, as published sets count. FileError where the campaign lacks what the form holds.
std::int64_t exportCampaign(const ExportOptions& options, const par::StopGuard& guard);

}  // namespace glassforge::app
