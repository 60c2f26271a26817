#include "ml/models/se3_decoder.hpp"

#include <array>

#include "ml/nn/silu.hpp"

namespace glassforge::ml {

namespace {

using nn::Channels;
using nn::firstComponent;
using nn::kChannels;

constexpr std::size_t kInvariants = (nn::kMaxDegree + 1) * kChannels, kHidden = 16;

template <class Number>
std::array<Number, kInvariants> invariants(const Channels<Number>* features) {
  std::array<Number, kInvariants> v{};
  for (std::size_t c = 0; c < kChannels; ++c) v[c] = features[0].data()[c];
  for (int l = 1; l <= nn::kMaxDegree; ++l)
    for (std::size_t m = firstComponent(l); m < firstComponent(l + 1); ++m)
      for (std::size_t c = 0; c < kChannels; ++c) {
        const Number h = features[m].data()[c];
        v[static_cast<std::size_t>(l) * kChannels + c] += h * h / static_cast<Number>(2 * l + 1);
      }
  return v;
}

template <class Number>
void invariantsBackward(const Channels<Number>* features, const std::array<Number, kInvariants>& gradient,
                        Channels<Number>* feature_gradient) {
  for (std::size_t c = 0; c < kChannels; ++c) feature_gradient[0].data()[c] = gradient[c];
  for (int l = 1; l <= nn::kMaxDegree; ++l)
    for (std::size_t m = firstComponent(l); m < firstComponent(l + 1); ++m)
      for (std::size_t c = 0; c < kChannels; ++c)
        feature_gradient[m].data()[c] = 2 * features[m].data()[c] / static_cast<Number>(2 * l + 1) *
                                        gradient[static_cast<std::size_t>(l) * kChannels + c];
}

/// The arrays of one species among its parameters, or among their gradient.
template <class Number>
struct Weights {
  Number *kernel, *bias, *out_kernel, *out_bias;

  Weights(std::span<Number> block, std::size_t targets)
      : kernel(block.data()),
        bias(kernel + kInvariants * kHidden),
        out_kernel(bias + kHidden),
        out_bias(out_kernel + kHidden * targets) {}
};

template <class Number>
constexpr Number kScale = static_cast<Number>(0.17677669529663688);  // 1 / sqrt(32 invariants)
template <class Number>
constexpr Number kOutScale = static_cast<Number>(0.25);  // 1 / sqrt(16 hidden units)

/// What enters the activation.
template <class Number>
std::array<Number, kHidden> hiddenSums(const Weights<const Number>& weights, const std::array<Number, kInvariants>& v) {
  std::array<Number, kHidden> sums{};
  for (std::size_t j = 0; j < kInvariants; ++j)
    for (std::size_t k = 0; k < kHidden; ++k) sums[k] += v[j] * weights.kernel[j * kHidden + k];
  for (std::size_t k = 0; k < kHidden; ++k) sums[k] = kScale<Number> * sums[k] + weights.bias[k];
  return sums;
}

}  // namespace

template <class Number>
Se3Decoder<Number>::Se3Decoder(std::vector<std::string> species_names, std::size_t targets)
    : species_names_(std::move(species_names)), targets_(targets) {}

template <class Number>
std::size_t Se3Decoder<Number>::perSpecies() const {
  return kInvariants * kHidden + kHidden + kHidden * targets_ + targets_;
}

template <class Number>
std::vector<ParameterArray> Se3Decoder<Number>::layout() const {
  std::vector<ParameterArray> arrays;
  for (const std::string& name : species_names_) {
    const std::string decoder = "decoder." + name;
    arrays.push_back({decoder + ".hidden.kernel", {kInvariants, kHidden}});
    arrays.push_back({decoder + ".hidden.bias", {kHidden}});
    arrays.push_back({decoder + ".out.kernel", {kHidden, targets_}});
    arrays.push_back({decoder + ".out.bias", {targets_}});
  }
  return arrays;
}

template <class Number>
std::vector<Number> Se3Decoder<Number>::forward(std::span<const Number> parameters,
                                                std::span<const std::int32_t> species, const Features& features) const {
  std::vector<Number> out(species.size() * targets_);
  for (std::size_t i = 0; i < species.size(); ++i) {
    const Weights<const Number> weights(
        parameters.subspan(static_cast<std::size_t>(species[i]) * perSpecies(), perSpecies()), targets_);
    const auto sums = hiddenSums(weights, invariants(features.data() + i * nn::kComponents));
    Number* mine = out.data() + i * targets_;
    for (std::size_t k = 0; k < kHidden; ++k) {
      const Number hidden = kOutScale<Number> * nn::silu(sums[k]);
      for (std::size_t t = 0; t < targets_; ++t) mine[t] += hidden * weights.out_kernel[k * targets_ + t];
    }
    for (std::size_t t = 0; t < targets_; ++t) mine[t] += weights.out_bias[t];
  }
  return out;
}

template <class Number>
void Se3Decoder<Number>::backward(std::span<const Number> parameters, std::span<const std::int32_t> species,
                                  const Features& features, std::span<const Number> gradient,
                                  std::span<Number> parameter_gradient, Features& feature_gradient) const {
  feature_gradient.resize(features.size());
  for (std::size_t i = 0; i < species.size(); ++i) {
    const std::size_t start = static_cast<std::size_t>(species[i]) * perSpecies();
    const Weights<const Number> weights(parameters.subspan(start, perSpecies()), targets_);
    const Weights<Number> mine(parameter_gradient.subspan(start, perSpecies()), targets_);
    const auto v = invariants(features.data() + i * nn::kComponents);
    const auto sums = hiddenSums(weights, v);
    const Number* g = gradient.data() + i * targets_;
    for (std::size_t t = 0; t < targets_; ++t) mine.out_bias[t] += g[t];
    std::array<Number, kHidden> delta{};
    for (std::size_t k = 0; k < kHidden; ++k) {
      const Number hidden = kOutScale<Number> * nn::silu(sums[k]);
      Number along{};
      for (std::size_t t = 0; t < targets_; ++t) {
        mine.out_kernel[k * targets_ + t] += hidden * g[t];
        along += weights.out_kernel[k * targets_ + t] * g[t];
      }
      delta[k] = kOutScale<Number> * along * nn::siluDerivative(sums[k]);
      mine.bias[k] += delta[k];
    }
    std::array<Number, kInvariants> by_invariants{};
    for (std::size_t j = 0; j < kInvariants; ++j)
      for (std::size_t k = 0; k < kHidden; ++k) {
        mine.kernel[j * kHidden + k] += kScale<Number> * v[j] * delta[k];
        by_invariants[j] += kScale<Number> * weights.kernel[j * kHidden + k] * delta[k];
      }
    invariantsBackward(features.data() + i * nn::kComponents, by_invariants,
                       feature_gradient.data() + i * nn::kComponents);
  }
}

template class Se3Decoder<float>;
template class Se3Decoder<double>;

}  // namespace glassforge::ml
