/// When to stop early: a wall-clock limit, or one of the signals USR1, TERM, INT.
#pragma once

#include <chrono>
#include <string>

namespace glassforge::par {

/// From here on USR1 is noted instead of ending the program at once: for the first line of a program, since a scheduler or
/// mpirun may send it before there is a StopGuard.
void noteEarlyStops();

/// Installs handlers for USR1, TERM and INT that only take note; USR1 may have come before (noteEarlyStops). One at a time.
class StopGuard {
 public:
  /// `walltime` in seconds from now; 0: none. It is time a margin before that (writingMargin).
  explicit StopGuard(double walltime);
  ~StopGuard();
  StopGuard(const StopGuard&) = delete;
  StopGuard& operator=(const StopGuard&) = delete;

  /// Throws Error(ExitCode::stopped) when it is time.
  void check() const;
  /// Why to stop, or an empty text.
  std::string reason() const;

 private:
  double walltime_;
  std::chrono::steady_clock::time_point start_;
};

/// Seconds at the end of a wall time that are kept for writing: a minute or 1 %, whichever is more, but at most half.
double writingMargin(double walltime);

/// Seconds of "90", "90s", "30m", "2h", "HH:MM:SS" or "D-HH:MM:SS"; InputError otherwise.
double parseDuration(const std::string& text);

}  // namespace glassforge::par
