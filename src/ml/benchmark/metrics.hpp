/// Scores over several structures: pooled, per structure, and their jackknife errors.
#pragma once

#include <span>
#include <vector>

#include "core/statistics.hpp"
#include "ml/linalg/moments.hpp"

namespace glassforge::ml {

/// Pearson correlation of two equally long columns; NaN where one is constant.
double pearson(std::span<const double> p, std::span<const double> y);

/// All structures together, in order.
Moments pool(std::span<const Moments> structures);
/// Pooled moments without structure s, for every s, each summed in structure order.
std::vector<Moments> leaveOneOut(std::span<const Moments> structures);
/// Mean of the Pearson correlations of single structures, of those that have one; NaN where none has.
double meanPearson(std::span<const Moments> structures);

}  // namespace glassforge::ml
