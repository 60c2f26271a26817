/// What is asked of Slurm, by its own commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace glassforge::app {

/// A job as it was submitted.
struct SubmittedJob {
  std::string name;  ///< of the plan
  std::string id;    ///< of Slurm
};

/// MaxArraySize of this cluster; nothing where Slurm does not answer.
std::optional<std::int64_t> largestArray();

/// Submits a script to start when job `after` (empty: none) has ended well, and to be cancelled when that can no longer
/// be. Returns its id; Error with what sbatch says.
std::string submitScript(const std::string& script, const std::string& after);

/// Cancels jobs, as far as they are there.
void cancelJobs(const std::vector<SubmittedJob>& jobs);

/// Those of the jobs that wait, run, or end just now. Error where squeue does not answer.
std::vector<SubmittedJob> stillQueued(const std::vector<SubmittedJob>& jobs);

/// MaxArraySize in what `scontrol show config` prints.
std::optional<std::int64_t> largestArrayIn(const std::string& config);

}  // namespace glassforge::app
