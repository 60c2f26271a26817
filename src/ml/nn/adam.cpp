#include "ml/nn/adam.hpp"

#include <cmath>
#include <utility>

#include "core/error.hpp"

namespace glassforge::ml::nn {

template <class Number>
Adam<Number>::Adam(std::size_t parameters, const AdamSettings& settings)
    : settings_(settings),
      state_{1, 1, std::vector<Number>(parameters, Number{0}), std::vector<Number>(parameters, Number{0})} {}

template <class Number>
void Adam<Number>::setState(AdamState<Number> state) {
  require(state.mean.size() == state_.mean.size() && state.square.size() == state_.mean.size(),
          "an optimiser of {} parameters was given the state of one of {} and {}", state_.mean.size(),
          state.mean.size(), state.square.size());
  state_ = std::move(state);
}

template <class Number>
void Adam<Number>::step(std::span<Number> parameters, std::span<const Number> gradient) {
  auto& [power1, power2, mean, square] = state_;
  require(parameters.size() == mean.size() && gradient.size() == mean.size(),
          "an optimiser of {} parameters was given {} and a gradient of {}", mean.size(), parameters.size(),
          gradient.size());
  power1 *= settings_.beta1;
  power2 *= settings_.beta2;
  const double correction = std::sqrt(1 - power2);
  const auto rate = static_cast<Number>(settings_.rate * correction / (1 - power1));
  const auto epsilon =
      static_cast<Number>(settings_.epsilon_after_correction ? settings_.epsilon * correction : settings_.epsilon);
  const auto keep1 = static_cast<Number>(settings_.beta1), keep2 = static_cast<Number>(settings_.beta2);
  const auto add1 = static_cast<Number>(1 - settings_.beta1), add2 = static_cast<Number>(1 - settings_.beta2);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    mean[i] = keep1 * mean[i] + add1 * gradient[i];
    square[i] = keep2 * square[i] + add2 * gradient[i] * gradient[i];
    parameters[i] -= rate * mean[i] / (std::sqrt(square[i]) + epsilon);
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
