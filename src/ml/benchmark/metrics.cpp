#include "ml/benchmark/metrics.hpp"

#include <cmath>
#include <limits>

namespace glassforge::ml {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double pearson(std::span<const double> p, std::span<const double> y) { return Moments::of(p, y).pearson(); }

Moments pool(std::span<const Moments> structures) {
  Moments all;
  for (const Moments& m : structures) all = Moments::merge(all, m);
  return all;
}

std::vector<Moments> leaveOneOut(std::span<const Moments> structures) {
  const std::size_t count = structures.size();
  std::vector<Moments> after(count + 1);
  for (std::size_t s = count; s-- > 0;) after[s] = Moments::merge(structures[s], after[s + 1]);
  std::vector<Moments> without(count);
  Moments before;
  for (std::size_t s = 0; s < count; ++s) {
    without[s] = Moments::merge(before, after[s + 1]);
    before = Moments::merge(before, structures[s]);
  }
  return without;
}

double meanPearson(std::span<const Moments> structures) {
  double sum = 0;
  std::size_t defined = 0;
  for (const Moments& m : structures) {
    const double rho = m.pearson();
    if (std::isnan(rho)) continue;
    sum += rho;
    ++defined;
  }
  return defined == 0 ? not_a_number : sum / static_cast<double>(defined);
}

}  // namespace glassforge::ml
