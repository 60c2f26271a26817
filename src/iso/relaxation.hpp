/// tau_alpha from curves of F_s of independent structures.
#pragma once

#include <vector>

#include "core/array.hpp"
#include "core/statistics.hpp"
#include "md/observables.hpp"

namespace glassforge::iso {

using md::kWaveNumber;
constexpr double kStructuralDecay = 0.367879441171442321596;  ///< F_s(tau_alpha) = 1 / e

/// Where `fs` first falls below `level`: between two times ln(-ln F_s) is linear in ln t, which is exact for a
/// stretched exponential (linear in F_s where it is not between 0 and 1). NaN where it does not fall so far, or begins
/// below.
double crossingTime(const std::vector<double>& times, const std::vector<double>& fs, double level);

/// Where the mean over structures of the curves (S, T) crosses `level`. The error is the jackknife over structures of
/// the logarithm of that time, times it: times spread by factors, not by differences. NaN for a single structure, and
/// where a mean without one of the structures does not cross.
Estimate relaxationTime(const std::vector<double>& times, const Array<double>& curves, double level = kStructuralDecay);

}  // namespace glassforge::iso
