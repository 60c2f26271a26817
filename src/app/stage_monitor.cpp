#include "app/stage_monitor.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "io/checkpoint_file.hpp"

namespace glassforge::app {

namespace fs = std::filesystem;

namespace {
constexpr int kMostSaid = 2;  // notes of a task on the terminal
}

void StageMonitor::keepAt(const std::string& name, const std::string& task) {
  name_ = name;
  task_ = task;
  saved_ = std::chrono::steady_clock::now();
}

std::string StageMonitor::slot(std::int64_t sequence) const {
  return fmt::format("{}/{}.{}.h5", context_.folder.checkpoints(stage_), name_, sequence % 2);
}

bool StageMonitor::due() {
  if (name_.empty()) return false;
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - saved_;
  return since.count() >= context_.checkpoint_interval || stopWanted();
}

void StageMonitor::obey() {
  context_.guard.check();
  if (stopped_()) throw Error(ExitCode::stopped, "");  // the other rank says why
}

void StageMonitor::save(const Checkpoint& checkpoint) {
  const ActivityScope files(context_.times, Activity::files);
  io::writeCheckpoint(slot(sequence_), {context_.folder.manifest("checkpoint"), task_, sequence_, checkpoint},
                      context_.notes);
  ++sequence_;
  saved_ = std::chrono::steady_clock::now();
}

void StageMonitor::note(const std::string& text) {
  if (++notes_ <= kMostSaid) fmt::print(stderr, "  {}: {}\n", stage_, text);
  if (notes_ == kMostSaid + 1) fmt::print(stderr, "  {}: and more, see {}\n", stage_, context_.folder.notesLog());
  std::ofstream log(context_.folder.notesLog(), std::ios::app);
  log << nlohmann::json{{"stage", stage_}, {"note", text}}.dump() << "\n";
}

void StageMonitor::check(const std::string& path, const Manifest& found) {
  const Manifest expected = context_.folder.manifest("checkpoint");
  io::checkManifest(path, found, expected);
  if (!context_.accept_version) return io::checkVersion(path, found, expected);
  if (found.code_version == expected.code_version && found.instruction_set == expected.instruction_set) return;
  note(fmt::format("{} goes on in version {} for {} from a checkpoint of version {} for {}", name_,
                   expected.code_version, expected.instruction_set, found.code_version, found.instruction_set));
}

std::optional<Checkpoint> StageMonitor::resume() {
  std::optional<io::StoredCheckpoint> newest;
  std::string newest_path;
  for (std::int64_t k = 0; k < 2 && !name_.empty(); ++k) {
    const std::string path = slot(k);
    if (!exists(path)) continue;
    try {
      io::StoredCheckpoint found = io::readCheckpoint(path);
      if (newest && found.sequence <= newest->sequence) continue;
      newest = std::move(found);
      newest_path = path;
    } catch (const FileError& error) {
      note(fmt::format("a damaged checkpoint is passed over, at the cost of time alone: {}", error.what()));
    }
  }
  if (!newest) return std::nullopt;
  check(newest_path, newest->manifest);
  sequence_ = newest->sequence + 1;
  if (newest->task != task_) return std::nullopt;
  return std::move(newest->content);
}

void StageMonitor::forget() {
  std::error_code ignored;  // what is left behind goes with the folder at the end of the stage
  for (std::int64_t k = 0; k < 2; ++k) fs::remove(slot(k), ignored);
  name_.clear();
}

}  // namespace glassforge::app
