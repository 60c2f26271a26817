#include "ml/nn/activation.hpp"

#include <cmath>

#include "ml/descriptors/exponential.hpp"

namespace glassforge::ml::nn {

template <class Number>
void activate(Activation activation, std::span<Number> values) {
  Number* x = values.data();
  const std::size_t count = values.size();
  if (activation == Activation::elu)
    for (std::size_t i = 0; i < count; ++i) {  // without a branch, so that it becomes vector instructions
      const Number size = std::abs(x[i]), above = Number(0.5) * (x[i] + size), below = Number(0.5) * (x[i] - size);
      x[i] = above + (expNonPositive(below) - Number{1});
    }
  if (activation == Activation::relu)
    for (std::size_t i = 0; i < count; ++i) x[i] = x[i] > Number{0} ? x[i] : Number{0};
}

template <class Number>
void multiplyByDerivative(Activation activation, std::span<const Number> y, std::span<Number> gradient) {
  const std::size_t count = gradient.size();
  if (activation == Activation::elu)
    for (std::size_t i = 0; i < count; ++i) gradient[i] *= Number{1} + Number(0.5) * (y[i] - std::abs(y[i]));
  if (activation == Activation::relu)
    for (std::size_t i = 0; i < count; ++i) gradient[i] *= y[i] > Number{0} ? Number{1} : Number{0};
}

template void activate(Activation, std::span<float>);
template void activate(Activation, std::span<double>);
template void multiplyByDerivative(Activation, std::span<const float>, std::span<float>);
template void multiplyByDerivative(Activation, std::span<const double>, std::span<double>);

}  // namespace glassforge::ml::nn
