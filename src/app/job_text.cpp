// A plan of jobs for a reader: a table, or one object.
#include <cmath>

#include "app/estimate.hpp"
#include "app/job_plan.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

std::string jobLine(const Job& job, const JobPlan& plan) {
  std::string text = fmt::format("  {:<18}", job.name);
  if (job.isArray()) {
    text += fmt::format("array of {} x {} rank(s) [{}]: {} of {} {} left", job.elements.size(), job.ranks,
                        job.arraySpec(plan.options.throttle), job.left, job.tasks, job.unit);
  } else {
    text += fmt::format("one job, {} rank(s)", job.ranks);
    if (job.tasks > 0) text += fmt::format(": {} {}", job.tasks, job.unit);
  }
  if (job.core_seconds == 0) return text + "\n";
  text += fmt::format("; {:.3g} core hours, {} {}", job.core_seconds / 3600, durationText(job.wall_seconds),
                      job.isArray() ? "an element" : "in all");
  if (job.threads > 0 && job.threads < plan.options.cpus) {
    text += fmt::format(", {} of {} threads idle", plan.options.cpus - job.threads, plan.options.cpus);
  }
  return text + (job.requeues > 0 ? fmt::format(", queued again {} time(s)\n", job.requeues) : "\n");
}

std::string remarks(const JobPlan& plan) {
  const auto& o = plan.options;
  std::string text;
  if (o.gpu) {
    text +=
        "  GPU nodes: no stage of this version computes on GPUs yet (docs/limits.md); core hours are those of CPUs\n";
  }
  if (!o.scratch.empty()) {
    text += fmt::format("  TMPDIR is made in {} on the node; parts are written whole beside their place, not there\n",
                        o.scratch);
  }
  return text;
}

}  // namespace

std::string slurmTime(double seconds) {
  const auto minutes = static_cast<std::int64_t>(std::ceil(seconds / 60));
  const std::int64_t days = minutes / 1440, hours = minutes / 60 % 24;
  return (days > 0 ? fmt::format("{}-", days) : std::string()) + fmt::format("{:02d}:{:02d}:00", hours, minutes % 60);
}

std::string describeJobs(const Campaign& c, const CampaignFolder& folder, const JobPlan& plan) {
  const auto& o = plan.options;
  std::string text = fmt::format("campaign {} in {}: {} structures x {} replicas, N = {}\n", c.name, folder.root(),
                                 c.system.structures, c.replicas.count, c.system.mixture.particles());
  text += fmt::format(
      "{} jobs, each after the one before; time limit {}, told to stop {:.0f} s before it; {} core(s) a rank\n",
      plan.jobs.size(), slurmTime(o.time), plan.margin, o.cpus);
  double core_seconds = 0;
  for (const auto& job : plan.jobs) {
    text += jobLine(job, plan);
    core_seconds += job.core_seconds;
  }
  text += fmt::format(
      "{:.3g} core hours of work left, at {:.3g} particle-steps{} a second and core ({}); describing, "
      "training and scoring not counted\n",
      core_seconds / 3600, plan.cost.rates.particle_steps,
      plan.cost.rates.moves > 0 ? fmt::format(" and {:.3g} moves", plan.cost.rates.moves) : "", plan.cost.rates.source);
  text += fmt::format("disk {} in {} files at the end, at most {} files on the way; arrays of at most {} elements\n",
                      bytesText(plan.cost.disk.bytes()), plan.cost.disk.files, plan.filesAtMost(), o.max_array);
  return text + remarks(plan);
}

nlohmann::json jobsJson(const Campaign& c, const CampaignFolder& folder, const JobPlan& plan) {
  const auto& o = plan.options;
  const auto& rates = plan.cost.rates;
  double core_seconds = 0;
  Json jobs = Json::array();
  for (const auto& job : plan.jobs) {
    core_seconds += job.core_seconds;
    jobs.push_back({{"name", job.name},
                    {"stage", job.stage},
                    {"shares", job.shares},
                    {"elements", job.elements.size()},
                    {"array", job.isArray() ? Json(job.arraySpec(o.throttle)) : Json()},
                    {"tasks", job.tasks},
                    {"left", job.left},
                    {"unit", job.unit},
                    {"ranks", job.ranks},
                    {"threads", job.threads},
                    {"core_hours", job.core_seconds / 3600},
                    {"wall_hours", job.wall_seconds / 3600},
                    {"requeues", job.requeues}});
  }
  return {{"campaign", c.name},
          {"folder", folder.root()},
          {"time", o.time},
          {"margin", plan.margin},
          {"throttle", o.throttle},
          {"max_array", o.max_array},
          {"nodes", o.nodes},
          {"ranks_per_node", o.ranks_per_node},
          {"cpus_per_task", o.cpus},
          {"rates", {{"particle_steps", rates.particle_steps}, {"moves", rates.moves}, {"source", rates.source}}},
          {"core_hours", core_seconds / 3600},
          {"disk",
           {{"bytes", plan.cost.disk.bytes()}, {"files", plan.cost.disk.files}, {"files_at_most", plan.filesAtMost()}}},
          {"jobs", std::move(jobs)}};
}

}  // namespace glassforge::app
