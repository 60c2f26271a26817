/// Dynamics from the labels of a campaign or of one label file.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/published_dynamics.hpp"
#include "iso/observables.hpp"

namespace glassforge::app {

struct DynamicsOfLabels {
  std::string source;                      ///< as the user named it
  std::string system;                      ///< name and state point, as far as known
  std::vector<std::string> species_names;  ///< (S)
  std::vector<double> particles;           ///< (S)
  iso::ObservableSettings settings;
  iso::LabelDynamics found;
  std::optional<Estimate> stage_tau_alpha;  ///< what the short runs before the launch gave
  std::optional<PublishedDynamics> published;
};

/// Reads structure by structure: memory does not grow with their number. InputError or FileError where there are no
/// labels, or where structures have unlike times.
DynamicsOfLabels dynamicsOfLabels(const std::string& campaign_or_file, const iso::ObservableSettings& settings);

nlohmann::json toJson(const DynamicsOfLabels& dynamics);
/// The tables that `glassforge dynamics` prints.
std::string describe(const DynamicsOfLabels& dynamics);

}  // namespace glassforge::app
