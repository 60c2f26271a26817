/// How long this run may take.
#pragma once

#include <string>

#include "par/communicator.hpp"

namespace glassforge::app {

struct TimeLimit {
  double seconds = 0;  ///< from now; 0: none
  std::string source;  ///< "--walltime", "SLURM_JOB_END_TIME", "squeue"; empty where there is none
};

/// What --walltime says (`given`, may be empty); else, within a Slurm job, the time until Slurm ends it, which rank 0
/// finds out: from SLURM_JOB_END_TIME where Slurm sets it, else by asking squeue once. Collective.
TimeLimit timeLimit(const std::string& given, const par::Communicator& comm);

/// Seconds of what squeue prints as the time left of a job ("1-02:03:04", "02:03:04", "3:04"); 0 for anything else,
/// such as UNLIMITED.
double secondsLeft(const std::string& text);

}  // namespace glassforge::app
