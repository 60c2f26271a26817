#include "app/slurm.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

#include "app/program.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

/// The first line of what a command says, without its end.
std::string firstLine(const std::string& text) {
  const auto begin = text.find_first_not_of(" \n");
  if (begin == std::string::npos) return "nothing was said";
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

std::optional<std::int64_t> largestArrayIn(const std::string& config) {
  std::smatch m;
  if (!std::regex_search(config, m, std::regex(R"(MaxArraySize\s*=\s*(\d{1,9}))"))) return std::nullopt;
  return std::max<std::int64_t>(1, std::stoll(m[1]));
}

std::optional<std::int64_t> largestArray() {
  if (!isOnPath("scontrol")) return std::nullopt;
  return largestArrayIn(askProgram({"timeout", "20", "scontrol", "show", "config"}).output);
}

std::string submitScript(const std::string& script, const std::string& after) {
  std::vector<std::string> words{"sbatch", "--parsable"};
  if (!after.empty()) {
    words.push_back("--dependency=afterok:" + after);
    words.push_back("--kill-on-invalid-dep=yes");
  }
  words.push_back(script);
  const auto done = askProgram(words);
  const std::string id = done.output.substr(0, done.output.find_first_of(";\n"));  // "1234;cluster"
  if (done.code != 0 || id.empty()) {
    throw Error(ExitCode::failure, fmt::format("sbatch does not take {}: {}", script, firstLine(done.errors)));
  }
  return id;
}

void cancelJobs(const std::vector<SubmittedJob>& jobs) {
  if (jobs.empty()) return;
  std::vector<std::string> words{"scancel"};
  for (const auto& job : jobs) words.push_back(job.id);
  askProgram(words);
}

std::vector<SubmittedJob> stillQueued(const std::vector<SubmittedJob>& jobs) {
  static const std::set<std::string> over{"BOOT_FAIL", "CANCELLED", "COMPLETED",     "DEADLINE", "FAILED",
                                          "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY", "REVOKED",  "TIMEOUT"};
  std::string ids;
  for (const auto& job : jobs) ids += (ids.empty() ? "" : ",") + job.id;
  if (ids.empty()) return {};
  const auto asked = askProgram({"timeout", "60", "squeue", "--noheader", "--format=%F %T", "--jobs=" + ids});
  const bool unknown =
      asked.errors.find("Invalid job id") != std::string::npos;  // where none of them is known any more
  if (asked.code != 0 && !unknown) {
    throw Error(ExitCode::failure,
                fmt::format("squeue does not say whether jobs {} are still queued: {}", ids, firstLine(asked.errors)));
  }
  std::set<std::string> alive;
  std::istringstream lines(asked.output);
  for (std::string id, state; lines >> id >> state;) {
    if (over.count(state) == 0) alive.insert(id);
  }
  std::vector<SubmittedJob> queued;
  std::copy_if(jobs.begin(), jobs.end(), std::back_inserter(queued),
               [&](const auto& job) { return alive.count(job.id) > 0; });
  return queued;
}

}  // namespace glassforge::app
