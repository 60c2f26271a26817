/// The optimiser of Kingma and Ba (arXiv 1412.6980).
#pragma once

#include <span>
#include <vector>

namespace glassforge::ml::nn {

struct AdamSettings {
  double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7;
  /// Keras adds epsilon to the root of the running mean square as it stands, torch to that corrected for its start.
  bool epsilon_after_correction = false;
};

/// What an optimiser has to remember between two steps.
template <class Number>
struct AdamState {
  double power1 = 1, power2 = 1;     ///< beta1 and beta2 to the number of steps
  std::vector<Number> mean, square;  ///< running means of the gradient and of its squares
};

template <class Number>
class Adam {
 public:
  Adam(std::size_t parameters, const AdamSettings& settings);
  void step(std::span<Number> parameters, std::span<const Number> gradient);
  /// Of the steps to come.
  void setRate(double rate) { settings_.rate = rate; }

  const AdamState<Number>& state() const { return state_; }
  /// InputError where it is of another number of parameters.
  void setState(AdamState<Number> state);

 private:
  AdamSettings settings_;
  AdamState<Number> state_;
};

/// Scales the gradient down to the norm `largest` where it is longer; returns the norm it had.
template <class Number>
double clipNorm(std::span<Number> gradient, double largest);

}  // namespace glassforge::ml::nn
