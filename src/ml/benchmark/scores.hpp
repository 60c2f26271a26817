/// The scores of one column of predictions: task A (Pearson, Spearman, R^2 against the noise ceiling) and task C (chi4)
/// of GlassBench, with errors over structures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/array.hpp"
#include "ml/benchmark/predicted.hpp"

namespace glassforge::ml {

/// A model as scores see it.
struct ScoredModel {
  std::string name;
  bool predicts_labels = true;  ///< false for a bare descriptor: no r2, no chi4, and its sign is no merit
};

/// Which column a number is of.
struct ScorePlace {
  std::string label, species;
  double time = 0;
};

/// Standard deviations over bootstrap resamples of the structures; NaN for one structure.
struct BootstrapErrors {
  double pearson_pooled = 0, pearson_per_structure = 0, spearman = 0, r2 = 0, ceiling = 0;
};

/// One model, label, species and time. A number that is not defined is NaN (null in JSON).
struct EvaluationResult : ScorePlace {
  std::string model;
  double pearson_pooled = 0;
  double error = 0;                  ///< jackknife standard error over structures of pearson_pooled
  double pearson_per_structure = 0;  ///< mean over structures
  double spearman = 0;               ///< of all particles together
  double r2 = 0;                     ///< NaN for a bare descriptor
  double ceiling = 0;                ///< rho_max
  BootstrapErrors bootstrap;
};

/// Pooled Pearson of a model minus that of a baseline, with the paired jackknife error. A bare descriptor counts by its
/// absolute value, since its sign is no merit.
struct Comparison : ScorePlace {
  std::string model, baseline;
  double difference = 0, error = 0;
};

/// chi4 of what a model predicts, or of the labels themselves where `model` is empty.
struct Heterogeneity : ScorePlace {
  std::string model;
  double chi4 = 0;
  double error = 0;  ///< jackknife over structures
};

/// Pooled Pearson between all pairs of columns: the label first, then the models.
struct Correlations : ScorePlace {
  std::vector<std::string> names;  ///< (1 + models)
  Array<double> values;            ///< (1 + models, 1 + models)
};

struct ScoreSettings {
  double threshold = 0.3;        ///< of the displacement propensity in chi4 (Roadmap, eq. 2)
  std::size_t resamples = 1000;  ///< of the bootstrap
  std::uint64_t seed = 0;        ///< of its draws
};

EvaluationResult scoreModel(const PredictedColumn& column, std::size_t model, const ScoredModel& as,
                            const ScoreSettings& settings);
Comparison compareModels(const PredictedColumn& column, std::size_t model, const ScoredModel& as, std::size_t baseline,
                         const ScoredModel& baseline_as);
/// `values` are labels or predictions of `label`, displacement or bond_breaking.
Heterogeneity heterogeneityOf(const PredictedColumn& column, const std::vector<double>& values,
                              const std::string& label, const ScoreSettings& settings);
Correlations correlationsOf(const PredictedColumn& column, const std::vector<ScoredModel>& models);

}  // namespace glassforge::ml
