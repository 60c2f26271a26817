#include "app/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.hpp"

namespace glassforge::app {
namespace {

constexpr double kTerminalInterval = 0.5, kFileInterval = 10;  // seconds between lines

std::string duration(double seconds) {
  const auto s = static_cast<long>(seconds + 0.5);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02d} s", s / 60, s % 60);
  return fmt::format("{} h {:02d} min", s / 3600, s / 60 % 60);
}

}  // namespace

Progress::Progress(std::string stage, std::string unit, std::int64_t tasks, int ranks, std::string log, bool silent)
    : stage_(std::move(stage)),
      unit_(std::move(unit)),
      log_(std::move(log)),
      tasks_(tasks),
      ranks_(ranks),
      silent_(silent || tasks == 0),
      terminal_(isatty(STDERR_FILENO) != 0),
      start_(std::chrono::steady_clock::now()),
      shown_(start_) {}

Progress::~Progress() {
  if (!silent_ && !finished_ && terminal_) std::fputc('\n', stderr);
}

void Progress::take(std::int64_t task) {
  task_ = task;
  share(0);
}

void Progress::share(double done) {
  share_ = done;
  if (silent_) return;
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - shown_;
  if (since.count() < (terminal_ ? kTerminalInterval : kFileInterval)) return;
  shown_ = std::chrono::steady_clock::now();
  show(false);
}

void Progress::goesOnFrom(double done) {
  share_ = done;
  before_ = fraction();
  start_ = std::chrono::steady_clock::now();
}

/// Tasks are handed out in order: those before ours are done, but for the ones the other ranks are at.
double Progress::fraction() const {
  const double others = 0.5 * std::min<double>(ranks_ - 1, static_cast<double>(task_));
  return std::clamp((static_cast<double>(task_) - others + share_) / static_cast<double>(tasks_), 0.0, 1.0);
}

double Progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Progress::show(bool last) {
  const double done = last ? 1.0 : fraction(), spent = seconds(), mine = done - before_;
  std::string line = fmt::format("  {:<12} {:5.1f} %", stage_, 100 * done);
  if (spent > 1 && mine > 0) line += fmt::format("  {:.3g} {}/min", 60 * mine * static_cast<double>(tasks_) / spent, unit_);
  line += last ? fmt::format("  {} {} in {}", tasks_, unit_, duration(spent))
               : (mine > 0.001 ? fmt::format("  {} left", duration(spent * (1 - done) / mine)) : std::string());
  if (!last && !words_.empty()) line += "  " + words_;
  if (terminal_) {
    std::fprintf(stderr, "\r%-*s%s", width_, line.c_str(), last ? "\n" : "");
    width_ = std::max(width_, static_cast<int>(line.size()));
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  std::fflush(stderr);
  writeLog(last);
}

void Progress::writeLog(bool last) const {
  if (log_.empty()) return;
  const double done = last ? 1.0 : fraction(), spent = seconds();
  const nlohmann::json entry{{"stage", stage_},   {"unit", unit_}, {"tasks", tasks_},  {"done", done},
                             {"seconds", spent}, {"ranks", ranks_}, {"finished", last}};
  std::ofstream(log_, std::ios::app) << entry.dump() << "\n";
}

void Progress::finish() {
  finished_ = true;
  if (!silent_) show(true);
}

}  // namespace glassforge::app
