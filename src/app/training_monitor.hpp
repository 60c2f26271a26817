/// The monitor of a fit that takes long: ranks that fit together agree on when to save and when to stop, the root does
/// it; every look at the validation part is a line in the log.
#pragma once

#include <functional>
#include <string>

#include "app/stage_monitor.hpp"
#include "core/fit_monitor.hpp"

namespace glassforge::app {

/// Where a training says how it is getting on. Any of it may be empty.
struct TrainingOutput {
  std::string log;   ///< a file, a line of JSON for each look at the validation part
  std::string part;  ///< which fit it is, said in the log, where it is not the one of the stage train
  std::function<void(const std::string&)> tell;  ///< words for the line on the terminal
  std::function<void(double)> goes_on;           ///< told the share that was done before, where there was a checkpoint
};

class TrainingMonitor final : public FitMonitor {
 public:
  /// `ranks` fit together; each has a `task` monitor of its own, of which the root's has the checkpoints.
  TrainingMonitor(const par::Communicator& ranks, StageMonitor& task, TrainingOutput output);

  void report(double share) override;
  /// Whether any rank wants to save or to stop. Collective.
  bool due() override;
  /// By the root. Collective.
  void save(const Checkpoint& checkpoint) override;
  /// Stops all ranks where due() has seen one that wants to. Collective.
  void obey() override;
  void note(const std::string& text) override { task_.note(text); }
  /// What the root has. Collective.
  std::optional<Checkpoint> resume() override;
  void learnt(const FitProgress& progress) override;

 private:
  const par::Communicator& ranks_;
  StageMonitor& task_;
  TrainingOutput output_;
  bool stop_ = false, resumed_ = false;
  double seconds_ = 0;  ///< of the last look, by the wall clock
};

}  // namespace glassforge::app
