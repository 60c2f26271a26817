#include "core/statistics.hpp"

#include <cmath>
#include <limits>
#include <vector>

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

}  // namespace glassforge
