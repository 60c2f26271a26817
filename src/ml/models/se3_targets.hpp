/// Inputs and targets of the SE(3) network, standardised within a structure.
#pragma once

#include <span>
#include <vector>

#include "ml/models/graph_network.hpp"

namespace glassforge::ml {

/// Per species and row of targets, over the particles of one structure whose target is finite; 0 and 1 where there are
/// none.
struct TargetMoments {
  std::vector<double> mean, variance;  ///< (species, rows)
};

/// Population moments of GraphSample::node_targets.
TargetMoments targetMoments(const GraphSample& sample, std::size_t species_count);

/// The column of features, per species minus its mean and over its standard deviation within the structure; 0 where all
/// are equal. InputError unless there is one column of finite numbers.
std::vector<double> standardisedFeature(const GraphSample& sample, std::size_t species_count);

/// Mean over all finite targets of learnt species of (output - (target - mean) / standard deviation)^2, and weight
/// times its derivative in `gradient` (N, K), 0 where nothing counts. outputs (N, K). A variance of 0 counts as 1.
template <class Number>
double standardisedLoss(const GraphSample& sample, const TargetMoments& moments, const std::vector<bool>& learnt,
                        double weight, std::span<const Number> outputs, std::span<Number> gradient);

}  // namespace glassforge::ml
