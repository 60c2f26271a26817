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
  const Number half = static_cast<Number>(0.5), above = Number{1} / (Number{1} + expNonPositive(-std::abs(x))) - half;
  return half + std::copysign(above, x);
}

/// kSiluScale x sigmoid(x), and its derivative.
template <class Number>
struct Silu {
  Number value, derivative;

  explicit Silu(Number x) {
    const Number s = sigmoid(x), scale = static_cast<Number>(kSiluScale);
    value = scale * x * s;
    derivative = scale * s * (Number{1} + x * (Number{1} - s));
  }
};

template <class Number>
inline Number silu(Number x) {
  return Silu(x).value;
}

template <class Number>
inline Number siluDerivative(Number x) {
  return Silu(x).derivative;
}

}  // namespace glassforge::ml::nn
