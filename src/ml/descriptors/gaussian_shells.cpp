#include "ml/descriptors/gaussian_shells.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "ml/descriptors/exponential.hpp"

namespace glassforge::ml {

namespace {

constexpr std::size_t window = 20;  // Gaussians that one distance adds to: nine or more on either side of it
constexpr double before = 9;        // of them before the one next below the distance

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
}

void GaussianSums::compute(std::span<const double> distances, double* out) {
  for (Padded& padded : padded_) {
    std::ranges::fill(padded.sums, 0.0);
    for (const double r : distances) add(padded, r);
    out = std::copy_n(padded.sums.data() + window, padded.series.count, out);
  }
}

void GaussianSums::add(Padded& padded, double distance) {
  const double x = (distance - padded.series.first) / padded.series.width, below = std::floor(x);
  if (below < -before || below > static_cast<double>(padded.series.count) + before) return;
  const double ahead = x - below + before;
  double* sums = padded.sums.data() + window + static_cast<std::ptrdiff_t>(below - before);
  for (std::size_t k = 0; k < window; ++k) {
    const double widths = ahead - static_cast<double>(k);
    sums[k] += expNonPositive(-0.5 * widths * widths);
  }
}

}  // namespace glassforge::ml
