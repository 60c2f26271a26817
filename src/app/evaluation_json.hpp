/// Scores as JSON (docs/formats.md, "evaluation.json"), and the log of who looked at the test part.
#pragma once

#include <nlohmann/json.hpp>

#include "app/campaign_folder.hpp"
#include "core/campaign.hpp"
#include "core/split.hpp"
#include "ml/benchmark/evaluate.hpp"

namespace glassforge::app {

/// null where the value is not a finite number.
nlohmann::json jsonNumber(double value);
/// The same for a list.
nlohmann::json jsonNumbers(const std::vector<double>& values);

nlohmann::json toJson(const ml::EvaluationResult& result);
nlohmann::json toJson(const ml::Comparison& comparison);
nlohmann::json toJson(const Split& split);

/// What evaluation.json and crossfit.json begin with: campaign, temperature, tau_alpha where it is known.
nlohmann::json scoresHead(const CampaignFolder& folder);
/// Adds results, comparisons, chi4 and correlations.
void addScores(nlohmann::json& json, const ml::Evaluation& evaluation);

/// Leaves out comparisons of one bare descriptor with another, which say nothing.
void leaveOutBare(ml::Evaluation& evaluation, const std::vector<std::string>& bare);

/// How a campaign wants its scores made.
ml::EvaluateOptions evaluateOptions(const Campaign& campaign);

/// A line in log/scores.jsonl: the test part was scored, with which models, by which command. By rank 0. FileError
/// where it cannot be written.
void logTestScored(const CampaignFolder& folder, const std::string& command, const std::vector<std::string>& models,
                   const std::vector<std::int64_t>& structures);

}  // namespace glassforge::app
