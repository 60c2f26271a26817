// glassforge run: the stages of a campaign, alone, under mpirun or srun.
#include <Kokkos_Core.hpp>

#include "app/campaign_session.hpp"
#include "app/commands.hpp"
#include "app/estimate.hpp"
#include "app/placement.hpp"
#include "app/preflight.hpp"
#include "app/time_limit.hpp"
#include "core/error.hpp"
#include "core/version.hpp"
#include "io/campaign_file.hpp"

namespace glassforge::app {
namespace {

struct RunOptions {
  std::string file, stage, out, walltime, checkpoint, share;
  std::vector<std::string> set;
  std::vector<double> rate;  ///< particle-steps and moves a second and core
  std::int64_t ranks = 0;    ///< that the plan is for; 0: those of this run
  bool dry_run = false, as_json = false, accept_version = false;
};

void checkOptions(const RunOptions& o) {
  require(o.dry_run || (o.rate.empty() && o.ranks == 0 && !o.as_json),
          "--rate, --ranks and --json belong to --dry-run");
  checkRates(o.rate);
  require(!o.dry_run || o.share.empty(),
          "--share does not go with --dry-run; the plan of shares is that of submit --dry-run");
  require(o.ranks >= 0, "--ranks {} is negative", o.ranks);
}

/// What the campaign would cost. Collective.
void showPlan(const RunOptions& o, const par::Communicator& comm, const Campaign& campaign,
              const CampaignFolder& folder) {
  const CampaignCost cost = costOf(campaign, measureRates(campaign, givenRates(o.rate), comm));
  if (!comm.root()) return;
  const std::int64_t ranks = o.ranks > 0 ? o.ranks : comm.size();
  if (o.as_json) {
    fmt::print("{}\n", planJson(campaign, folder, cost, ranks).dump(1));
  } else {
    fmt::print("{}", describePlan(campaign, folder, cost, ranks));
  }
}

/// Collective.
void announce(const par::Communicator& comm, const Campaign& c, const std::string& folder, const TimeLimit& limit) {
  const std::string placement = describePlacement(comm);
  if (!comm.root()) return;
  const auto& m = c.system.mixture;
  const int threads = Kokkos::DefaultHostExecutionSpace().concurrency();
  fmt::print("glassforge {}: campaign {} in {}\n", version::code, c.name, folder);
  fmt::print("  {}, N = {}, T = {}, smoothing {}; {} structures x {} replicas; {} rank(s) x {} thread(s)\n", m.name,
             m.particles(), c.system.temperature, m.smoothing.name(), c.system.structures, c.replicas.count,
             comm.size(), threads);
  fmt::print("{}", placement);
  if (limit.seconds > 0 && limit.source != "--walltime") {
    fmt::print("  stops in good order {:.0f} s from now: Slurm ends this job {:.0f} s from now (by {})\n",
               limit.seconds - par::writingMargin(limit.seconds), limit.seconds, limit.source);
  }
  std::fflush(stdout);
}

/// The stages up to the last that is wanted; of a share, its own stage alone.
void runStages(const StageContext& context, std::size_t last) {
  for (std::size_t k = context.share.isPart() ? last : 0; k <= last; ++k) runStage(context, k);
}

int runCampaign(const RunOptions& options, const par::Communicator& comm) {
  checkOptions(options);
  Campaign campaign;
  par::together(comm, [&] { campaign = readCampaign(options.file, options.set); });
  comm.requireSame(io::toToml(campaign), "campaign");
  const std::size_t last = options.stage.empty() ? stages().size() - 1 : stageNumber(options.stage);
  SessionOptions session_options;
  if (!options.checkpoint.empty()) session_options.checkpoint_interval = par::parseDuration(options.checkpoint);
  session_options.accept_version = options.accept_version;
  if (!options.share.empty()) session_options.share = parseShare(options.stage, options.share);
  const std::string root = options.out.empty() ? folderOf(options.file, campaign) : options.out;
  const CampaignFolder folder(root, campaign);
  checkBeforeRun(
      comm, campaign, folder,
      [&](const std::string& section, const std::string& key) {
        return io::placeOfKey(options.file, options.set, section, key);
      },
      session_options.share);
  if (options.dry_run) {
    showPlan(options, comm, campaign, folder);
    return 0;
  }
  const TimeLimit limit = timeLimit(options.walltime, comm);
  session_options.walltime = limit.seconds;
  const CampaignSession session(comm, campaign, root, session_options);
  announce(comm, campaign, root, limit);
  runStages(session.context(), last);
  if (!comm.root() || session_options.share.isPart()) return 0;
  fmt::print("{}", describeOutcome(session.folder(), stages()[last].name));
  return 0;
}

}  // namespace

void addRunCommand(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  auto* command = app.add_subcommand("run", "Run a campaign, or continue it: every stage that is not done yet");
  command->add_option("CAMPAIGN", options->file, "Campaign file (docs/campaign.md)")->required();
  command->add_option(
      "--stage", options->stage,
      "Stop after this stage: equilibrate, quench, dynamics (tau_alpha), launch, label, describe, train, "
      "evaluate, report");
  command->add_option(
      "--share", options->share,
      "Of equilibrate, quench or launch do only the tasks of share I of N (I/N, 0/N the first) and merge "
      "nothing; several such runs may be at work in one folder");
  command->add_option("--set", options->set, "Override a key: --set system.temperature=0.35 (may be repeated)")
      ->allow_extra_args(false);
  command->add_option("--out", options->out, "Folder of the results (default: ./<campaign name>)");
  command->add_option("--walltime", options->walltime,
                      "Stop in good order before this much time: 90s, 30m, 2h, HH:MM:SS (default: until Slurm ends the "
                      "job)");
  command->add_option(
      "--checkpoint", options->checkpoint,
      fmt::format("Time between two checkpoints of a task (default {:g}s); the results do not depend on it",
                  kCheckpointInterval));
  command->add_flag(
      "--accept-version", options->accept_version,
      "Go on from checkpoints of another version of the program or another instruction set; it is noted in "
      "log/notes.jsonl");
  command->add_flag("--dry-run", options->dry_run,
                    "Say what would be done, what it costs in core hours and disk; write nothing");
  command
      ->add_option(
          "--rate", options->rate,
          "--dry-run: particle-steps[,Monte Carlo moves] a second and core (default: measured now, about a second)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--ranks", options->ranks, "--dry-run: wall time on so many ranks (default: those of this run)");
  command->add_flag("--json", options->as_json, "--dry-run: print one JSON object");
  command->footer(
      "Alone it uses the threads of the machine; mpirun -n 2 glassforge run ... shares the work out over ranks.\n"
      "The results are the same bits either way. A stopped run continues with the same command.");
  command->callback([options, &action] {
    action = [options](const par::Communicator& comm) { return runCampaign(*options, comm); };
  });
}

}  // namespace glassforge::app
