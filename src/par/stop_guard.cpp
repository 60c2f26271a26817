#include "par/stop_guard.hpp"

#include <algorithm>
#include <csignal>
#include <regex>

#include "core/error.hpp"

namespace glassforge::par {
namespace {

constexpr double kMargin = 60, kMarginShare = 0.01, kLargestShare = 0.5;  // of the wall time, for writing

// A signal handler can reach nothing but such a variable.
volatile std::sig_atomic_t received_signal = 0;

void takeNote(int signal) { received_signal = signal; }

}  // namespace

void noteEarlyStops() { std::signal(SIGUSR1, takeNote); }

StopGuard::StopGuard(double walltime) : walltime_(walltime), start_(std::chrono::steady_clock::now()) {
  for (const int signal : {SIGUSR1, SIGTERM, SIGINT}) std::signal(signal, takeNote);
}

/// USR1 stays harmless: it may come when all is done.
StopGuard::~StopGuard() {
  std::signal(SIGUSR1, SIG_IGN);
  for (const int signal : {SIGTERM, SIGINT}) std::signal(signal, SIG_DFL);
  received_signal = 0;
}

std::string StopGuard::reason() const {
  if (received_signal != 0) return fmt::format("signal {}", static_cast<int>(received_signal));
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
  if (walltime_ > 0 && spent.count() > walltime_ - writingMargin(walltime_)) return fmt::format("wall time of {} s", walltime_);
  return "";
}

void StopGuard::check() const {
  const std::string why = reason();
  if (!why.empty()) {
    throw Error(ExitCode::stopped, fmt::format("stopped by {}; run the same command again to continue", why));
  }
}

double writingMargin(double walltime) {
  return std::min(kLargestShare * walltime, std::max(kMargin, kMarginShare * walltime));
}

double parseDuration(const std::string& text) {
  std::smatch m;
  if (std::regex_match(text, m, std::regex(R"((\d+(?:\.\d+)?)([smh]?))"))) {
    const double unit = m[2] == "h" ? 3600 : m[2] == "m" ? 60 : 1;
    return std::stod(m[1]) * unit;
  }
  if (std::regex_match(text, m, std::regex(R"((?:(\d+)-)?(\d+):(\d\d):(\d\d))"))) {
    const double days = m[1].matched ? std::stod(m[1]) : 0;
    return ((days * 24 + std::stod(m[2])) * 60 + std::stod(m[3])) * 60 + std::stod(m[4]);
  }
  throw InputError(fmt::format("duration '{}' is not understood; write 90s, 30m, 2h, HH:MM:SS or D-HH:MM:SS", text));
}

}  // namespace glassforge::par
