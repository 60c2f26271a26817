/// Scores of models on the test structures and their differences: what evaluation.json holds (docs/formats.md).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ml/models/model.hpp"

namespace glassforge::ml {

/// One model, label, species and time. A number that is not defined is NaN (null in JSON).
struct EvaluationResult {
  std::string model, label, species;
  double time = 0;
  double pearson_pooled = 0;
  double error = 0;                  ///< jackknife standard error over test structures of pearson_pooled
  double pearson_per_structure = 0;  ///< mean over test structures
  double r2 = 0;                     ///< NaN for a bare descriptor
  double ceiling = 0;                ///< rho_max
};

/// Pooled Pearson of a model minus that of a baseline, with the paired jackknife error. A bare descriptor counts by its
/// absolute value, since its sign is no merit.
struct Comparison {
  std::string model, baseline, label, species;
  double time = 0, difference = 0, error = 0;
};

struct Evaluation {
  std::vector<EvaluationResult> results;
  std::vector<Comparison> comparisons;
};

/// Called with the (T, N) predictions of a structure, NaN where the particle is not of a scored species.
using PredictionSink = std::function<void(std::int64_t structure, const std::string& model, const std::string& label,
                                          const Array<double>& predictions)>;

struct EvaluateOptions {
  std::vector<std::string> species_names;
  std::vector<int> scored = {0};        ///< species to score: A particles by default
  std::vector<std::string> baselines;   ///< models the others are compared with; empty: every earlier one in the list
  bool same_times = true;               ///< false: a model's k-th time serves the labels' k-th (transfer in temperature)
  PredictionSink sink;                  ///< may be empty; called where the structure is held
};

/// Scores fitted models on the test structures. Collective over the reducer's processes; all get the same bits.
/// InputError where there are no test structures or a model was trained at other times.
Evaluation evaluate(const std::vector<const Model*>& models, const StructureSource& source,
                    const std::vector<std::int64_t>& test, Reducer& reducer, const EvaluateOptions& options);

}  // namespace glassforge::ml
