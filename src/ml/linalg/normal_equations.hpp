/// Sums over particles from which a linear model and its Pearson correlations follow: additive over structures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/array.hpp"
#include "ml/linalg/moments.hpp"

namespace glassforge::ml {

/// Rows, sum x and sum y over particles of one species: gives the means from which NormalEquations are counted.
struct ColumnSums {
  double rows = 0;
  std::vector<double> x;  ///< (F)
  std::vector<double> y;  ///< (K)

  ColumnSums(std::size_t features, std::size_t targets) : x(features), y(targets) {}
  /// Adds the particles `rows` of features (N, F) and targets (K, N).
  void accumulate(const Array<double>& features, const Array<double>& targets, std::span<const std::int32_t> rows);
  static std::size_t packedSize(std::size_t features, std::size_t targets) { return 1 + features + targets; }
  void pack(std::vector<double>& out) const;
  /// Reads what pack wrote (shape as constructed) and returns what follows.
  std::span<const double> unpack(std::span<const double> in);
  std::vector<double> meanX() const;
  std::vector<double> meanY() const;
};

/// Second moments about a given origin (origin_x, origin_y): X^T X, X^T y for all targets, y^2, and the first moments
/// left over. Particles are added in the order given, structures by add(); the bits depend on that order alone.
class NormalEquations {
 public:
  NormalEquations() = default;
  NormalEquations(std::size_t features, std::size_t targets);

  std::size_t features() const { return features_; }
  std::size_t targets() const { return targets_; }
  double rows() const { return rows_; }

  /// Adds the particles `rows` of features (N, F) and targets (K, N), both counted from the origin.
  void accumulate(const Array<double>& features, const Array<double>& targets, std::span<const std::int32_t> rows,
                  std::span<const double> origin_x, std::span<const double> origin_y);
  /// Adds another block with the same origin and shape; InputError where shapes differ.
  void add(const NormalEquations& other);

  static std::size_t packedSize(std::size_t features, std::size_t targets);
  void pack(std::vector<double>& out) const;
  /// Reads what pack wrote (shape as constructed) and returns what follows.
  std::span<const double> unpack(std::span<const double> in);

  double sumX(std::size_t a) const { return sum_x_[a]; }
  double sumY(std::size_t k) const { return sum_y_[k]; }
  /// sum x_a x_b for a <= b.
  double gram(std::size_t a, std::size_t b) const { return gram_[rowStart(a) + b]; }
  /// sum x_a y_k.
  double cross(std::size_t a, std::size_t k) const { return cross_[a * targets_ + k]; }
  /// sum y_k^2.
  double squareY(std::size_t k) const { return square_y_[k]; }

  /// How well predictions intercept + sum_a slope_a x_a follow targets over these rows, from the sums alone: M of them
  /// in one product with the Gram matrix. slopes: (M, F), per unit of x; targets: (M) which target each is meant for.
  /// Intercepts (M) and the means of the results are counted from the origin. No rows: empty moments.
  std::vector<Moments> follow(const Array<double>& slopes, std::span<const double> intercepts,
                              std::span<const std::size_t> targets) const;

 private:
  /// Offset such that + b is the place of (a, b) in the packed upper triangle.
  std::size_t rowStart(std::size_t a) const { return a * (2 * features_ - a - 1) / 2; }
  /// Adds sum x, sum y and sum y^2 of `count` rows x (count, F), y (count, K).
  void addFirstMoments(const double* x, const double* y, std::size_t count);
  /// `square` is slope^T X^T X slope.
  Moments momentsOf(std::span<const double> slope, double square, double intercept, std::size_t target) const;

  std::size_t features_ = 0, targets_ = 0;
  double rows_ = 0;
  std::vector<double> sum_x_, sum_y_, square_y_;
  std::vector<double> gram_;   ///< upper triangle, row by row
  std::vector<double> cross_;  ///< (F, K)
};

}  // namespace glassforge::ml
