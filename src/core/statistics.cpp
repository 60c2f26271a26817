#include "core/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/random.hpp"

namespace glassforge {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

double squaredDeviations(std::span<const double> values, double mean) {
  double sum = 0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return sum;
}

}  // namespace

double meanOf(std::span<const double> values) {
  if (values.empty()) return kMissing;
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

double varianceOf(std::span<const double> values) {
  if (values.size() < 2) return kMissing;
  return squaredDeviations(values, meanOf(values)) / static_cast<double>(values.size() - 1);
}

Estimate meanWithError(std::span<const double> values) {
  return {meanOf(values), std::sqrt(varianceOf(values) / static_cast<double>(values.size()))};
}

double jackknifeError(std::span<const double> leave_one_out) {
  if (leave_one_out.size() < 2) return kMissing;
  const auto count = static_cast<double>(leave_one_out.size());
  return std::sqrt((count - 1) / count * squaredDeviations(leave_one_out, meanOf(leave_one_out)));
}

Estimate jackknife(double value, std::size_t samples, const std::function<double(std::size_t)>& without) {
  std::vector<double> left_out;
  for (std::size_t s = 0; samples > 1 && s < samples; ++s) left_out.push_back(without(s));
  return {value, jackknifeError(left_out)};
}

Estimate fourPointSusceptibility(std::span<const double> overlap, double particles) {
  const auto without = [&](std::size_t s) {
    std::vector<double> others(overlap.begin(), overlap.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(s));
    return particles * varianceOf(others);
  };
  return jackknife(particles * varianceOf(overlap), overlap.size(), without);
}

double bootstrapError(std::size_t samples, std::size_t resamples, std::uint64_t seed,
                      const std::function<double(std::span<const int>)>& of) {
  if (samples < 2) return kMissing;
  const RandomStream stream({seed, Purpose::bootstrap, 0, 0});
  std::vector<double> values;
  std::vector<int> drawn(samples);
  for (std::size_t b = 0; b < resamples; ++b) {
    std::fill(drawn.begin(), drawn.end(), 0);
    for (std::size_t k = 0; k < samples; ++k) {
      const double u = stream.uniforms(b, static_cast<std::uint32_t>(k))[0];
      ++drawn[static_cast<std::size_t>(u * static_cast<double>(samples))];
    }
    const double value = of(drawn);
    if (std::isfinite(value)) values.push_back(value);
  }
  return std::sqrt(varianceOf(values));
}

}  // namespace glassforge
