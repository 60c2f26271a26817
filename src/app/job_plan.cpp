#include "app/job_plan.hpp"

#include <algorithm>
#include <cmath>

#include "app/label_store.hpp"
#include "app/learning_data.hpp"
#include "app/placement.hpp"
#include "app/replica_blocks.hpp"
#include "app/tasks_left.hpp"
#include "core/error.hpp"
#include "par/stop_guard.hpp"

namespace glassforge::app {
namespace {

constexpr std::int64_t kCheckpointsOfTask = 2;
constexpr std::int64_t kSpareRestarts = 10;  // beyond twice the estimate, for slow and failing nodes

std::int64_t atLeast(std::int64_t amount, std::int64_t unit) {
  return (amount + unit - 1) / unit;
}

const StageCost& costOfStage(const CampaignCost& cost, const std::string& stage) {
  const std::string name = stage == "dynamics" ? "tau_alpha" : stage;
  return *std::find_if(cost.stages.begin(), cost.stages.end(), [&](const StageCost& s) { return s.stage == name; });
}

/// Threads that a task can keep busy: those of a pack share out its replicas, all else has one.
std::int64_t threadsOfTask(const Campaign& c, const std::string& stage, std::int64_t cpus) {
  if (stage != "launch") return 1;
  return std::min(cpus, ReplicaBlocks(c).pack());
}

void addRestarts(const JobPlan& plan, Job& job) {
  const double useful = plan.options.time - plan.margin;
  job.requeues = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(job.wall_seconds / useful)) - 1);
  job.most_restarts = 2 * job.requeues + kSpareRestarts;
}

/// Tasks of the share that has most of them left.
std::int64_t fullest(const StageTasks& tasks, std::int64_t shares) {
  std::vector<std::int64_t> count(static_cast<std::size_t>(shares), 0);
  for (const auto task : tasks.left) ++count[static_cast<std::size_t>(task % shares)];
  return *std::max_element(count.begin(), count.end());
}

/// The array of a stage, and the job that merges what it makes; nothing where nothing is left to do or to merge.
void addArray(const Campaign& c, const CampaignFolder& folder, const std::string& stage, JobPlan& plan) {
  const auto& options = plan.options;
  const StageTasks tasks = tasksOf(stage, c, folder);
  if (!tasks.left.empty()) {
    Job job{.name = stage, .stage = stage, .tasks = tasks.all, .unit = tasks.unit, .ranks = options.ranks()};
    job.left = static_cast<std::int64_t>(tasks.left.size());
    const std::int64_t wanted = options.tasks > 0 ? options.tasks : atLeast(tasks.all, job.ranks);
    job.shares = std::min({wanted, tasks.all, options.max_array});
    job.elements = tasks.sharesLeft(job.shares);
    job.threads = threadsOfTask(c, stage, options.cpus);
    const auto& cost = costOfStage(plan.cost, stage);
    const double each = cost.tasks > 0 ? cost.coreSeconds() / static_cast<double>(cost.tasks) : 0;
    job.core_seconds = each * static_cast<double>(job.left);
    job.wall_seconds =
        each * static_cast<double>(atLeast(fullest(tasks, job.shares), job.ranks)) / static_cast<double>(job.threads);
    addRestarts(plan, job);
    plan.jobs.push_back(std::move(job));
  }
  if (stage == "launch" || (tasks.left.empty() && folder.parts(stage).empty())) return;
  plan.jobs.push_back({.name = stage + "-merge", .stage = stage, .ranks = options.jointRanks()});
}

void addDynamics(const Campaign& c, const CampaignFolder& folder, JobPlan& plan) {
  if (c.dynamics.structures == 0 || exists(folder.dynamics()) || LabelStore::imported(folder)) return;
  const auto& cost = costOfStage(plan.cost, "dynamics");
  Job job{.name = "dynamics", .stage = "dynamics", .tasks = cost.tasks, .left = cost.tasks, .unit = cost.task};
  job.ranks = plan.options.jointRanks();
  job.core_seconds = cost.coreSeconds();
  job.wall_seconds = cost.wallSeconds(job.ranks);
  plan.jobs.push_back(std::move(job));
}

void addJoint(const std::string& stage, std::int64_t ranks, JobPlan& plan) {
  plan.jobs.push_back({.name = stage, .stage = stage, .ranks = ranks});
}

void checkOptions(const JobOptions& o) {
  require(o.max_array >= 1, "--max-array {}: an array has at least one element", o.max_array);
  require(
      o.tasks >= 0 && o.tasks <= o.max_array,
      "--tasks {}: Slurm allows arrays of at most {} elements here (MaxArraySize, or --max-array); with fewer, each "
      "element does several tasks",
      o.tasks, o.max_array);
  require(o.throttle >= 0, "--throttle {} is negative", o.throttle);
  require(o.nodes >= 1 && o.ranks_per_node >= 1 && o.cpus >= 1 && o.joint_ranks >= 0,
          "--nodes, --ntasks-per-node, --cpus-per-task and --joint-ranks are at least 1");
  require(o.time >= 60, "--time {} s: Slurm counts in minutes, and a job needs at least one", o.time);
}

}  // namespace

std::string Job::arraySpec(std::int64_t throttle) const {
  return ranges(elements) + (throttle > 0 ? fmt::format("%{}", throttle) : std::string());
}

std::int64_t JobPlan::filesAtMost() const {
  std::int64_t most = 0;
  for (const auto& job : jobs) {
    const auto elements = static_cast<std::int64_t>(job.elements.size());
    const std::int64_t at_once = options.throttle > 0 ? std::min(options.throttle, elements) : elements;
    const std::int64_t under_way = std::min(at_once * job.ranks, job.left);
    most = std::max(most, job.isArray() ? job.left + kCheckpointsOfTask * under_way + elements : 0);
  }
  return cost.disk.files + most;
}

JobPlan planJobs(const Campaign& c, const CampaignFolder& folder, const CampaignCost& cost, JobOptions options) {
  checkOptions(options);
  JobPlan plan{std::move(options), 0, cost, {}};
  plan.margin = std::ceil(par::writingMargin(plan.options.time));
  addArray(c, folder, "equilibrate", plan);
  addArray(c, folder, "quench", plan);
  addDynamics(c, folder, plan);
  addArray(c, folder, "launch", plan);
  addJoint("label", plan.options.jointRanks(), plan);
  if (!wantedSets(c).empty()) addJoint("describe", plan.options.jointRanks(), plan);
  if (!c.models.empty()) addJoint("train", plan.options.jointRanks(), plan);
  if (!c.models.empty() && c.split.test > 0) addJoint("evaluate", plan.options.jointRanks(), plan);
  addJoint("report", 1, plan);
  for (auto& job : plan.jobs) {
    if (!job.isArray()) addRestarts(plan, job);
  }
  return plan;
}

}  // namespace glassforge::app
