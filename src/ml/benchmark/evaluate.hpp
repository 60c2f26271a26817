/// Scores of models on structures they have not seen, and their differences: what evaluation.json holds
/// (docs/formats.md).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ml/benchmark/scores.hpp"
#include "ml/models/model.hpp"

namespace glassforge::ml {

struct Evaluation {
  std::vector<EvaluationResult> results;
  std::vector<Comparison> comparisons;
  std::vector<Heterogeneity> heterogeneity;
  std::vector<Correlations> correlations;
};

/// Called with the (T, N) predictions of a structure, NaN where the particle is not of a scored species.
using PredictionSink = std::function<void(std::int64_t structure, const std::string& model, const std::string& label,
                                          const Array<double>& predictions)>;

struct EvaluateOptions {
  std::vector<std::string> species_names;
  std::vector<int> scored = {0};       ///< species to score: A particles by default
  std::vector<std::string> baselines;  ///< models the others are compared with; empty: every earlier one in the list
  bool same_times = true;              ///< false: a model's k-th time serves the labels' k-th (transfer in temperature)
  PredictionSink sink;                 ///< may be empty; called where the structure is held
  ScoreSettings scores;
};

/// Predictions of fitted models for one structure, each descriptor set loaded once. InputError where a model was
/// trained at other times.
PredictedStructure predictStructure(std::int64_t structure, const std::vector<const Model*>& models,
                                    const StructureSource& source, const std::vector<LabelField>& layout);

/// Scores predictions on structures; a model has no score for a label, time and species where it predicts NaN.
/// Collective over the reducer's processes; all get the same bits. InputError where
/// there are no structures.
Evaluation scorePredictions(const std::vector<ScoredModel>& models, const PredictedSource& source,
                            const std::vector<LabelField>& layout, const std::vector<std::int64_t>& structures,
                            Reducer& reducer, const EvaluateOptions& options);

/// Both: scores fitted models on the test structures. Collective. InputError where there are no test structures or a
/// model was trained at other times.
Evaluation evaluate(const std::vector<const Model*>& models, const StructureSource& source,
                    const std::vector<std::int64_t>& test, Reducer& reducer, const EvaluateOptions& options);

}  // namespace glassforge::ml
