/// Ridge regression from normal equations: one decomposition serves every penalty and target.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/array.hpp"
#include "ml/linalg/normal_equations.hpp"

namespace glassforge::ml {

/// Minimises |y - ybar - Z w|^2 + penalty |w|^2 with Z the standardised columns z = (x - mean) / scale
/// (Hoerl and Kennard, Technometrics 12, 55 (1970)). Z^T Z = Q T Q^T with tridiagonal T is found once by reflections;
/// each penalty and target is then a tridiagonal system (Elden, BIT 17, 134 (1977)), which needs no eigenvectors.
/// Columns whose standard deviation is below `least_deviation` get weight zero and scale 1.
class RidgeSolver {
 public:
  static constexpr double least_deviation = 1e-5;  ///< reference 4.4: such features are dropped

  /// InputError where there are no rows or a sum is not finite.
  explicit RidgeSolver(const NormalEquations& train);
  ~RidgeSolver();
  RidgeSolver(RidgeSolver&&) noexcept;
  RidgeSolver& operator=(RidgeSolver&&) noexcept;

  /// Rows of the training data.
  double rows() const;
  /// (F) mean of each column counted from the origin of the normal equations.
  const std::vector<double>& shift() const;
  /// (F) standard deviation of each column over the training rows; 1 where the column is dropped.
  const std::vector<double>& scale() const;
  /// (F) weights of the standardised columns for one target.
  std::vector<double> weights(std::size_t target, double penalty) const;
  /// (P K, F) weights per unit of the columns themselves, weights / scale: all targets with the first penalty, then all
  /// with the second, ...
  Array<double> slopes(std::span<const double> penalties) const;
  /// Mean of a target counted from the origin of the normal equations: the intercept of the standardised model.
  double intercept(std::size_t target) const;

 private:
  struct Decomposition;
  std::unique_ptr<Decomposition> parts_;
};

}  // namespace glassforge::ml
