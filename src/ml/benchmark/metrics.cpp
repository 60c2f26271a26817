#include "ml/benchmark/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace glassforge::ml {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double pearson(std::span<const double> p, std::span<const double> y) {
  return Moments::of(p, y).pearson();
}

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

Moments pool(std::span<const Moments> structures, std::span<const int> times) {
  Moments all;
  for (std::size_t s = 0; s < structures.size(); ++s)
    for (int n = 0; n < times[s]; ++n) all = Moments::merge(all, structures[s]);
  return all;
}

double meanPearson(std::span<const Moments> structures) {
  return meanPearson(structures, std::vector<int>(structures.size(), 1));
}

double meanPearson(std::span<const Moments> structures, std::span<const int> times) {
  double sum = 0;
  int defined = 0;
  for (std::size_t s = 0; s < structures.size(); ++s) {
    const double rho = structures[s].pearson();
    if (std::isnan(rho)) continue;
    sum += times[s] * rho;
    defined += times[s];
  }
  return defined == 0 ? not_a_number : sum / defined;
}

std::vector<double> ranksOf(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    for (std::size_t k = first; k < last; ++k) ranks[order[k]] = 0.5 * static_cast<double>(first + 1 + last);
    first = last;
  }
  return ranks;
}

}  // namespace glassforge::ml
