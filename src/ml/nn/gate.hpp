/// The nonlinearity of the SE(3) network.
#pragma once

#include <span>

#include "ml/nn/channels.hpp"

namespace glassforge::ml::nn {

/// One gate for each channel of degrees 1..3, made of the 8 scalar channels.
constexpr std::size_t kGates = kMaxDegree * kChannels;
constexpr std::size_t kGateParameters = kChannels * kGates;

/// Scalars s -> silu(s); channel c of degree l > 0 is multiplied by 2 sigmoid((s G)_lc / sqrt(8)). G (8, 24). Rows of
/// x, y (N, kComponents); they may be one.
template <class Number>
void gate(std::span<const Number> parameters, const ChannelTable<Number>& x, ChannelTable<Number>& y);

/// Turns the gradient by y into that by x, in place; adds that by G.
template <class Number>
void gateBackward(std::span<const Number> parameters, const ChannelTable<Number>& x, ChannelTable<Number>& gradient,
                  std::span<Number> parameter_gradient);

}  // namespace glassforge::ml::nn
