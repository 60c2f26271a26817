// Stage report: hands the campaign folder to the Python page maker.
#include <filesystem>

#include "app/label_dynamics.hpp"
#include "app/program.hpp"
#include "app/stage.hpp"
#include "core/error.hpp"
#include "io/text_file.hpp"

namespace glassforge::app {
namespace {

/// What the page plots of the dynamics that follow from the labels, as `glassforge dynamics --json` prints it. Where
/// there are none yet, or not all have the same times yet, the page does without.
void writeDynamicsForPage(const CampaignFolder& folder) {
  const std::string path = folder.path("report/dynamics.json");
  try {
    io::writeText(path, toJson(dynamicsOfLabels(folder.root(), {})).dump(1) + "\n");
  } catch (const Error&) {
    std::filesystem::remove(path);
  }
}

}  // namespace

void reportStage(const StageContext& context) {
  par::together(context.comm, [&] {
    if (!context.comm.root()) return;
    makeParentFolder(context.folder.report());
    writeDynamicsForPage(context.folder);
    // What the page maker says on success is said again, with the scores, at the end.
    const int code = runPython("glassforge.report", {context.folder.root()});
    require<FileError>(code == 0,
                       "the report was not made (exit code {}); Debian's python3-h5py and python3-matplotlib are "
                       "needed, see the message above",
                       code);
  });
}

}  // namespace glassforge::app
