/// One structure of a campaign in each of the forms that `export` writes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/export_layout.hpp"
#include "core/labels.hpp"
#include "core/structure.hpp"
#include "io/glass_data.hpp"
#include "io/prediction_file.hpp"

namespace glassforge::app {

/// One structure on its way out.
struct Outgoing {
  const Campaign& campaign;
  const ExportLayout& layout;
  const StructureState& state;
  const StructureLabels* labels;  ///< nullptr where there are none
  bool imported_labels = false;   ///< the positions in the labels are those of the published files
  io::TrajectoryForm trajectories = io::TrajectoryForm::unwrapped;
  std::vector<io::Prediction> predictions;  ///< of displacement, by model
  std::string folder;                       ///< where files go; subfolders are made
};

/// What can be written, and whether it is a dataset in a published form, which gets a data card.
struct ExportForm {
  std::string name;
  bool dataset = false;
  std::int64_t (*write)(const Outgoing&);  ///< returns how many files
};
const std::vector<ExportForm>& exportForms();

/// GlassBench's own form at this temperature: wrapped at KA2D's T = 0.30, unwrapped everywhere else.
io::TrajectoryForm publishedTrajectoryForm(const Campaign& campaign);

}  // namespace glassforge::app
