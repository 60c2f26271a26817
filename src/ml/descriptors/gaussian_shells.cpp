#include "ml/descriptors/gaussian_shells.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "ml/descriptors/exponential.hpp"

namespace glassforge::ml {

namespace {

constexpr std::size_t window = 20;  // Gaussians that one distance adds to: nine or more on either side of it
constexpr double before = 9;        // of them before the one next below the distance
using Window = std::array<double, window>;

/// power[k] = x^k by doubling, which keeps the loops vectors.
Window powersOf(double x) {
  const double x2 = x * x, x4 = x2 * x2, x8 = x4 * x4, x16 = x8 * x8;
  Window power{1, x, x2, x2 * x};
  for (std::size_t k = 0; k < 4; ++k) power[4 + k] = power[k] * x4;
  for (std::size_t k = 0; k < 8; ++k) power[8 + k] = power[k] * x8;
  for (std::size_t k = 0; k < 4; ++k) power[16 + k] = power[k] * x16;
  return power;
}

}  // namespace

double reachOf(const std::vector<GaussianSeries>& series) {
  double reach = 0;
  for (const GaussianSeries& s : series) reach = std::max(reach, s.radius(s.count - 1) + gaussian_reach * s.width);
  return reach;
}

GaussianSums::GaussianSums(std::vector<GaussianSeries> series) {
  for (const GaussianSeries& s : series) {
    require(s.count > 0 && s.width > 0, "a series of {} Gaussians of width {} is empty", s.count, s.width);
    padded_.push_back({s, std::vector<double>(s.count + 2 * window)});
    size_ += s.count;
  }
  for (std::size_t k = 0; k < window; ++k) {
    const auto widths = static_cast<double>(k);
    centred_.push_back(expNonPositive(-0.5 * widths * widths));
  }
}

void GaussianSums::compute(std::span<const double> distances, double* out) {
  for (Padded& padded : padded_) {
    std::ranges::fill(padded.sums, 0.0);
    const std::size_t count = place(padded, distances);
    for (std::size_t n = 0; n < count; ++n) add(padded.sums.data() + start_[n], first_[n], step_[n]);
    out = std::copy_n(padded.sums.data() + window, padded.series.count, out);
  }
}

std::size_t GaussianSums::place(const Padded& padded, std::span<const double> distances) {
  start_.resize(distances.size());
  first_.resize(distances.size());
  step_.resize(distances.size());
  std::size_t count = 0;
  for (const double r : distances) {
    const double x = (r - padded.series.first) / padded.series.width, below = std::floor(x);
    if (below < -before || below > static_cast<double>(padded.series.count) + before) continue;
    start_[count] = window + static_cast<std::size_t>(static_cast<std::ptrdiff_t>(below - before));
    first_[count++] = x - below + before;
  }
  for (std::size_t n = 0; n < count; ++n) step_[n] = 1 / expNonPositive(-first_[n]);
  for (std::size_t n = 0; n < count; ++n) first_[n] = expNonPositive(-0.5 * first_[n] * first_[n]);
  return count;
}

void GaussianSums::add(double* sums, double first, double step) const {
  const Window power = powersOf(step);
  const double* centred = centred_.data();
  for (std::size_t k = 0; k < window; ++k) sums[k] += first * power[k] * centred[k];
}

}  // namespace glassforge::ml
