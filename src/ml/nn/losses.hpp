/// Losses of predictions p against labels y, with their gradients.
#pragma once

#include <span>

namespace glassforge::ml::nn {

/// Each returns weight times its sum and adds the derivatives by p to `gradient`, unless that is empty. Being sums, the
/// first two may be taken over a batch block by block: weight = 1 / (rows of the batch * scale of y).

/// weight sum |p - y|; the derivative at p = y counts as 0.
template <class Number>
double absoluteError(std::span<const Number> p, std::span<const Number> y, double weight, std::span<Number> gradient);

/// weight sum (p - y)^2.
template <class Number>
double squareError(std::span<const Number> p, std::span<const Number> y, double weight, std::span<Number> gradient);

/// weight |Var p - variance| with the population variance of the whole batch.
template <class Number>
double varianceError(std::span<const Number> p, double variance, double weight, std::span<Number> gradient);

/// Mean and sum of squared deviations.
struct Spread {
  double mean = 0, square = 0;
};
/// The square is exactly 0 where all values are equal.
template <class Number>
Spread spreadOf(std::span<const Number> values);

}  // namespace glassforge::ml::nn
