// Stage report: hands the campaign folder to the Python page maker.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "app/label_dynamics.hpp"
#include "app/stage.hpp"
#include "core/error.hpp"
#include "io/text_file.hpp"

namespace glassforge::app {
namespace {

/// GLASSFORGE_PYTHONPATH, else python/ beside the installed or the built program.
std::string pythonPath() {
  if (const char* path = std::getenv("GLASSFORGE_PYTHONPATH")) return path;
  return GLASSFORGE_PYTHON_PACKAGE;  // set by src/app/room.cmake
}

/// Runs a program with arguments and waits; its exit code, or 127 where it cannot be started.
int runProgram(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  posix_spawn_file_actions_t silent;  // what the page maker says on success is said again, with the scores, at the end
  posix_spawn_file_actions_init(&silent);
  posix_spawn_file_actions_addopen(&silent, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const int failed = posix_spawnp(&child, arguments[0], &silent, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&silent);
  if (failed != 0) return 127;
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/// What the page plots of the dynamics that follow from the labels, as `glassforge dynamics --json` prints it. Where there are
/// none yet, or not all have the same times yet, the page does without.
void writeDynamicsForPage(const CampaignFolder& folder) {
  const std::string path = folder.path("report/dynamics.json");
  try {
    io::writeText(path, toJson(dynamicsOfLabels(folder.root(), {})).dump(1) + "\n");
  } catch (const Error&) {
    std::filesystem::remove(path);
  }
}

}  // namespace

void reportStage(const StageContext& context) {
  par::together(context.comm, [&] {
    if (!context.comm.root()) return;
    makeParentFolder(context.folder.report());
    writeDynamicsForPage(context.folder);
    const std::string path = pythonPath();
    require<FileError>(std::filesystem::exists(path + "/glassforge/report.py"),
                       "{}: the Python package glassforge is not here; set GLASSFORGE_PYTHONPATH to its folder", path);
    const char* python = std::getenv("GLASSFORGE_PYTHON");
    const int code = runProgram({"env", "PYTHONPATH=" + path, python ? python : "/usr/bin/python3", "-m",
                                 "glassforge.report", context.folder.root()});
    require<FileError>(code == 0, "the report was not made (exit code {}); Debian's python3-h5py and python3-matplotlib are "
                       "needed, see the message above", code);
  });
}

}  // namespace glassforge::app
