/// A monitor that stops a computation after so many places where it can be stopped, and hands its checkpoint to the
/// next.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "core/fit_monitor.hpp"

namespace glassforge::test {

/// Calls a function with the finished share; the function may throw to stop.
class ProgressMonitor final : public TaskMonitor {
 public:
  explicit ProgressMonitor(std::function<void(double)> progress) : progress_(std::move(progress)) {}
  void report(double share) override {
    if (progress_) progress_(share);
  }

 private:
  std::function<void(double)> progress_;
};

/// Stops a computation after so many places where it can be stopped, and hands its checkpoint to the next.
class StoppingMonitor final : public FitMonitor {
 public:
  /// Stops at every `every`-th place.
  explicit StoppingMonitor(int every) : every_(every) {}

  bool due() override { return ++places_ % every_ == 0; }
  void save(const Checkpoint& checkpoint) override {
    kept_ = checkpoint;
    stop_ = true;
  }
  void obey() override {
    if (!std::exchange(stop_, false)) return;
    ++stops_;
    throw Error(ExitCode::stopped, "stopped by a test");
  }
  std::optional<Checkpoint> resume() override { return kept_; }
  int stops() const { return stops_; }

  /// Runs `work` again and again until it is done; its result.
  template <class Work>
  auto untilDone(const Work& work) {
    while (true) {
      try {
        return work(*this);
      } catch (const Error& error) {
        if (error.code() != ExitCode::stopped) throw;
      }
    }
  }

 private:
  int every_, places_ = 0, stops_ = 0;
  bool stop_ = false;
  std::optional<Checkpoint> kept_;
};

}  // namespace glassforge::test
