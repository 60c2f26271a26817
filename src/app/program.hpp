/// Other programs started by this one, and the Python package that comes with it.
#pragma once

#include <string>
#include <vector>

namespace glassforge::app {

/// How a program is started.
struct ProgramOptions {
  std::string output = "/dev/null";                       ///< file for what it prints
  bool errors_too = false;                                ///< messages go there as well, else to ours
  const std::vector<std::string>* environment = nullptr;  ///< "NAME=value"; null: ours
};

/// Runs a program with arguments and waits; its exit code, 127 where it cannot be started, 1 where a signal ended it.
int runProgram(const std::vector<std::string>& command, const ProgramOptions& options = {});

struct CommandResult {
  int code = 0;  ///< 127 where the program is not there
  std::string output, errors;
};

/// Runs a program to its end in firstEnvironment() and returns what it said.
CommandResult askProgram(const std::vector<std::string>& command);

/// The environment that this program was started with: what MPI has added to it since is not for others, least of all
/// for programs that start MPI themselves.
std::vector<std::string> firstEnvironment();

/// Whether there is a program of this name on PATH.
bool isOnPath(const std::string& program);

/// Runs a module of our Python package with arguments; its exit code. FileError where the package is not here.
int runPython(const std::string& module, const std::vector<std::string>& arguments);

}  // namespace glassforge::app
