#include "ml/nn/standardised.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace glassforge::ml::nn {

namespace {

constexpr double smallest_scale = 1e-3;  // where all units of a part are dead
constexpr double largest_factor = 4;     // of a scale in one approach

std::vector<double> scalesOf(const StandardisedKernel& kernel, std::span<const double> variances) {
  std::vector<double> scales(kernel.columns);
  for (std::size_t first = 0; first < kernel.columns; first += kernel.part) {
    const std::size_t last = std::min(first + kernel.part, kernel.columns);
    double sum = 0;
    for (std::size_t k = first; k < last; ++k) sum += variances[k];
    const double scale = std::max(smallest_scale, std::sqrt(sum / static_cast<double>(last - first)));
    for (std::size_t k = first; k < last; ++k) scales[k] = scale;
  }
  return scales;
}

}  // namespace

Standardised::Standardised(const std::vector<StandardisedKernel>& kernels) : kernels_(kernels) {
  for (const auto& kernel : kernels_)
    inputs_.push_back({std::vector<double>(kernel.columns, 0.0), std::vector<double>(kernel.columns, 1.0)});
}

std::vector<Standardised::Inputs> Standardised::inputsOf(std::span<const double> moments) const {
  std::size_t count = 0;
  for (const auto& kernel : kernels_) count += 2 * kernel.columns;
  require(moments.size() == count, "{} means and variances were given instead of {}", moments.size(), count);
  std::vector<Inputs> inputs;
  for (const auto& kernel : kernels_) {
    const auto mean = moments.first(kernel.columns);
    inputs.push_back({{mean.begin(), mean.end()}, scalesOf(kernel, moments.subspan(kernel.columns, kernel.columns))});
    moments = moments.subspan(2 * kernel.columns);
  }
  return inputs;
}

void Standardised::take(std::span<const double> moments) {
  inputs_ = inputsOf(moments);
}

void Standardised::approach(std::span<const double> moments, double share) {
  const auto seen = inputsOf(moments);
  for (std::size_t n = 0; n < inputs_.size(); ++n)
    for (std::size_t k = 0; k < kernels_[n].columns; ++k) {
      double &mean = inputs_[n].mean[k], &scale = inputs_[n].scale[k];
      const double in_scales = share * seen[n].mean[k] / seen[n].scale[k] + (1 - share) * mean / scale;
      scale *= std::clamp(std::pow(seen[n].scale[k] / scale, share), 1 / largest_factor, largest_factor);
      mean = in_scales * scale;
    }
}

template <class Number>
void Standardised::gradient(std::span<Number> values) const {
  for (std::size_t n = 0; n < kernels_.size(); ++n) {
    const StandardisedKernel& at = kernels_[n];
    for (std::size_t r = 0; r < at.rows; ++r) {
      const double of_bias = static_cast<double>(values[at.bias + r]);
      for (std::size_t c = 0; c < at.columns; ++c) {
        Number& g = values[at.kernel + r * at.columns + c];
        g = static_cast<Number>((static_cast<double>(g) - of_bias * inputs_[n].mean[c]) / inputs_[n].scale[c]);
      }
    }
  }
}

template <class Number>
void Standardised::parameters(std::span<Number> values) const {
  for (std::size_t n = 0; n < kernels_.size(); ++n) {
    const StandardisedKernel& at = kernels_[n];
    for (std::size_t r = 0; r < at.rows; ++r) {
      double bias = static_cast<double>(values[at.bias + r]);
      for (std::size_t c = 0; c < at.columns; ++c) {
        Number& w = values[at.kernel + r * at.columns + c];
        const double kernel = static_cast<double>(w) / inputs_[n].scale[c];
        bias -= kernel * inputs_[n].mean[c];
        w = static_cast<Number>(kernel);
      }
      values[at.bias + r] = static_cast<Number>(bias);
    }
  }
}

template void Standardised::gradient(std::span<float>) const;
template void Standardised::gradient(std::span<double>) const;
template void Standardised::parameters(std::span<float>) const;
template void Standardised::parameters(std::span<double>) const;

}  // namespace glassforge::ml::nn
