#include "app/time_limit.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <regex>

#include "app/program.hpp"
#include "core/error.hpp"
#include "par/stop_guard.hpp"

namespace glassforge::app {
namespace {

constexpr const char* kPatience = "20";  // seconds, with a controller that does not answer

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The number under which Slurm knows this job alone: that of an array's job may be that of the whole array.
std::string ownJobId() {
  const std::string array = variable("SLURM_ARRAY_JOB_ID"), element = variable("SLURM_ARRAY_TASK_ID");
  return array.empty() || element.empty() ? variable("SLURM_JOB_ID") : array + "_" + element;
}

TimeLimit limitOfJob() {
  const std::string job = ownJobId();
  if (job.empty()) return {};
  const std::string end = variable("SLURM_JOB_END_TIME");
  if (!end.empty() && end.find_first_not_of("0123456789") == std::string::npos) {
    return {std::max(1.0, std::stod(end) - static_cast<double>(std::time(nullptr))), "SLURM_JOB_END_TIME"};
  }
  const auto asked = askProgram({"timeout", kPatience, "squeue", "--noheader", "--format=%L", "--jobs=" + job});
  const double seconds = asked.code == 0 ? secondsLeft(asked.output) : 0;
  return seconds > 0 ? TimeLimit{seconds, "squeue"} : TimeLimit{};
}

}  // namespace

double secondsLeft(const std::string& text) {
  std::smatch m;
  if (!std::regex_search(text, m, std::regex(R"(^\s*((?:\d+-)?(?:\d+:)?\d+:\d\d)\s*$)"))) return 0;
  const std::string time = m[1];
  const bool has_hours = std::count(time.begin(), time.end(), ':') == 2;
  return par::parseDuration(has_hours ? time : "0:" + (time.size() == 4 ? "0" + time : time));
}

TimeLimit timeLimit(const std::string& given, const par::Communicator& comm) {
  TimeLimit limit;
  if (!given.empty()) return {par::parseDuration(given), "--walltime"};
  if (comm.root()) limit = limitOfJob();
  limit.source = comm.broadcast(limit.source);
  limit.seconds = std::stod(comm.broadcast(fmt::format("{}", limit.seconds)));
  return limit;
}

}  // namespace glassforge::app
