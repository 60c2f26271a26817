#include "ml/benchmark/scores.hpp"

#include <cmath>
#include <limits>

#include "core/statistics.hpp"
#include "ml/benchmark/metrics.hpp"

namespace glassforge::ml {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Moments of every structure, with its noise.
std::vector<Moments> momentsOf(const PredictedColumn& column, std::span<const double> p, std::span<const double> y) {
  std::vector<Moments> moments;
  for (std::size_t s = 0; s < column.structures(); ++s) {
    moments.push_back(Moments::of(column.part(p, s), column.part(y, s)));
    moments.back().noise = column.noise[s];
  }
  return moments;
}

std::vector<double> pearsonWithoutEach(std::span<const Moments> structures) {
  std::vector<double> without;
  for (const Moments& m : leaveOneOut(structures)) without.push_back(m.pearson());
  return without;
}

/// Pearson as comparisons count it.
double merit(const ScoredModel& as, const Moments& m) {
  return as.predicts_labels ? m.pearson() : std::abs(m.pearson());
}

BootstrapErrors bootstrapErrors(std::span<const Moments> moments, std::span<const Moments> ranks, const ScoredModel& as,
                                const ScoreSettings& settings) {
  const auto error = [&](const auto& of) {
    return bootstrapError(moments.size(), settings.resamples, settings.seed, of);
  };
  BootstrapErrors errors;
  errors.pearson_pooled = error([&](std::span<const int> n) { return pool(moments, n).pearson(); });
  errors.pearson_per_structure = error([&](std::span<const int> n) { return meanPearson(moments, n); });
  errors.spearman = error([&](std::span<const int> n) { return pool(ranks, n).pearson(); });
  errors.ceiling = error([&](std::span<const int> n) { return pool(moments, n).ceiling(); });
  errors.r2 = as.predicts_labels ? error([&](std::span<const int> n) { return pool(moments, n).r2(); }) : not_a_number;
  return errors;
}

}  // namespace

EvaluationResult scoreModel(const PredictedColumn& column, std::size_t model, const ScoredModel& as,
                            const ScoreSettings& settings) {
  const std::vector<double>& p = column.prediction[model];
  const auto moments = momentsOf(column, p, column.label);
  const auto ranks = momentsOf(column, ranksOf(p), ranksOf(column.label));
  const Moments pooled = pool(moments);
  EvaluationResult result;
  result.model = as.name;
  result.pearson_pooled = pooled.pearson();
  result.error = jackknifeError(pearsonWithoutEach(moments));
  result.pearson_per_structure = meanPearson(moments);
  result.spearman = pool(ranks).pearson();
  result.r2 = as.predicts_labels ? pooled.r2() : not_a_number;
  result.ceiling = pooled.ceiling();
  result.bootstrap = bootstrapErrors(moments, ranks, as, settings);
  return result;
}

Comparison compareModels(const PredictedColumn& column, std::size_t model, const ScoredModel& as, std::size_t baseline,
                         const ScoredModel& baseline_as) {
  const auto mine = momentsOf(column, column.prediction[model], column.label);
  const auto other = momentsOf(column, column.prediction[baseline], column.label);
  Comparison c;
  c.model = as.name;
  c.baseline = baseline_as.name;
  c.difference = merit(as, pool(mine)) - merit(baseline_as, pool(other));
  const auto a = leaveOneOut(mine), b = leaveOneOut(other);
  std::vector<double> without;
  for (std::size_t s = 0; s < a.size(); ++s) without.push_back(merit(as, a[s]) - merit(baseline_as, b[s]));
  c.error = jackknifeError(without);
  return c;
}

Heterogeneity heterogeneityOf(const PredictedColumn& column, const std::vector<double>& values,
                              const std::string& label, const ScoreSettings& settings) {
  const bool distances = label == "displacement";  // remaining bonds are an overlap as they stand
  std::vector<double> overlap;
  double particles = 0;
  for (std::size_t s = 0; s < column.structures(); ++s) {
    double sum = 0;
    const auto mine = column.part(values, s);
    for (const double v : mine) sum += distances ? (v < settings.threshold ? 1.0 : 0.0) : v;
    overlap.push_back(sum / static_cast<double>(mine.size()));
    particles += static_cast<double>(mine.size()) / static_cast<double>(column.structures());
  }
  const Estimate chi4 = fourPointSusceptibility(overlap, particles);
  Heterogeneity h;
  h.chi4 = chi4.value;
  h.error = chi4.error;
  return h;
}

Correlations correlationsOf(const PredictedColumn& column, const std::vector<ScoredModel>& models) {
  Correlations c;
  std::vector<std::span<const double>> columns{column.label};
  c.names.emplace_back("label");
  for (std::size_t m = 0; m < models.size(); ++m) {
    columns.emplace_back(column.prediction[m]);
    c.names.push_back(models[m].name);
  }
  c.values = Array<double>({columns.size(), columns.size()}, 1.0);
  for (std::size_t a = 0; a < columns.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      c.values(a, b) = pearson(columns[a], columns[b]);
      c.values(b, a) = c.values(a, b);
    }
  return c;
}

}  // namespace glassforge::ml
