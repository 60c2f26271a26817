#include "app/evaluation_json.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/error.hpp"
#include "io/dynamics_file.hpp"

namespace glassforge::app {

using Json = nlohmann::json;

namespace {

Json placeJson(const ml::ScorePlace& place) {
  return {{"label", place.label}, {"species", place.species}, {"time", place.time}};
}

Json toJson(const ml::Heterogeneity& h) {
  Json json = placeJson(h);
  json["model"] = h.model.empty() ? Json(nullptr) : Json(h.model);
  json["chi4"] = jsonNumber(h.chi4);
  json["error"] = jsonNumber(h.error);
  return json;
}

Json toJson(const ml::Correlations& c) {
  Json json = placeJson(c);
  json["names"] = c.names;
  json["pearson"] = Json::array();
  for (std::size_t a = 0; a < c.names.size(); ++a) {
    const auto row = c.values.row(a);
    json["pearson"].push_back(jsonNumbers({row.begin(), row.end()}));
  }
  return json;
}

}  // namespace

Json jsonNumber(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json jsonNumbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(jsonNumber(value));
  return list;
}

Json toJson(const ml::EvaluationResult& r) {
  Json json = placeJson(r);
  json["model"] = r.model;
  json["pearson_pooled"] = jsonNumber(r.pearson_pooled);
  json["error"] = jsonNumber(r.error);
  json["pearson_per_structure"] = jsonNumber(r.pearson_per_structure);
  json["spearman"] = jsonNumber(r.spearman);
  json["r2"] = jsonNumber(r.r2);
  json["ceiling"] = jsonNumber(r.ceiling);
  json["bootstrap"] = {{"pearson_pooled", jsonNumber(r.bootstrap.pearson_pooled)},
                       {"pearson_per_structure", jsonNumber(r.bootstrap.pearson_per_structure)},
                       {"spearman", jsonNumber(r.bootstrap.spearman)},
                       {"r2", jsonNumber(r.bootstrap.r2)},
                       {"ceiling", jsonNumber(r.bootstrap.ceiling)}};
  return json;
}

Json toJson(const ml::Comparison& c) {
  Json json = placeJson(c);
  json["model"] = c.model;
  json["baseline"] = c.baseline;
  json["difference"] = jsonNumber(c.difference);
  json["error"] = jsonNumber(c.error);
  return json;
}

Json toJson(const Split& split) {
  return {{"train", split.train}, {"validation", split.validation}, {"test", split.test}};
}

Json scoresHead(const CampaignFolder& folder) {
  const Campaign& campaign = folder.campaign();
  Json json{{"campaign", campaign.name},
            {"temperature", campaign.system.temperature},
            {"species_scored", campaign.system.mixture.species.front()}};
  if (exists(folder.dynamics())) {
    const auto dynamics = io::readDynamics(folder.dynamics());
    json["tau_alpha"] = jsonNumber(dynamics.tau_alpha);
    json["tau_alpha_error"] = jsonNumber(dynamics.tau_alpha_error);
  }
  return json;
}

void addScores(Json& json, const ml::Evaluation& evaluation) {
  for (const char* key : {"results", "comparisons", "chi4", "correlations"}) json[key] = Json::array();
  for (const auto& one : evaluation.results) json["results"].push_back(toJson(one));
  for (const auto& one : evaluation.comparisons) json["comparisons"].push_back(toJson(one));
  for (const auto& one : evaluation.heterogeneity) json["chi4"].push_back(toJson(one));
  for (const auto& one : evaluation.correlations) json["correlations"].push_back(toJson(one));
}

void leaveOutBare(ml::Evaluation& evaluation, const std::vector<std::string>& bare) {
  std::erase_if(evaluation.comparisons,
                [&](const auto& c) { return std::find(bare.begin(), bare.end(), c.model) != bare.end(); });
}

ml::EvaluateOptions evaluateOptions(const Campaign& campaign) {
  ml::EvaluateOptions options;
  options.species_names = campaign.system.mixture.species;
  options.scores.threshold = campaign.evaluate.threshold;
  options.scores.resamples = static_cast<std::size_t>(campaign.evaluate.resamples);
  options.scores.seed = campaign.seed;
  return options;
}

void logTestScored(const CampaignFolder& folder, const std::string& command, const std::vector<std::string>& models,
                   const std::vector<std::int64_t>& structures) {
  const std::string path = folder.scoresLog();
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream log(path, std::ios::app);
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  log << Json{{"unix_time", seconds.count()},
              {"command", command},
              {"part", "test"},
              {"models", models},
              {"structures", structures}}
             .dump()
      << "\n";
  log.flush();
  require<FileError>(log.good(), "{}: the line that says that the test part was scored could not be written", path);
}

}  // namespace glassforge::app
