/// The activation of the SE(3) network.
#pragma once

#include <cmath>

#include "ml/descriptors/exponential.hpp"

namespace glassforge::ml::nn {

/// 1 / sqrt(<silu(z)^2>) over normal z: normalised like this a layer keeps the second moment of its inputs, as e3nn's
/// normalize2mom does. By numerical integration.
constexpr double kSiluScale = 1.6765324703310913;

/// 1 / (1 + exp(-x)), without a branch.
template <class Number>
inline Number sigmoid(Number x) {
  const Number small = expNonPositive(-std::abs(x));  // exp(-|x|)
  const Number positive = Number{1} / (Number{1} + small);
  return x < Number{0} ? small * positive : positive;
}

/// kSiluScale x sigmoid(x).
template <class Number>
inline Number silu(Number x) {
  return static_cast<Number>(kSiluScale) * x * sigmoid(x);
}

/// Its derivative.
template <class Number>
inline Number siluDerivative(Number x) {
  const Number s = sigmoid(x);
  return static_cast<Number>(kSiluScale) * s * (Number{1} + x * (Number{1} - s));
}

}  // namespace glassforge::ml::nn
