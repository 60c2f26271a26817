/// Scores as JSON (docs/formats.md, "evaluation.json").
#pragma once

#include <nlohmann/json.hpp>

#include "ml/benchmark/evaluate.hpp"

namespace glassforge::app {

/// null where the value is not a finite number.
nlohmann::json jsonNumber(double value);
/// The same for a list.
nlohmann::json jsonNumbers(const std::vector<double>& values);

nlohmann::json toJson(const ml::EvaluationResult& result);
nlohmann::json toJson(const ml::Comparison& comparison);

}  // namespace glassforge::app
