#include "ml/nn/gate.hpp"

#include <array>
#include <cmath>

#include "ml/nn/silu.hpp"

namespace glassforge::ml::nn {

namespace {

template <class Number>
Number gateScale() {
  return static_cast<Number>(1 / std::sqrt(static_cast<double>(kChannels)));
}

/// sigmoid((s G) / sqrt(8)).
template <class Number>
std::array<Number, kGates> openness(std::span<const Number> parameters, const Channels<Number>& scalars) {
  std::array<Number, kGates> gates{};
  for (std::size_t c = 0; c < kChannels; ++c)
    for (std::size_t n = 0; n < kGates; ++n) gates[n] += scalars.data()[c] * parameters[c * kGates + n];
  for (Number& g : gates) g = sigmoid(gateScale<Number>() * g);
  return gates;
}

}  // namespace

template <class Number>
void gate(std::span<const Number> parameters, const ChannelTable<Number>& x, ChannelTable<Number>& y) {
  y.resize(x.size());
  for (std::size_t row = 0; row < x.size(); row += kComponents) {
    const auto gates = openness(parameters, x[row]);
    for (std::size_t c = 0; c < kChannels; ++c) y[row].data()[c] = silu(x[row].data()[c]);
    for (int l = 1; l <= kMaxDegree; ++l)
      for (std::size_t m = row + firstComponent(l); m < row + firstComponent(l + 1); ++m)
        for (std::size_t c = 0; c < kChannels; ++c)
          y[m].data()[c] = 2 * gates[static_cast<std::size_t>(l - 1) * kChannels + c] * x[m].data()[c];
  }
}

template <class Number>
void gateBackward(std::span<const Number> parameters, const ChannelTable<Number>& x, ChannelTable<Number>& gradient,
                  std::span<Number> parameter_gradient) {
  for (std::size_t row = 0; row < x.size(); row += kComponents) {
    const Number* scalars = x[row].data();
    const auto gates = openness(parameters, x[row]);
    std::array<Number, kGates> delta{};  // by what enters the sigmoid
    for (int l = 1; l <= kMaxDegree; ++l)
      for (std::size_t m = row + firstComponent(l); m < row + firstComponent(l + 1); ++m)
        for (std::size_t c = 0; c < kChannels; ++c) {
          const std::size_t n = static_cast<std::size_t>(l - 1) * kChannels + c;
          Number& g = gradient[m].data()[c];
          delta[n] += g * x[m].data()[c];
          g *= 2 * gates[n];
        }
    for (std::size_t n = 0; n < kGates; ++n) delta[n] *= 2 * gates[n] * (1 - gates[n]) * gateScale<Number>();
    for (std::size_t c = 0; c < kChannels; ++c) {
      Number back = gradient[row].data()[c] * siluDerivative(scalars[c]);
      for (std::size_t n = 0; n < kGates; ++n) {
        back += parameters[c * kGates + n] * delta[n];
        parameter_gradient[c * kGates + n] += scalars[c] * delta[n];
      }
      gradient[row].data()[c] = back;
    }
  }
}

template void gate(std::span<const float>, const ChannelTable<float>&, ChannelTable<float>&);
template void gate(std::span<const double>, const ChannelTable<double>&, ChannelTable<double>&);
template void gateBackward(std::span<const float>, const ChannelTable<float>&, ChannelTable<float>&, std::span<float>);
template void gateBackward(std::span<const double>, const ChannelTable<double>&, ChannelTable<double>&,
                           std::span<double>);

}  // namespace glassforge::ml::nn
