/// Batch normalisation of features that rotate.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "ml/nn/channels.hpp"

namespace glassforge::ml::nn {

/// Numbers of one layer: mean of the 8 scalar channels; mean square of all channels of each degree.
constexpr std::size_t kNormMeans = kChannels, kNormVariances = (kMaxDegree + 1) * kChannels;
/// Learnt ones: a factor for each channel of each degree, a shift for the scalar channels.
constexpr std::size_t kNormParameters = kNormVariances + kChannels;

template <class Number>
struct NormMoments {
  std::array<Number, kNormMeans> mean{};
  std::array<Number, kNormVariances> variance{};
};

/// Over all nodes of one graph: mean of x (degree 0 alone); mean over nodes and components of (x - mean)^2 (not the
/// unbiased one). Sums in double in the order of nodes.
template <class Number>
NormMoments<Number> normMoments(const ChannelTable<Number>& x);

/// y = factor (x - mean) / sqrt(variance + 1e-5) + shift, mean and shift for degree 0 alone: e3nn's BatchNorm with
/// normalization = "component", reduce = "mean". x, y (N, kComponents); they may be one.
template <class Number>
void normalise(const NormMoments<Number>& moments, std::span<const Number> parameters, const ChannelTable<Number>& x,
               ChannelTable<Number>& y);

/// Where the moments are those of x itself: turns the gradient by y into that by x, in place, and adds that by the
/// parameters.
template <class Number>
void normaliseBackward(const NormMoments<Number>& moments, std::span<const Number> parameters,
                       const ChannelTable<Number>& x, ChannelTable<Number>& gradient,
                       std::span<Number> parameter_gradient);

}  // namespace glassforge::ml::nn
