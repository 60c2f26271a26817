/// How softness is learnt: classes from labels, hyperplanes, and the share of particles that rearranges at a softness.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/learning_settings.hpp"
#include "ml/models/reducer.hpp"
#include "ml/models/structure_data.hpp"

namespace glassforge::ml {

/// P_R(S): in bins of softness over all training particles, the outermost bins open; the share that rearranges.
struct RearrangementCurve {
  std::vector<double> softness;     ///< (B) mean S of the bin; its middle where it is empty
  std::vector<double> rearranging;  ///< (B) P_R; 0 where the bin is empty
  std::vector<double> counts;       ///< (B) particles
  /// ln P_R = log_offset + log_slope S over the bins, weighted with their rearranging particles; NaN where fewer than
  /// two bins have any.
  double log_offset = 0, log_slope = 0;
};

/// What was learnt of one species, label and time. S = offset + sum_f weights_f (x_f - mean_f) / scale_f is the
/// distance to the hyperplane in standardised columns, positive on the soft side; |weights| = 1, or 0 where the labels
/// are all the same and there is nothing to separate.
struct SoftnessFit {
  std::vector<double> weights, mean, scale;  ///< (F)
  double offset = 0;
  double penalty = 0;               ///< C of the support vector machine
  double validation_pearson = 0;    ///< of S with the label, pooled; NaN without validation structures
  double threshold = 0;             ///< of the label: soft, and rearranging, from here on
  double intercept = 0, slope = 0;  ///< label = intercept + slope S, by least squares over all training particles
  RearrangementCurve curve;

  /// columns_f = (x_f - mean_f) / scale_f.
  void standardise(std::span<const double> features, std::span<double> columns) const;
  /// S of standardised columns.
  double distance(std::span<const double> columns) const;
  double softness(std::span<const double> features) const;
  double predict(std::span<const double> features) const { return intercept + slope * softness(features); }
};

/// What training needs beside the data.
struct SoftnessTask {
  std::string set;  ///< descriptor set
  int species = 0;
  LearningSettings settings;
};

/// Penalties tried where there are validation structures; 0.1 without.
std::vector<double> softnessPenalties();

/// One fit for every label and time of the layout, label by label; none where the species has fewer than two training
/// particles. Collective.
std::vector<SoftnessFit> trainSoftness(const TrainingView& data, const SoftnessTask& task, Reducer& reducer);

}  // namespace glassforge::ml
