/// Progress of a long stage: a line with rate and time left for a person, one JSON line per interval in a log.
#pragma once

#include <chrono>
#include <string>

namespace glassforge::app {

/// Used on rank 0; other ranks make a silent one.
class Progress {
 public:
  /// `unit` names what a whole task is ("structures", "replica blocks"). `log` empty: no log.
  Progress(std::string stage, std::string unit, std::int64_t tasks, int ranks, std::string log, bool silent);
  ~Progress();

  /// Task number `task` was taken by this rank.
  void take(std::int64_t task);
  /// The share of it that is done; cheap, may be called often.
  void share(double done);
  /// So much of the task was done before by another run: rate and time left are counted from here.
  void goesOnFrom(double done);
  /// How the task is getting on, in a few words at the end of the line from now on.
  void say(const std::string& words) { words_ = words; }
  /// The stage is over.
  void finish();

 private:
  double fraction() const;
  double seconds() const;
  void show(bool last);
  void writeLog(bool last) const;

  std::string stage_, unit_, log_, words_;
  std::int64_t tasks_, task_ = 0;
  int ranks_, width_ = 76;  ///< of the line that is to be written over
  double share_ = 0, before_ = 0;  ///< before_: share of the stage that was done when `start_` was
  bool silent_, terminal_, finished_ = false;
  std::chrono::steady_clock::time_point start_, shown_;
};

}  // namespace glassforge::app
