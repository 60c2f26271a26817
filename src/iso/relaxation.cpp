#include "iso/relaxation.hpp"

#include <cmath>
#include <limits>

namespace glassforge::iso {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Mean over structures of the curves (S, T), without structure `left_out` (S or more: over all).
std::vector<double> meanCurve(const Array<double>& curves, std::size_t left_out) {
  std::vector<double> mean(curves.extent(1), 0.0);
  double used = 0;
  for (std::size_t s = 0; s < curves.extent(0); ++s) {
    if (s == left_out) continue;
    for (std::size_t t = 0; t < mean.size(); ++t) mean[t] += curves(s, t);
    ++used;
  }
  for (double& m : mean) m /= used;
  return mean;
}

double stretched(double f) {
  return std::log(-std::log(f));
}

}  // namespace

double crossingTime(const std::vector<double>& times, const std::vector<double>& fs, double level) {
  for (std::size_t t = 0; t < fs.size(); ++t) {
    if (!(fs[t] < level)) continue;
    if (t == 0) return kMissing;
    const double before = fs[t - 1], after = fs[t];
    const double share = before < 1 && after > 0
                             ? (stretched(level) - stretched(before)) / (stretched(after) - stretched(before))
                             : (before - level) / (before - after);
    return times[t - 1] * std::pow(times[t] / times[t - 1], share);
  }
  return kMissing;
}

Estimate relaxationTime(const std::vector<double>& times, const Array<double>& curves, double level) {
  const std::size_t S = curves.extent(0);
  const double tau = crossingTime(times, meanCurve(curves, S), level);
  const auto logarithm = jackknife(
      std::log(tau), S, [&](std::size_t s) { return std::log(crossingTime(times, meanCurve(curves, s), level)); });
  return {tau, tau * logarithm.error};
}

}  // namespace glassforge::iso
