#include "app/export.hpp"

#include <algorithm>

#include "app/data_card.hpp"
#include "app/export_forms.hpp"
#include "app/label_store.hpp"
#include "app/progress.hpp"
#include "app/staged_folder.hpp"
#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/label_file.hpp"

namespace glassforge::app {
namespace {

bool hasLabels(const CampaignFolder& folder, std::int64_t structure) {
  const std::string path = folder.labels(folder.shardOf(structure));
  if (!exists(path)) return false;
  const auto there = io::labelIndices(path);
  return std::find(there.begin(), there.end(), structure) != there.end();
}

const ExportForm& formNamed(const std::string& name) {
  const auto& all = exportForms();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& form) { return form.name == name; });
  require(found != all.end(), "--format '{}' is unknown; known are {}", name, fmt::join(exportFormats(), ", "));
  return *found;
}

io::TrajectoryForm trajectoryForm(const ExportOptions& options, const Campaign& campaign) {
  if (options.coordinates.empty()) return publishedTrajectoryForm(campaign);
  require(options.coordinates == "wrapped" || options.coordinates == "unwrapped",
          "--coordinates '{}' is unknown; known are wrapped, unwrapped", options.coordinates);
  require(options.format == "glassbench", "--coordinates is for --format glassbench; {} has one form only",
          options.format);
  return options.coordinates == "wrapped" ? io::TrajectoryForm::wrapped : io::TrajectoryForm::unwrapped;
}

void checkOptions(const ExportOptions& options, const CampaignFolder& folder) {
  require(!options.licence.empty() && options.licence.find('\n') == std::string::npos,
          "--licence is empty or of several lines");
  if (!options.predictions) return;
  require(options.format == "glassbench-models",
          "--predictions is for --format glassbench-models; {} has no place for them", options.format);
  require<FileError>(exists(folder.predictions()), "{}: missing; predictions are made by the stage evaluate",
                     folder.predictions());
}

}  // namespace

std::vector<std::string> exportFormats() {
  std::vector<std::string> names;
  for (const auto& form : exportForms()) names.push_back(form.name);
  return names;
}

std::int64_t exportCampaign(const ExportOptions& options, const par::StopGuard& guard) {
  const ExportForm& form = formNamed(options.format);
  const OpenedCampaign opened = openCampaign(options.campaign);
  const CampaignFolder folder(opened.root, opened.campaign);
  checkOptions(options, folder);
  const auto trajectories = trajectoryForm(options, opened.campaign);
  StagedFolder staged(options.out);
  const ExportLayout layout(opened.campaign, folder);
  const std::int64_t count = opened.campaign.system.structures;
  const bool imported = LabelStore::imported(folder);
  Progress progress("export", "structures", count, 1, "", false);
  std::int64_t files = 0;
  for (std::int64_t s = 0; s < count; ++s) {
    guard.check();
    progress.take(s);
    const StructureState state = storedState(folder, s);
    std::optional<StructureLabels> labels;
    if (form.name != "lammps" && hasLabels(folder, s)) labels = storedLabels(folder, s);
    Outgoing outgoing{opened.campaign, layout,       state, labels ? &*labels : nullptr,
                      imported,        trajectories, {},    staged.temporary()};
    if (options.predictions) outgoing.predictions = io::readPredictions(folder.predictions(), s, "displacement");
    files += form.write(outgoing);
  }
  progress.finish();
  if (form.dataset) {
    writeDataCard(staged.temporary(), {opened.campaign, folder, layout, form.name, options.licence,
                                       trajectories == io::TrajectoryForm::wrapped, files});
    writeChecksums(staged.temporary());
  }
  staged.commit();
  return files;
}

}  // namespace glassforge::app
