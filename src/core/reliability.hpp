/// How much of the spread of a label over particles is not noise of its replicas, and what follows for a perfect
/// prediction.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace glassforge {

/// 1 - noise / spread: `noise` is the mean variance of the label itself (variance over replicas / number of replicas),
/// `spread` the variance of the label over particles; or sums of both over the same particles. 0 where the noise
/// exceeds the spread, NaN where the noise is not known or there is no spread.
inline double reliability(double noise, double spread) {
  if (!(spread > 0) || std::isnan(noise)) return std::numeric_limits<double>::quiet_NaN();
  return std::max(0.0, 1 - noise / spread);
}

/// rho_max = sqrt(1 - sigma_noise^2 / var): the Pearson correlation of a perfect prediction with the noisy label
/// (docs/formulas_ml.md, "Ceiling").
inline double noiseCeiling(double noise, double spread) {
  return std::sqrt(reliability(noise, spread));
}

}  // namespace glassforge
