#include "app/subprocess.hpp"

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

/// The environment as it was when this program was started.
std::vector<std::string> firstEnvironment() {
  std::vector<std::string> entries;
  std::istringstream text(io::readText("/proc/self/environ"));
  for (std::string entry; std::getline(text, entry, '\0');) entries.push_back(entry);
  return entries;
}

std::vector<char*> pointersTo(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

CommandResult runCommand(const std::vector<std::string>& words) {
  const TemporaryFile output = temporaryFile(), errors = temporaryFile();
  const auto environment = firstEnvironment();
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, fileno(output.get()), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, fileno(errors.get()), STDERR_FILENO);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, words.front().c_str(), &files, nullptr, pointersTo(words).data(),
                                  pointersTo(environment).data());
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) return {127, "", words.front() + " is not there"};
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 1, contentOf(output.get()), contentOf(errors.get())};
}

bool isOnPath(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (!folder.empty() && access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace glassforge::app
