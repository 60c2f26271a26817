#include "ml/nn/radial_network.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "ml/nn/silu.hpp"

namespace glassforge::ml::nn {

namespace {

constexpr std::size_t kHiddenParts = kRadialHidden / kChannels;
constexpr std::size_t kBlock = 4;  // edges whose sums are in registers together; tiles are padded to whole blocks

template <class Number>
Number firstScale() {
  return static_cast<Number>(1 / std::sqrt(static_cast<double>(kRadialFunctions)));
}
template <class Number>
Number secondScale() {
  return static_cast<Number>(1 / std::sqrt(static_cast<double>(kRadialHidden)));
}

/// sum[b][v] += x[b * row_step + k] matrix[k * matrix_step + v] over k < terms, for a block of edges b and two v.
template <class Number>
[[gnu::always_inline]] inline void addBlock(const Number* x, std::size_t row_step, std::size_t terms,
                                            const Channels<Number>* matrix, std::size_t matrix_step,
                                            Channels<Number> (&sum)[kBlock][2]) {
  for (std::size_t k = 0; k < terms; ++k) {
    const Channels<Number> left = matrix[k * matrix_step], right = matrix[k * matrix_step + 1];
#pragma GCC unroll 4
    for (std::size_t b = 0; b < kBlock; ++b) {
      const auto factor = Channels<Number>::all(x[b * row_step + k]);
      addProduct(sum[b][0], left, factor);
      addProduct(sum[b][1], right, factor);
    }
  }
}

}  // namespace

template <class Number>
RadialNetwork<Number>::RadialNetwork(std::size_t paths, std::size_t channels)
    : paths_(paths),
      channels_(channels),
      first_(kRadialFunctions * kHiddenParts),
      first_gradient_(first_),
      second_(kRadialHidden * paths),
      second_gradient_(second_),
      transposed_(paths * kChannels * kHiddenParts),
      weights_(paths * kTileEdges),
      hidden_(kTileEdges * kRadialHidden),
      derivative_(hidden_),
      delta_(hidden_) {}

template <class Number>
void RadialNetwork<Number>::load(std::span<const Number> parameters) {
  const std::size_t firsts = kRadialFunctions * kRadialHidden;
  for (std::size_t n = 0; n < firsts; ++n) first_[0].data()[n] = firstScale<Number>() * parameters[n];
  const Number* from = parameters.data() + firsts;
  for (std::size_t k = 0; k < kRadialHidden; ++k)
    for (std::size_t p = 0; p < paths_; ++p)
      for (std::size_t c = 0; c < channels_; ++c) {
        const Number value = secondScale<Number>() * *from++;
        second_[k * paths_ + p].data()[c] = value;
        transposed_[(p * kChannels + c) * kHiddenParts + k / kChannels].data()[k % kChannels] = value;
      }
  std::ranges::fill(first_gradient_, Channels<Number>{});
  std::ranges::fill(second_gradient_, Channels<Number>{});
}

template <class Number>
void RadialNetwork<Number>::addGradient(std::span<Number> gradient) const {
  const std::size_t firsts = kRadialFunctions * kRadialHidden;
  for (std::size_t n = 0; n < firsts; ++n) gradient[n] += firstScale<Number>() * first_gradient_[0].data()[n];
  Number* to = gradient.data() + firsts;
  for (const Channels<Number>& row : second_gradient_)
    for (std::size_t c = 0; c < channels_; ++c) *to++ += secondScale<Number>() * row.data()[c];
}

template <class Number>
void RadialNetwork<Number>::hiddenUnits(const Number* radial, std::size_t edges) {
  for (std::size_t e = 0; e < edges; ++e) {
    std::array<Channels<Number>, kHiddenParts> sum{};
    for (std::size_t n = 0; n < kRadialFunctions; ++n)
      for (std::size_t v = 0; v < kHiddenParts; ++v)
        addProduct(sum[v], first_[n * kHiddenParts + v], radial[e * kRadialFunctions + n]);
    Number value[kRadialHidden], derivative[kRadialHidden];
    for (std::size_t k = 0; k < kRadialHidden; ++k) {
      const Silu<Number> activated(sum[0].data()[k]);
      value[k] = activated.value;
      derivative[k] = activated.derivative;
    }
    std::copy_n(value, kRadialHidden, hidden_.data() + e * kRadialHidden);
    std::copy_n(derivative, kRadialHidden, derivative_.data() + e * kRadialHidden);
  }
}

template <class Number>
void RadialNetwork<Number>::dropUnits(std::size_t edge, std::size_t edges, const Dropout& dropout) {
  if (dropout.share <= 0) return;
  const RandomStream stream(dropout.key);
  const auto threshold = static_cast<std::uint32_t>(std::lround(dropout.share * 65536));
  const auto kept = static_cast<Number>(65536.0 / (65536.0 - threshold));
  for (std::size_t e = 0; e < edges; ++e)
    for (std::size_t v = 0; v < kHiddenParts; ++v) {
      const auto words = stream.words(dropout.step, static_cast<std::uint32_t>(kHiddenParts * (edge + e) + v));
      const std::size_t at = e * kRadialHidden + v * kChannels;
      for (std::size_t k = 0; k < kChannels; ++k) {
        const std::uint32_t bits = words.v[k / 2] >> (16 * (k % 2)) & 0xffffu;
        const Number factor = bits < threshold ? Number{0} : kept;
        hidden_[at + k] *= factor;
        derivative_[at + k] *= factor;
      }
    }
}

template <class Number>
const Channels<Number>* RadialNetwork<Number>::forward(const EdgeBasis<Number>& basis, std::size_t edge,
                                                       std::size_t edges, const Dropout& dropout) {
  hiddenUnits(basis.radial(edge), edges);
  dropUnits(edge, edges, dropout);
  for (std::size_t p = 0; p < paths_; p += 2)
    for (std::size_t e = 0; e < edges; e += kBlock) {
      Channels<Number> sum[kBlock][2];
      addBlock(hidden_.data() + e * kRadialHidden, kRadialHidden, kRadialHidden, second_.data() + p, paths_, sum);
      for (std::size_t b = 0; b < kBlock; ++b) {
        weights_[p * kTileEdges + e + b] = sum[b][0];
        weights_[(p + 1) * kTileEdges + e + b] = sum[b][1];
      }
    }
  return weights_.data();
}

template <class Number>
void RadialNetwork<Number>::addSecondGradient(std::size_t edges, const Channels<Number>* gradient) {
  for (std::size_t p = 0; p < paths_; ++p)
    for (std::size_t v = 0; v < kHiddenParts; ++v) {
      Channels<Number> sum[kChannels];
      for (std::size_t e = 0; e < edges; ++e) {
        const Channels<Number> g = gradient[p * kTileEdges + e];
        const Number* hidden = hidden_.data() + e * kRadialHidden + v * kChannels;
#pragma GCC unroll 8
        for (std::size_t k = 0; k < kChannels; ++k) addProduct(sum[k], g, hidden[k]);
      }
      for (std::size_t k = 0; k < kChannels; ++k) second_gradient_[(v * kChannels + k) * paths_ + p] += sum[k];
    }
}

/// delta: the gradient by what enters the activation.
template <class Number>
void RadialNetwork<Number>::hiddenGradient(std::size_t edges, const Channels<Number>* gradient) {
  for (std::size_t e = 0; e < edges; e += kBlock) {
    Channels<Number> sum[kBlock][2];
    for (std::size_t p = 0; p < paths_; ++p)
      addBlock(gradient[p * kTileEdges + e].data(), kChannels, kChannels,
               transposed_.data() + p * kChannels * kHiddenParts, kHiddenParts, sum);
    for (std::size_t b = 0; b < kBlock; ++b)
      for (std::size_t v = 0; v < kHiddenParts; ++v)
        std::copy_n(sum[b][v].data(), kChannels, delta_.data() + (e + b) * kRadialHidden + v * kChannels);
  }
  for (std::size_t n = 0; n < edges * kRadialHidden; ++n) delta_[n] *= derivative_[n];
}

template <class Number>
void RadialNetwork<Number>::backward(const EdgeBasis<Number>& basis, std::size_t edge, std::size_t edges,
                                     const Channels<Number>* gradient) {
  addSecondGradient(edges, gradient);
  hiddenGradient(edges, gradient);
  const Number* radial = basis.radial(edge);
  for (std::size_t e = 0; e < edges; ++e) {
    std::array<Channels<Number>, kHiddenParts> delta;
    std::copy_n(delta_.data() + e * kRadialHidden, kRadialHidden, delta[0].data());
    for (std::size_t n = 0; n < kRadialFunctions; ++n)
      for (std::size_t v = 0; v < kHiddenParts; ++v)
        addProduct(first_gradient_[n * kHiddenParts + v], delta[v], radial[e * kRadialFunctions + n]);
  }
}

template class RadialNetwork<float>;
template class RadialNetwork<double>;

}  // namespace glassforge::ml::nn
