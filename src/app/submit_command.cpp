// glassforge submit: a campaign as a chain of Slurm jobs, or the same plan for one machine.
#include <Kokkos_Core.hpp>
#include <filesystem>
#include <type_traits>

#include "app/campaign_session.hpp"
#include "app/commands.hpp"
#include "app/job_plan.hpp"
#include "app/job_scripts.hpp"
#include "app/preflight.hpp"
#include "app/program.hpp"
#include "app/submission.hpp"
#include "core/error.hpp"
#include "io/campaign_file.hpp"

namespace glassforge::app {
namespace {

constexpr std::int64_t kUsualArray = 1001;  // Slurm's own default of MaxArraySize

struct SubmitOptions {
  std::string file, out, time = "04:00:00";
  std::vector<std::string> set;
  std::vector<double> rate;
  JobOptions jobs;
  bool dry_run = false, as_json = false, no_slurm = false;
};

void requireOneLine(const std::string& option, const std::string& text) {
  require(text.find('\n') == std::string::npos, "{}: a line break cannot be part of it", option);
}

void checkOptions(const SubmitOptions& o) {
  checkRates(o.rate);
  for (const auto& [option, text] : {std::pair<std::string, std::string>{"--partition", o.jobs.partition},
                                     {"--account", o.jobs.account},
                                     {"--local-scratch", o.jobs.scratch},
                                     {"--launcher", o.jobs.launcher}}) {
    requireOneLine(option, text);
  }
  for (const auto& text : o.jobs.sbatch) {
    requireOneLine("--sbatch", text);
    require(text.rfind("-", 0) == 0, "--sbatch '{}' is not an option of sbatch; write --sbatch=\"--mem=4G\"", text);
  }
  for (const auto& text : o.jobs.setup) requireOneLine("--setup", text);
  constexpr bool on_device = !std::is_same_v<Kokkos::DefaultExecutionSpace, Kokkos::DefaultHostExecutionSpace>;
  require(
      !o.jobs.gpu || on_device || o.dry_run || o.no_slurm,
      "--gpu: this build computes on processors, so the GPUs of such jobs would stand idle; submit without --gpu, or "
      "look at the scripts with --no-slurm");
  require(o.dry_run || o.no_slurm || isOnPath("sbatch"),
          "there is no sbatch here, so no Slurm to submit to: on a login node load its module; on one machine the same "
          "plan "
          "is written as a script by submit --no-slurm");
}

JobPlan makePlan(const SubmitOptions& o, const Campaign& campaign, const CampaignFolder& folder,
                 const par::Communicator& comm) {
  JobOptions options = o.jobs;
  options.time = par::parseDuration(o.time);
  if (options.max_array == 0) options.max_array = largestArray().value_or(kUsualArray);
  planJobs(campaign, folder, costOf(campaign, {1, 1, ""}),
           options);  // what is wrong with it comes before a measurement
  return planJobs(campaign, folder, costOf(campaign, measureRates(campaign, givenRates(o.rate), comm)), options);
}

void requireNoneQueued(const CampaignFolder& folder) {
  const auto queued = stillQueued(storedSubmission(folder).jobs);
  if (queued.empty()) return;
  std::string names, ids;
  for (const auto& job : queued) {
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", job.id, job.name);
    ids += " " + job.id;
  }
  throw InputError(
      fmt::format("{}: jobs of this campaign are still queued: {}; wait for them, or cancel them first: scancel{}",
                  folder.root(), names, ids));
}

ScriptPlace placeOfProgram() {
  return {std::filesystem::read_symlink("/proc/self/exe").string(), std::filesystem::current_path().string()};
}

/// Folder, campaign.toml and scripts, by the only program at work in the folder.
JobPlan prepare(const SubmitOptions& o, const Campaign& campaign, const CampaignFolder& folder,
                const par::Communicator& comm) {
  const CampaignSession session(comm, campaign, folder.root());
  JobPlan plan = makePlan(o, campaign, folder, comm);
  writeJobs(campaign, folder, plan, placeOfProgram());
  return plan;
}

void report(const SubmitOptions& o, const Campaign& campaign, const CampaignFolder& folder, const JobPlan& plan,
            const Submission& submission) {
  if (o.as_json) {
    auto json = jobsJson(campaign, folder, plan);
    json["submitted"] = nlohmann::json::array();
    for (const auto& job : submission.jobs) json["submitted"].push_back({{"name", job.name}, {"id", job.id}});
    fmt::print("{}\n", json.dump(1));
    return;
  }
  fmt::print("{}", describeJobs(campaign, folder, plan));
  if (o.dry_run) fmt::print("nothing is written, nothing submitted\n");
  if (o.no_slurm && !o.dry_run) {
    fmt::print("written; without Slurm start it with:  bash {} [shares at once]\n", shellWord(runAllPath(folder)));
  }
  for (const auto& job : submission.jobs) fmt::print("submitted {:<18} {}\n", job.name, job.id);
}

int submitCampaign(const SubmitOptions& o, const par::Communicator& comm) {
  requireOneRank(comm, "submit");
  checkOptions(o);
  const Campaign campaign = readCampaign(o.file, o.set);
  const CampaignFolder folder(o.out.empty() ? folderOf(o.file, campaign) : o.out, campaign);
  checkBeforeRun(comm, campaign, folder, [&](const std::string& section, const std::string& key) {
    return io::placeOfKey(o.file, o.set, section, key);
  });
  if (o.dry_run) {
    report(o, campaign, folder, makePlan(o, campaign, folder, comm), {});
    return 0;
  }
  makeParentFolder(folder.progressLog());
  const FolderLock submitting = FolderLock::submission(folder.root());
  if (!o.no_slurm) requireNoneQueued(folder);
  const JobPlan plan = prepare(o, campaign, folder, comm);
  report(o, campaign, folder, plan, o.no_slurm ? Submission{} : submitChain(folder, plan));
  return 0;
}

void addSlurmOptions(CLI::App* command, const std::shared_ptr<SubmitOptions>& o) {
  auto& j = o->jobs;
  command->add_option("--tasks", j.tasks, "Most elements of an array (default: one a task, within MaxArraySize)")
      ->check(CLI::PositiveNumber);
  command->add_option("--throttle", j.throttle, "Most elements of an array that run at once (default: no limit)")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--max-array", j.max_array,
                   "Elements that an array may have (default: what scontrol says, else 1001)")
      ->check(CLI::PositiveNumber);
  command->add_option("--time", o->time, "Time limit of a job; longer work queues again and goes on")
      ->capture_default_str();
  command->add_option("--nodes", j.nodes, "Nodes of an array's element")->capture_default_str();
  command->add_option("--ntasks-per-node", j.ranks_per_node, "Ranks on each of them")->capture_default_str();
  command->add_option("--cpus-per-task", j.cpus, "Threads of a rank")->capture_default_str();
  command->add_option("--joint-ranks", j.joint_ranks,
                      "Ranks of jobs that are no arrays: merges, tau_alpha, describe, train (default: as an element)");
  command->add_option("--partition", j.partition, "Partition of all jobs");
  command->add_option("--account", j.account, "Account of all jobs");
  command->add_option("--sbatch", j.sbatch, "A further option of sbatch: --sbatch=\"--mem=4G\" (may be repeated)")
      ->allow_extra_args(false);
  command
      ->add_option("--setup", j.setup,
                   "A command before the program: --setup \"module load openmpi\" (may be repeated)")
      ->allow_extra_args(false);
  command->add_option("--launcher", j.launcher, "What starts several ranks; -n RANKS is added")
      ->default_str("mpirun --bind-to none");
  command->add_option("--local-scratch", j.scratch,
                      "TMPDIR of jobs is made in this folder of the node; '$VARIABLES' allowed");
  command->add_flag("--gpu", j.gpu, "Arrays from the template for GPU nodes, one GPU a rank");
}

}  // namespace

void addSubmitCommand(CLI::App& app, Action& action) {
  auto options = std::make_shared<SubmitOptions>();
  options->jobs.launcher = "mpirun --bind-to none";
  auto* command =
      app.add_subcommand("submit", "Run a campaign as a chain of Slurm jobs, or continue it so (docs/slurm.md)");
  command->add_option("CAMPAIGN", options->file, "Campaign file")->required();
  command->add_option("--set", options->set, "Override a key (may be repeated)")->allow_extra_args(false);
  command->add_option("--out", options->out, "Folder of the results (default: ./<campaign name>)");
  command->add_flag("--dry-run", options->dry_run, "Say which jobs there would be and what they cost; write nothing");
  command->add_flag("--no-slurm", options->no_slurm,
                    "Write the plan as jobs/run-all.sh, for one machine, and submit nothing");
  command
      ->add_option("--rate", options->rate,
                   "Particle-steps[,Monte Carlo moves] a second and core (default: measured here, about a second)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--json", options->as_json, "Print one JSON object");
  addSlurmOptions(command, options);
  command->footer(
      "Only what is left is submitted: after a failure, or when the campaign has grown, call it again.\n"
      "The scripts are in <folder>/jobs, their output in <folder>/jobs/log.");
  command->callback([options, &action] {
    action = [options](const par::Communicator& comm) { return submitCampaign(*options, comm); };
  });
}

}  // namespace glassforge::app
