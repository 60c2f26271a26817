/// Where the time of a stage goes on each rank: computing, waiting for other ranks, files.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "par/communicator.hpp"

namespace glassforge::app {

/// Seconds of one rank in one stage; every moment counts once.
struct RankTimes {
  double compute = 0, wait = 0, files = 0;
  double handout = 0;  ///< of the wait: until the task counter answered
  double tasks = 0;    ///< that it did
  double seconds = 0;  ///< from begin to end, by a clock of its own
};

enum class Activity { compute, files };

/// The stopwatch of a rank. Between begin() and the next one it is always at one activity; what the communicator waits
/// is taken from that.
class StageTimes {
 public:
  /// `comm` must outlive it.
  explicit StageTimes(const par::Communicator& comm) : comm_(comm) {}

  /// A stage begins; `usual` is what it does outside of tasks.
  void begin(Activity usual);
  /// From now on: `now`. Returns what it was.
  Activity turnTo(Activity now);
  void countTask() { ++times_.tasks; }
  void addHandout(double seconds) { times_.handout += seconds; }
  /// Of the stage up to now.
  RankTimes read();

 private:
  void account();

  const par::Communicator& comm_;
  RankTimes times_;
  Activity now_ = Activity::compute;
  double start_ = 0, last_ = 0, waited_ = 0;
};

/// An activity for as long as this lives. `times` may be null.
class ActivityScope {
 public:
  ActivityScope(StageTimes* times, Activity activity) : times_(times) {
    if (times_) before_ = times_->turnTo(activity);
  }
  ~ActivityScope() {
    if (times_) times_->turnTo(before_);
  }
  ActivityScope(const ActivityScope&) = delete;
  ActivityScope& operator=(const ActivityScope&) = delete;

 private:
  StageTimes* times_;
  Activity before_ = Activity::compute;
};

/// Appends one line to the log of times: stage, ranks, and the times of each rank. A stage that did no task leaves
/// none. Collective.
void logStageTimes(const par::Communicator& comm, const std::string& stage, StageTimes& times, const std::string& log);

}  // namespace glassforge::app
