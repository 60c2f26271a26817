#include "app/program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "core/error.hpp"

namespace glassforge::app {
namespace {

/// GLASSFORGE_PYTHONPATH, else python/ beside the installed or the built program.
std::string pythonPath() {
  if (const char* path = std::getenv("GLASSFORGE_PYTHONPATH")) return path;
  return GLASSFORGE_PYTHON_PACKAGE;  // set by src/app/room.cmake
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  for (const auto& word : words) result.push_back(const_cast<char*>(word.c_str()));
  result.push_back(nullptr);
  return result;
}

}  // namespace

int runProgram(const std::vector<std::string>& command, const ProgramOptions& options) {
  auto arguments = pointers(command);
  std::vector<char*> environment;
  if (options.environment) environment = pointers(*options.environment);
  pid_t child = 0;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, options.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (options.errors_too) posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  const int failed = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(),
                                  options.environment ? environment.data() : environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return 127;
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

std::vector<std::string> environmentNow() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry) all.emplace_back(*entry);
  return all;
}

int runPython(const std::string& module, const std::vector<std::string>& arguments) {
  const std::string path = pythonPath();
  require<FileError>(std::filesystem::exists(path + "/glassforge/__init__.py"),
                     "{}: the Python package glassforge is not here; set GLASSFORGE_PYTHONPATH to its folder", path);
  const char* python = std::getenv("GLASSFORGE_PYTHON");
  std::vector<std::string> command{"env", "PYTHONPATH=" + path, python ? python : "/usr/bin/python3", "-m", module};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return runProgram(command);
}

}  // namespace glassforge::app
