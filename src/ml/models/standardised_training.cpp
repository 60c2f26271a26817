#include "ml/models/standardised_training.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "ml/nn/adam.hpp"
#include "ml/nn/tile_product.hpp"

namespace glassforge::ml {

namespace {

constexpr int repetitions = 24;       // until means and variances are those of the parameters made with them
constexpr double slowing = 0.3;       // of repetition r the share 1 / (1 + slowing r) is taken
constexpr double kept_share = 0.9;    // of running means, at each pass
constexpr float first_spread = 0.1F;  // of what the last kernel gives

/// Kernels and their biases, which follow them.
std::vector<nn::StandardisedKernel> kernelsOf(const std::vector<ParameterArray>& layout) {
  std::vector<nn::StandardisedKernel> kernels;
  std::size_t at = 0;
  for (const ParameterArray& array : layout) {
    const std::size_t size = Array<double>::count(array.shape);
    if (array.shape.size() == 2)
      kernels.push_back({at, at + size, array.shape[0], array.shape[1], static_cast<std::size_t>(nn::kWidth)});
    at += size;
  }
  return kernels;
}

/// Kernel and bias times one factor, after which the kernel has the variance 1 / inputs.
void bringToVariance(const nn::StandardisedKernel& at, std::span<float> parameters) {
  const auto kernel = parameters.subspan(at.kernel, at.rows * at.columns);
  double squares = 0;
  for (const float w : kernel) squares += static_cast<double>(w) * static_cast<double>(w);
  if (squares == 0) return;
  const auto factor = static_cast<float>(std::sqrt(static_cast<double>(at.rows) / squares));
  for (float& w : kernel) w *= factor;
  for (float& b : parameters.subspan(at.bias, at.rows)) b *= factor;
}

}  // namespace

StandardisedTraining::StandardisedTraining(GraphNetwork<float>& network, const GraphSample& sample,
                                           std::span<const float> parameters, std::span<const float> statistics)
    : network_(network), kernels_(kernelsOf(network.layout())), standardised_(kernels_) {
  measure(sample, parameters, statistics);
  require(!moments_.empty(), "this network does not offer standardised = true; botan and bapst do");
}

void StandardisedTraining::measure(const GraphSample& sample, std::span<const float> parameters,
                                   std::span<const float> statistics) {
  network_.predict(parameters, statistics, sample);
  moments_ = network_.inputMoments();
  require(std::ranges::all_of(moments_, [](double m) { return std::isfinite(m); }),
          "the first parameters cannot be standardised: what the layers give is not finite; set standardised = false");
}

void StandardisedTraining::bringFirst(const GraphSample& sample, std::span<float> parameters,
                                      std::span<const float> statistics) {
  for (const auto& kernel : kernels_) bringToVariance(kernel, parameters);
  const auto& last = kernels_.back();
  for (float& w : parameters.subspan(last.kernel, last.rows * last.columns)) w *= first_spread;
  const std::vector<float> drawn(parameters.begin(), parameters.end());
  for (int r = 0; r < repetitions; ++r) {
    standardised_.approach(moments_, 1 / (1 + slowing * r));
    std::ranges::copy(drawn, parameters.begin());
    standardised_.parameters(parameters);
    measure(sample, parameters, statistics);
  }
}

void StandardisedTraining::average(std::span<const double> moments) {
  for (std::size_t i = 0; i < moments_.size(); ++i)
    moments_[i] = kept_share * moments_[i] + (1 - kept_share) * moments[i];
}

void StandardisedTraining::step(GraphOptimiser& optimiser, double rate, double clip, std::span<float> gradient,
                                std::span<float> parameters) {
  standardised_.take(moments_);
  standardised_.gradient(gradient);
  if (clip > 0) nn::clipNorm(gradient, clip);
  std::vector<float> change(parameters.size(), 0.0F);
  optimiser.step(change, gradient, rate);
  standardised_.parameters(std::span(change));
  for (std::size_t i = 0; i < change.size(); ++i) parameters[i] += change[i];
}

}  // namespace glassforge::ml
