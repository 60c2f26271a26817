/// Asking other programs of the system (Slurm's commands).
#pragma once

#include <string>
#include <vector>

namespace glassforge::app {

struct CommandResult {
  int code = 0;  ///< 127 where the program is not there
  std::string output, errors;
};

/// Runs a program found on PATH to its end, in the environment that this program was started with: what MPI has added
/// to it since is not for others, least of all for jobs that start MPI programs themselves.
CommandResult runCommand(const std::vector<std::string>& words);

/// Whether there is a program of this name on PATH.
bool isOnPath(const std::string& program);

}  // namespace glassforge::app
