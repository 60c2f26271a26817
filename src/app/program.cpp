#include "app/program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>

#include "core/error.hpp"
#include "io/text_file.hpp"

namespace glassforge::app {
namespace {

constexpr int kNotThere = 127;

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using TemporaryFile = std::unique_ptr<std::FILE, Closer>;

TemporaryFile temporaryFile() {
  TemporaryFile file(std::tmpfile());
  require<FileError>(file != nullptr, "no temporary file can be made; set TMPDIR to a folder that can be written to");
  return file;
}

std::string contentOf(std::FILE* file) {
  std::rewind(file);
  std::string text;
  char block[4096];
  std::size_t got = 0;
  while ((got = std::fread(block, 1, sizeof block, file)) > 0) text.append(block, got);
  return text;
}

/// GLASSFORGE_PYTHONPATH, else python/ beside the installed or the built program.
std::string pythonPath() {
  if (const char* path = std::getenv("GLASSFORGE_PYTHONPATH")) return path;
  return GLASSFORGE_PYTHON_PACKAGE;  // set by src/app/room.cmake
}

std::vector<char*> pointersTo(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// Where a program reads from and writes to; it has nothing to read.
class Files {
 public:
  Files() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  ~Files() { posix_spawn_file_actions_destroy(&actions_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  void send(int stream, const std::string& path) {
    posix_spawn_file_actions_addopen(&actions_, stream, path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  }
  void send(int stream, int file) { posix_spawn_file_actions_adddup2(&actions_, file, stream); }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// Runs a program found on PATH and waits; its exit code.
int spawn(const std::vector<std::string>& command, const Files& files, char** environment) {
  pid_t child = 0;
  if (posix_spawnp(&child, command.front().c_str(), files.actions(), nullptr, pointersTo(command).data(),
                   environment) != 0)
    return kNotThere;
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int runProgram(const std::vector<std::string>& command, const ProgramOptions& options) {
  Files files;
  files.send(STDOUT_FILENO, options.output);
  if (options.errors_too) files.send(STDERR_FILENO, STDOUT_FILENO);
  return spawn(command, files, options.environment ? pointersTo(*options.environment).data() : environ);
}

CommandResult askProgram(const std::vector<std::string>& command) {
  const TemporaryFile output = temporaryFile(), errors = temporaryFile();
  Files files;
  files.send(STDOUT_FILENO, fileno(output.get()));
  files.send(STDERR_FILENO, fileno(errors.get()));
  const int code = spawn(command, files, pointersTo(firstEnvironment()).data());
  if (code == kNotThere && contentOf(errors.get()).empty()) return {code, "", command.front() + " is not there"};
  return {code, contentOf(output.get()), contentOf(errors.get())};
}

std::vector<std::string> firstEnvironment() {
  std::vector<std::string> entries;
  std::istringstream text(io::readText("/proc/self/environ"));
  for (std::string entry; std::getline(text, entry, '\0');) entries.push_back(entry);
  return entries;
}

bool isOnPath(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (!folder.empty() && access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
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
