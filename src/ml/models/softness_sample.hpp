/// The bounded sample of training particles that softness is learnt from.
#pragma once

#include "ml/models/softness_training.hpp"

namespace glassforge::ml {

/// Particles of one species, the same on every process. F columns, K labels: all labels at all times.
struct SoftnessSample {
  Array<double> features;  ///< (n, F), standardised: columns with sd below 1e-5 are 0
  Array<double> labels;    ///< (K, n), soft particles have the large values: bond breaking has its sign changed
  std::vector<double> mean, scale;  ///< (F) of the columns before; scale 1 where the column was dropped
};

/// Which labels and times, flattened.
struct SoftnessTarget {
  std::string label;
  std::size_t time = 0;
  double sign = 1;  ///< -1 where soft particles have small values
};

/// Particles with small values of this label are the soft ones (bond breaking counts the bonds that remain).
bool softIsSmall(const std::string& label);

std::vector<SoftnessTarget> softnessTargets(const TrainingView& data);

/// Row k of the label table (K, N) of one structure is the k-th target times its sign.
Array<double> softnessLabels(const StructureSample& sample, const std::vector<LabelField>& layout);

/// At most 2^23 numbers: from every training structure the same number of particles, those that come first in the order
/// of keyed random numbers of (seed, structure, particle). Rows go round the structures, one particle of each in turn,
/// so that no structure is preferred where labels are equal. Collective.
SoftnessSample drawSample(const TrainingView& data, const SoftnessTask& task, Reducer& reducer);

}  // namespace glassforge::ml
