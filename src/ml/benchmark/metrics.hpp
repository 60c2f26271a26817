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
/// Pooled moments of structures that were drawn so many times each.
Moments pool(std::span<const Moments> structures, std::span<const int> times);
/// Mean of the Pearson correlations of single structures, of those that have one; NaN where none has.
double meanPearson(std::span<const Moments> structures);
/// The same over structures that were drawn so many times each.
double meanPearson(std::span<const Moments> structures, std::span<const int> times);

/// Ranks from 1, equal values sharing the mean of theirs: Pearson of ranks is Spearman's correlation.
std::vector<double> ranksOf(std::span<const double> values);

}  // namespace glassforge::ml
