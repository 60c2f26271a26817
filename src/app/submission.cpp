#include "app/submission.hpp"

#include <fmt/chrono.h>

#include <ctime>

#include "app/job_scripts.hpp"
#include "app/tasks_left.hpp"
#include "core/error.hpp"
#include "io/text_file.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

std::string submissionFile(const CampaignFolder& folder) {
  return folder.path("jobs/submitted.json");
}

void store(const CampaignFolder& folder, const Submission& submission) {
  Json json{{"date", submission.date}, {"jobs", Json::array()}};
  for (const auto& job : submission.jobs) json["jobs"].push_back({{"name", job.name}, {"id", job.id}});
  io::writeText(submissionFile(folder), json.dump(1) + "\n");
}

Json parsed(const std::string& path) {
  try {
    return Json::parse(io::readText(path));
  } catch (const Json::exception& error) {
    throw FileError(fmt::format("{}: not a file of glassforge submit: {}", path, error.what()));
  }
}

}  // namespace

Submission storedSubmission(const CampaignFolder& folder) {
  Submission submission;
  const std::string path = submissionFile(folder);
  if (!exists(path)) return submission;
  const Json json = parsed(path);
  try {
    json.at("date").get_to(submission.date);
    for (const auto& job : json.at("jobs")) submission.jobs.push_back({job.at("name"), job.at("id")});
  } catch (const Json::exception& error) {
    throw FileError(fmt::format("{}: not a file of glassforge submit: {}", path, error.what()));
  }
  return submission;
}

Submission submitChain(const CampaignFolder& folder, const JobPlan& plan) {
  Submission submission{fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))), {}};
  try {
    for (const auto& job : plan.jobs) {
      const std::string after = submission.jobs.empty() ? "" : submission.jobs.back().id;
      submission.jobs.push_back({job.name, submitScript(scriptPath(folder, job), after)});
      store(folder, submission);
    }
  } catch (const Error&) {
    cancelJobs(submission.jobs);
    throw;
  }
  return submission;
}

std::string describeSubmission(const Campaign& campaign, const CampaignFolder& folder, nlohmann::json& json) {
  json = Json::array();
  const std::string path = folder.path("jobs/plan.json");
  if (!exists(path)) return "";
  const Submission submission = storedSubmission(folder);
  std::string text = submission.jobs.empty() ? "  jobs planned, none submitted\n"
                                             : fmt::format("  jobs submitted {}\n", submission.date);
  try {
    const Json plan = parsed(path);
    for (const auto& job : plan.at("jobs")) {
      const std::string name = job.at("name");
      const std::int64_t shares = job.at("shares"), elements = job.at("elements");
      Json entry{{"name", name}, {"id", nullptr}};
      for (const auto& known : submission.jobs) {
        if (known.name == name) entry["id"] = known.id;
      }
      text += fmt::format("    {:<18} {:<10}", name, entry["id"].is_null() ? "" : entry["id"].get<std::string>());
      if (shares > 0) {
        const auto left = tasksOf(job.at("stage"), campaign, folder).sharesLeft(shares).size();
        entry["elements"] = elements;
        entry["elements_done"] = std::max<std::int64_t>(0, elements - static_cast<std::int64_t>(left));
        text += fmt::format(" {} of {} shares done", entry["elements_done"].get<std::int64_t>(), elements);
      }
      text += "\n";
      json.push_back(std::move(entry));
    }
  } catch (const Json::exception& error) {
    throw FileError(fmt::format("{}: not a file of glassforge submit: {}", path, error.what()));
  }
  return text;
}

}  // namespace glassforge::app
