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

/// Sums of the Gaussians of several series over distances. x widths ahead of the first Gaussian of its window, a
/// distance adds exp(-(x-k)^2/2) = exp(-x^2/2) exp(x)^k exp(-k^2/2) to the k-th, so it takes two exponentials and not
/// twenty.
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
  /// Where the windows of the distances within reach start, and their exp(-x^2/2) and exp(x); returns their number.
  std::size_t place(const Padded& padded, std::span<const double> distances);
  void add(double* sums, double first, double step) const;

  std::vector<Padded> padded_;
  std::vector<double> centred_;  // exp(-k^2/2)
  std::vector<std::size_t> start_;
  std::vector<double> first_, step_;
  std::size_t size_ = 0;
};

}  // namespace glassforge::ml
