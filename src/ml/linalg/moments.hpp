/// Centred moments of predictions and labels, and the scores that follow from them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace glassforge::ml {

/// Moments of predictions p and labels y; merged without cancellation (Chan, Golub, LeVeque 1979).
struct Moments {
  double rows = 0, mean_p = 0, mean_y = 0;
  double spp = 0, syy = 0, spy = 0;  ///< sums of squared and mixed deviations
  double squared_error = 0;          ///< sum (y - p)^2
  double noise = 0;                  ///< sum over particles of the variance of the mean label
  static constexpr std::size_t packed_size = 8;

  /// Two passes over equally long p and y; InputError where lengths differ.
  static Moments of(std::span<const double> p, std::span<const double> y);
  static Moments merge(const Moments& a, const Moments& b);
  void pack(std::vector<double>& out) const;
  static Moments unpack(std::span<const double> in);

  /// NaN where either side is constant, to 1e-13 of its mean (standard deviation), or there are fewer than two rows.
  double pearson() const;
  /// Coefficient of determination 1 - sum (y - p)^2 / sum (y - ybar)^2; NaN for constant labels.
  double r2() const;
  /// rho_max = sqrt(1 - sigma_noise^2 / var y), sigma_noise^2 = noise / rows (docs/formulas_ml.md, "Ceiling"); 0 where
  /// the noise exceeds the variance, NaN where it is not known or the labels are constant.
  double ceiling() const;
};

}  // namespace glassforge::ml
