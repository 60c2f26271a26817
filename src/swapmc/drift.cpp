#include "swapmc/drift.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace glassforge::swapmc {
namespace {

constexpr std::size_t kBlocks = 10;
constexpr std::size_t kFewest = 4;       // entries through which a line with an error can be laid
constexpr double kMostCorrelated = 0.8;  // of neighbouring blocks: beyond it nothing can be said
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

double meanOf(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Means over consecutive blocks, as even as can be.
std::vector<double> blockMeans(std::span<const double> values) {
  const std::size_t n = values.size(), blocks = std::min(kBlocks, n);
  std::vector<double> means;
  for (std::size_t b = 0; b < blocks; ++b) {
    const std::size_t first = b * n / blocks, last = (b + 1) * n / blocks;
    means.push_back(meanOf(values.subspan(first, last - first)));
  }
  return means;
}

/// Correlation of neighbouring residuals of a line, less its bias of about -2 / n, and never negative.
double neighbourCorrelation(const std::vector<double>& residual, double squares) {
  if (squares <= 0) return 0;
  double sum = 0;
  for (std::size_t b = 1; b < residual.size(); ++b) sum += residual[b] * residual[b - 1];
  return std::clamp(sum / squares + 2.0 / static_cast<double>(residual.size()), 0.0, kMostCorrelated);
}

}  // namespace

double studentQuantile(double z, double freedom) {
  const double z2 = z * z, n = freedom;
  return z * (1 + (z2 + 1) / (4 * n) + (5 * z2 * z2 + 16 * z2 + 3) / (96 * n * n) +
              (3 * z2 * z2 * z2 + 19 * z2 * z2 + 17 * z2 - 15) / (384 * n * n * n));
}

Drift driftOf(std::span<const double> at, std::span<const double> values, double sigmas) {
  if (values.size() < kFewest) return {kMissing, kMissing, kMissing};
  const auto x = blockMeans(at), y = blockMeans(values);
  const double mean_x = meanOf(x), mean_y = meanOf(y);
  double xx = 0, xy = 0;
  for (std::size_t b = 0; b < x.size(); ++b) {
    xx += (x[b] - mean_x) * (x[b] - mean_x);
    xy += (x[b] - mean_x) * (y[b] - mean_y);
  }
  const double slope = xy / xx, length = at.back() - at.front();
  std::vector<double> residual;
  double squares = 0;
  for (std::size_t b = 0; b < x.size(); ++b) {
    residual.push_back(y[b] - mean_y - slope * (x[b] - mean_x));
    squares += residual.back() * residual.back();
  }
  const double r = neighbourCorrelation(residual, squares), freedom = static_cast<double>(x.size() - 2);
  const double error = length * std::sqrt(squares / freedom / xx * (1 + r) / (1 - r));
  return {length * slope, error, studentQuantile(sigmas, freedom) * error};
}

BlockMean blockMean(std::span<const double> values) {
  if (values.size() < 2) return {values.empty() ? kMissing : values.front(), kMissing};
  const auto means = blockMeans(values);
  const double mean = meanOf(means), n = static_cast<double>(means.size());
  double squares = 0;
  for (const double m : means) squares += (m - mean) * (m - mean);
  return {meanOf(values), std::sqrt(squares / (n * (n - 1)))};
}

double statisticalInefficiency(const std::vector<std::vector<double>>& series) {
  double mean = 0, count = 0, variance = 0;
  std::size_t longest = 0;
  for (const auto& s : series) {
    for (const double v : s) mean += v;
    count += static_cast<double>(s.size());
    longest = std::max(longest, s.size());
  }
  mean /= count;
  for (const auto& s : series) {
    for (const double v : s) variance += (v - mean) * (v - mean);
  }
  variance /= count;
  double inefficiency = 1;
  if (!(variance > 0)) return inefficiency;
  for (std::size_t lag = 1; lag < longest; ++lag) {
    double sum = 0, pairs = 0;
    for (const auto& s : series) {
      for (std::size_t k = lag; k < s.size(); ++k, ++pairs) sum += (s[k] - mean) * (s[k - lag] - mean);
    }
    const double correlation = sum / pairs / variance;
    if (correlation <= 0) break;
    inefficiency += 2 * correlation * (1 - static_cast<double>(lag) / static_cast<double>(longest));
  }
  return inefficiency;
}

}  // namespace glassforge::swapmc
