#include "app/job_scripts.hpp"

#include <filesystem>
#include <map>

#include "app/job_templates.hpp"
#include "core/error.hpp"
#include "io/text_file.hpp"

namespace glassforge::app {
namespace {

namespace fs = std::filesystem;

/// The template with every {{NAME}} replaced; a line that is a name alone and has nothing to say goes.
std::string filled(const std::string& text, const std::map<std::string, std::string>& values) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto open = text.find("{{", at);
    if (open == std::string::npos) return result + text.substr(at);
    const auto close = text.find("}}", open);
    const std::string& value = values.at(text.substr(open + 2, close - open - 2));
    result += text.substr(at, open - at) + value;
    at = close + 2;
    const bool whole_line = (open == 0 || text[open - 1] == '\n') && at < text.size() && text[at] == '\n';
    if (value.empty() && whole_line) ++at;
  }
  return result;
}

std::string absolutePath(const std::string& path) {
  return fs::absolute(path).lexically_normal().string();
}

std::string lines(const std::vector<std::string>& all) {
  return fmt::format("{}", fmt::join(all, "\n"));
}

/// "#SBATCH ..." lines that depend on the job and the options.
std::string optionLines(const JobOptions& o, const Job& job) {
  std::vector<std::string> all;
  if (job.isArray()) all.push_back("--array=" + job.arraySpec(o.throttle));
  if (!o.partition.empty()) all.push_back("--partition=" + o.partition);
  if (!o.account.empty()) all.push_back("--account=" + o.account);
  all.insert(all.end(), o.sbatch.begin(), o.sbatch.end());
  for (auto& line : all) line.insert(0, "#SBATCH ");
  return lines(all);
}

std::string sizeLines(const JobOptions& o, const Job& job) {
  if (!job.isArray()) return fmt::format("#SBATCH --ntasks={}", job.ranks);
  return fmt::format("#SBATCH --nodes={}\n#SBATCH --ntasks-per-node={}", o.nodes, o.ranks_per_node);
}

std::string launcherOf(const JobOptions& o, std::int64_t ranks) {
  return ranks == 1 ? "" : fmt::format("{} -n {}", o.launcher, ranks);
}

std::string commandOf(const JobOptions& o, const Job& job) {
  std::string text = launcherOf(o, job.ranks) + (job.ranks == 1 ? "" : " ");
  text += fmt::format("\"$program\" run \"$campaign\" --stage {}", job.stage);
  if (job.isArray()) text += fmt::format(" --share \"$SLURM_ARRAY_TASK_ID/{}\"", job.shares);
  return text;
}

std::map<std::string, std::string> commonValues(const Campaign& c, const CampaignFolder& folder, const JobPlan& plan,
                                                const ScriptPlace& place) {
  return {{"CAMPAIGN", c.name},
          {"FILE", shellWord(absolutePath(folder.campaignFile()))},
          {"PROGRAM", shellWord(place.program)},
          {"DIRECTORY", shellWord(place.directory)},
          {"SETUP", lines(plan.options.setup)},
          {"CPUS", fmt::format("{}", plan.options.cpus)}};
}

std::string stepLine(const JobOptions& o, const Job& job) {
  const std::string launcher = shellWord(launcherOf(o, job.ranks));
  if (!job.isArray()) return fmt::format("whole {} {} {}", job.name, job.stage, launcher);
  return fmt::format("shares {} {} {} {}", job.stage, job.shares, launcher, fmt::join(job.elements, " "));
}

/// Scripts of an earlier plan would mislead.
void removeOldScripts(const CampaignFolder& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder.path("jobs"), ignored)) {
    if (entry.path().extension() == ".sbatch") fs::remove(entry.path(), ignored);
  }
}

}  // namespace

std::string shellWord(const std::string& text) {
  const auto plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-:,=%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string scriptPath(const CampaignFolder& folder, const Job& job) {
  return folder.path("jobs/" + job.name + ".sbatch");
}

std::string runAllPath(const CampaignFolder& folder) {
  return folder.path("jobs/run-all.sh");
}

std::string slurmName(const Campaign& campaign, const Job& job) {
  std::string name = "gf-" + campaign.name + "-" + job.name;
  for (char& c : name) {
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
    if (!plain) c = '_';
  }
  return name;
}

std::string jobScript(const Campaign& c, const CampaignFolder& folder, const JobPlan& plan, const Job& job,
                      const ScriptPlace& place) {
  const auto& o = plan.options;
  auto values = commonValues(c, folder, plan, place);
  values["WHAT"] = job.isArray() ? fmt::format("A share of stage {}", job.stage) : fmt::format("Stage {}", job.stage);
  values["NAME"] = slurmName(c, job);
  const std::string log = absolutePath(folder.path("jobs/log")) + "/" + job.name + (job.isArray() ? "_%a.out" : ".out");
  values["LOG"] = log.find(' ') == std::string::npos ? log : "\"" + log + "\"";
  values["TIME"] = slurmTime(o.time);
  values["SIZE"] = sizeLines(o, job);
  values["MARGIN"] = fmt::format("{:.0f}", plan.margin);
  values["OPTIONS"] = optionLines(o, job);
  values["MOST_RESTARTS"] = fmt::format("{}", job.most_restarts);
  values["SCRATCH"] = o.scratch;
  values["COMMAND"] = commandOf(o, job);
  values["WORK"] = filled(job_templates::work, values);
  return filled(o.gpu && job.isArray() ? job_templates::gpu : job_templates::cpu, values);
}

std::string runAllScript(const Campaign& c, const CampaignFolder& folder, const JobPlan& plan,
                         const ScriptPlace& place) {
  auto values = commonValues(c, folder, plan, place);
  values["LOG"] = shellWord(absolutePath(folder.path("jobs/log")));
  std::vector<std::string> steps;
  for (const auto& job : plan.jobs) steps.push_back(stepLine(plan.options, job));
  values["STEPS"] = lines(steps);
  return filled(job_templates::run_all, values);
}

void writeJobs(const Campaign& c, const CampaignFolder& folder, const JobPlan& plan, const ScriptPlace& place) {
  makeParentFolder(folder.path("jobs/log/any"));
  removeOldScripts(folder);
  for (const auto& job : plan.jobs) io::writeText(scriptPath(folder, job), jobScript(c, folder, plan, job, place));
  io::writeText(runAllPath(folder), runAllScript(c, folder, plan, place));
  io::writeText(folder.path("jobs/plan.json"), jobsJson(c, folder, plan).dump(1) + "\n");
}

}  // namespace glassforge::app
