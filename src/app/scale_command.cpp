// glassforge scale: how a stage of a campaign scales with the number of ranks.
#include "app/campaign_folder.hpp"
#include "app/commands.hpp"
#include "app/program.hpp"
#include "app/scale_study.hpp"
#include "core/error.hpp"
#include "io/text_file.hpp"

namespace glassforge::app {
namespace {

int study(StudyOptions options, const par::Communicator& comm) {
  requireOneRank(comm, "scale");
  const Campaign campaign = readCampaign(options.file, options.set);
  if (options.out.empty())
    options.out = fmt::format("scale_{}_{}_{}", campaign.name, options.stage, options.isWeak() ? "weak" : "strong");
  checkStudy(options, campaign);
  const auto runs = runStudy(options, campaign);
  const auto found = describeStudy(options, campaign, runs);
  const std::string path = options.out + "/scale.json";
  io::writeText(path, found.dump(1) + "\n");
  const bool plotted = runPython("glassforge.scaling", {path}) == 0;
  if (options.as_json) {
    fmt::print("{}\n", found.dump(1));
    return 0;
  }
  fmt::print("{}\nresults: {}{}\n", studyTable(found), path, plotted ? " and " + options.out + "/scale.png" : "");
  if (!plotted) fmt::print("no plot was made: it takes Debian's python3-matplotlib (see the message above)\n");
  return 0;
}

void addOptions(CLI::App& command, StudyOptions& o) {
  command.add_option("CAMPAIGN", o.file, "Campaign file (docs/campaign.md)")->required();
  command.add_option("--strong", o.strong, "The campaign as it is, on each of these numbers of ranks: 1,2,4")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--weak", o.weak, "n times the campaign on n ranks, for each of these n")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--stage", o.stage, "equilibrate, launch, describe or train")->capture_default_str();
  command.add_option("--grow", o.grow, "--weak: what there is n times of: structures, or for launch replicas")
      ->capture_default_str();
  command.add_option("--repeats", o.repeats, "Runs of each number of ranks, taken in turn; medians are shown")
      ->capture_default_str();
  command.add_option("--launcher", o.launcher, "How ranks are started; in a Slurm allocation: 'srun -n {ranks}'")
      ->capture_default_str();
  command.add_option("--threads", o.threads, "OMP_NUM_THREADS of each rank")->capture_default_str();
  command.add_option("--predict-structures", o.predict_structures,
                     "Size of the campaign that 10^2 to 10^5 ranks are predicted for (default: as measured)");
  command.add_option("--set", o.set, "Override a key, as in run (may be repeated)")->allow_extra_args(false);
  command.add_option("--out", o.out, "Folder of the study (default: ./scale_<campaign>_<stage>_<series>)");
  command.add_flag("--keep", o.keep, "Leave the folders of the runs");
  command.add_flag("--json", o.as_json, "Print one JSON object, the content of scale.json");
}

}  // namespace

void addScaleCommand(CLI::App& app, Action& action) {
  auto options = std::make_shared<StudyOptions>();
  auto* command =
      app.add_subcommand("scale", "A scaling study of a stage: table, JSON, plot, and a model that predicts");
  addOptions(*command, *options);
  command->footer(
      "Starts real runs of `glassforge run`, each in a fresh folder that is removed afterwards. Stages before the one "
      "that is\n"
      "studied are run once and copied. It is itself started alone, not under mpirun: docs/scaling.md.");
  command->callback(
      [options, &action] { action = [options](const par::Communicator& comm) { return study(*options, comm); }; });
}

}  // namespace glassforge::app
