/// Gaussians around equally spaced distances.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace glassforge::ml {

/// Gaussians exp(-(r - r_k)^2 / (2 width^2)) around r_k = first + k width, k = 0..count - 1.
struct GaussianSeries {
  double first = 0, width = 0;
  std::size_t count = 0;

  double radius(std::size_t k) const { return first + static_cast<double>(k) * width; }
};

/// Nine widths away a Gaussian is below 3e-18: further ones are left out.
inline constexpr double gaussian_reach = 9.0;

/// Where the last Gaussian of all series ends.
double reachOf(const std::vector<GaussianSeries>& series);

/// Sums of the Gaussians of several series over distances.
class GaussianSums {
 public:
  explicit GaussianSums(std::vector<GaussianSeries> series);

  /// Number of radii of all series.
  std::size_t size() const { return size_; }
  /// out[k] = sum over the distances of the k-th Gaussian, series by series.
  void compute(std::span<const double> distances, double* out);

 private:
  /// Sums of one series with room for a whole window before and behind, so that no window needs to be cut.
  struct Padded {
    GaussianSeries series;
    std::vector<double> sums;
  };
  static void add(Padded& padded, double distance);

  std::vector<Padded> padded_;
  std::size_t size_ = 0;
};

}  // namespace glassforge::ml
