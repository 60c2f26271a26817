/// Functions applied to each number that leaves a layer, and their derivatives.
#pragma once

#include <span>

namespace glassforge::ml::nn {

/// y = x; y = x for x > 0, else exp(x) - 1 (Clevert et al., arXiv 1511.07289, alpha = 1); y = max(x, 0).
enum class Activation { linear, elu, relu };

/// In place.
template <class Number>
void activate(Activation activation, std::span<Number> values);

/// gradient *= dy/dx, written with y = f(x) as activate left it.
template <class Number>
void multiplyByDerivative(Activation activation, std::span<const Number> y, std::span<Number> gradient);

}  // namespace glassforge::ml::nn
