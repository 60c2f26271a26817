/// Principal component analysis from sums over structures (Pearson, Phil. Mag. 2, 559 (1901)).
#pragma once

#include <span>
#include <vector>

#include "core/array.hpp"
#include "ml/linalg/normal_equations.hpp"

namespace glassforge::ml {

/// Eigenvectors of the covariance of F columns, the largest variance first. Columns are centred, not scaled.
struct PrincipalComponents {
  std::vector<double> mean;                ///< (F)
  Array<double> components;                ///< (F, F): row k is the k-th component, of length 1
  std::vector<double> explained_variance;  ///< (F), with n - 1 in the denominator, none below 0

  /// Coordinate of a row along the k-th component, from the mean.
  double project(std::span<const double> features, std::size_t k) const;
};

/// From the second moments about `origin` (F). The sign of a component is such that its entry of largest absolute
/// value, the first of them where several are equal, is positive. InputError with fewer than two rows or a sum that is
/// not finite.
PrincipalComponents principalComponents(const NormalEquations& sums, std::span<const double> origin);

}  // namespace glassforge::ml
