#include "ml/nn/adam.hpp"

#include <cmath>

#include "core/error.hpp"

namespace glassforge::ml::nn {

template <class Number>
Adam<Number>::Adam(std::size_t parameters, const AdamSettings& settings)
    : settings_(settings), mean_(parameters, Number{0}), square_(parameters, Number{0}) {}

template <class Number>
void Adam<Number>::step(std::span<Number> parameters, std::span<const Number> gradient) {
  require(parameters.size() == mean_.size() && gradient.size() == mean_.size(),
          "an optimiser of {} parameters was given {} and a gradient of {}", mean_.size(), parameters.size(),
          gradient.size());
  power1_ *= settings_.beta1;
  power2_ *= settings_.beta2;
  const double correction = std::sqrt(1 - power2_);
  const auto rate = static_cast<Number>(settings_.rate * correction / (1 - power1_));
  const auto epsilon =
      static_cast<Number>(settings_.epsilon_after_correction ? settings_.epsilon * correction : settings_.epsilon);
  const auto keep1 = static_cast<Number>(settings_.beta1), keep2 = static_cast<Number>(settings_.beta2);
  const auto add1 = static_cast<Number>(1 - settings_.beta1), add2 = static_cast<Number>(1 - settings_.beta2);
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    mean_[i] = keep1 * mean_[i] + add1 * gradient[i];
    square_[i] = keep2 * square_[i] + add2 * gradient[i] * gradient[i];
    parameters[i] -= rate * mean_[i] / (std::sqrt(square_[i]) + epsilon);
  }
}

template <class Number>
double clipNorm(std::span<Number> gradient, double largest) {
  double square = 0;
  for (const Number g : gradient) square += static_cast<double>(g) * static_cast<double>(g);
  const double norm = std::sqrt(square);
  if (norm > largest)
    for (Number& g : gradient) g *= static_cast<Number>(largest / norm);
  return norm;
}

template class Adam<float>;
template class Adam<double>;
template double clipNorm(std::span<float>, double);
template double clipNorm(std::span<double>, double);

}  // namespace glassforge::ml::nn
