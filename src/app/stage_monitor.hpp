/// The monitor of one task of a stage: progress, stops, and its checkpoints in two alternating files.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "app/stage.hpp"
#include "core/checkpoint.hpp"

namespace glassforge::app {

class StageMonitor final : public TaskMonitor {
 public:
  /// `progress` is told the finished share; `stopped` says whether another rank has ended the stage.
  StageMonitor(const StageContext& context, std::string stage, std::function<void(double)> progress,
               std::function<bool()> stopped)
      : context_(context), stage_(std::move(stage)), progress_(std::move(progress)), stopped_(std::move(stopped)) {}

  /// From here on checkpoints of the task lie in work/checkpoints/<stage>/<name>.{0,1}.h5. `task` says what is
  /// computed: a checkpoint of another task of this name is not used.
  void keepAt(const std::string& name, const std::string& task);
  /// The task is done: its checkpoints are removed.
  void forget();

  void report(double share) override { progress_(share); }
  bool due() override;
  void save(const Checkpoint& checkpoint) override;
  void obey() override;
  /// Whether obey() would stop it.
  bool stopWanted() const { return !context_.guard.reason().empty() || stopped_(); }
  /// In log/notes.jsonl; the first few of a task on the terminal too.
  void note(const std::string& text) override;
  /// The newest checkpoint that can be read; a damaged one is passed over, and that is said. FileError where one is of
  /// another campaign, or of another version of the program and that was not accepted.
  std::optional<Checkpoint> resume() override;

 private:
  std::string slot(std::int64_t sequence) const;
  void check(const std::string& path, const Manifest& found);

  const StageContext& context_;
  std::string stage_;
  std::function<void(double)> progress_;
  std::function<bool()> stopped_;
  std::string name_, task_;    ///< empty: no checkpoints
  std::int64_t sequence_ = 0;  ///< of the next checkpoint
  int notes_ = 0;
  std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
};

}  // namespace glassforge::app
