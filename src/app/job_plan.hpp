/// A campaign as a chain of jobs: arrays of shares, and programs that work on the whole.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/campaign_folder.hpp"
#include "app/cost.hpp"

namespace glassforge::app {

/// What jobs ask Slurm for, and what a user may say about it.
struct JobOptions {
  std::int64_t tasks = 0;                                ///< most elements of an array; 0: as many as there is work for
  std::int64_t throttle = 0;                             ///< elements at once; 0: no limit
  std::int64_t max_array = 0;                            ///< elements that Slurm allows
  double time = 0;                                       ///< seconds
  std::int64_t nodes = 1, ranks_per_node = 1, cpus = 1;  ///< of an element of an array
  std::int64_t joint_ranks = 0;                          ///< of a job that is one program; 0: as many as an element has
  std::string partition, account, scratch, launcher;
  std::vector<std::string> sbatch;  ///< further options, each a line
  std::vector<std::string> setup;   ///< commands before the program, such as module load
  bool gpu = false;

  std::int64_t ranks() const { return nodes * ranks_per_node; }
  std::int64_t jointRanks() const { return joint_ranks > 0 ? joint_ranks : ranks(); }
};

/// One job of the chain; it starts when the one before has ended well.
struct Job {
  std::string name, stage;
  std::int64_t shares = 0;                  ///< 0: one program does the whole stage
  std::vector<std::int64_t> elements = {};  ///< shares that have something left
  std::int64_t tasks = 0, left = 0;         ///< structures or replica blocks
  std::string unit = {};
  std::int64_t ranks = 1;
  std::int64_t threads = 0;  ///< of a rank that a task keeps busy; 0: not known
  double core_seconds = 0;   ///< of work that is left; 0: not estimated
  double wall_seconds = 0;   ///< of the element that takes longest
  std::int64_t requeues = 0;
  std::int64_t most_restarts = 0;  ///< after which a job no longer queues again

  bool isArray() const { return shares > 0; }
  /// "0-15,17%4".
  std::string arraySpec(std::int64_t throttle) const;
};

struct JobPlan {
  JobOptions options;
  double margin = 0;  ///< seconds before the time limit at which a job is told to stop
  CampaignCost cost;
  std::vector<Job> jobs;

  /// Files on shared storage while the chain runs, at most: those of the campaign, and of one array the parts, two
  /// checkpoints of each task under way, and the log of each element.
  std::int64_t filesAtMost() const;
};

/// What is left of the campaign, as jobs. InputError where the options do not go together.
JobPlan planJobs(const Campaign& campaign, const CampaignFolder& folder, const CampaignCost& cost, JobOptions options);

/// As Slurm writes it: "1-02:03:04" or "02:03:04"; minutes are rounded up.
std::string slurmTime(double seconds);
std::string describeJobs(const Campaign& campaign, const CampaignFolder& folder, const JobPlan& plan);
nlohmann::json jobsJson(const Campaign& campaign, const CampaignFolder& folder, const JobPlan& plan);

}  // namespace glassforge::app
