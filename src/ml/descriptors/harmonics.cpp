#include "ml/descriptors/harmonics.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace glassforge::ml {

namespace {

using Block = std::array<double, bond_block>;

/// (re + i im) *= x + i y.
void turn(Block& re, Block& im, const double* x, const double* y, std::size_t count) {
  for (std::size_t n = 0; n < count; ++n) {
    const double turned = re[n] * x[n] - im[n] * y[n];
    im[n] = re[n] * y[n] + im[n] * x[n];
    re[n] = turned;
  }
}

/// (2l-1) / sqrt(l^2 - m^2) and sqrt(((l-1)^2 - m^2) / (l^2 - m^2)): Schmidt's functions of order m, degree l - 1 and
/// l - 2 to l.
std::array<double, 2> recurrenceFactors(int m, int l) {
  const double square = l * l - m * m;
  return {(2 * l - 1) / std::sqrt(square), std::sqrt(((l - 1) * (l - 1) - m * m) / square)};
}

}  // namespace

Harmonics::Harmonics(int dimension, int l_max) : dimension_(dimension), l_max_(l_max) {
  require(dimension == 2 || dimension == 3, "dimension {} is neither 2 nor 3", dimension);
  require(l_max >= 0, "the degree {} of angular functions is negative", l_max);
  const auto orders = static_cast<std::size_t>(l_max) + 1;
  ahead_.resize(orders * orders);
  back_.resize(orders * orders);
  diagonal_.resize(orders, 1.0);
  for (int m = 0; m <= l_max; ++m) {
    if (m > 1)
      diagonal_[static_cast<std::size_t>(m)] =
          diagonal_[static_cast<std::size_t>(m - 1)] * std::sqrt((2.0 * m - 1) / (2.0 * m));
    for (int l = m + 1; l <= l_max; ++l) {
      const auto at = static_cast<std::size_t>(m) * orders + static_cast<std::size_t>(l);
      const auto [ahead, back] = recurrenceFactors(m, l);
      ahead_[at] = ahead;
      back_[at] = back;
    }
  }
}

std::size_t Harmonics::first(int l) const {
  const auto degree = static_cast<std::size_t>(l);
  if (dimension_ == 3) return degree * degree;
  return l == 0 ? 0 : 2 * degree - 1;
}

void Harmonics::evaluate(const std::array<const double*, 3>& unit, std::size_t count, double* rows) const {
  if (dimension_ == 2) {
    circular(unit, count, rows);
  } else {
    spherical(unit, count, rows);
  }
}

void Harmonics::circular(const std::array<const double*, 3>& unit, std::size_t count, double* rows) const {
  Block re, im;
  re.fill(1.0);
  im.fill(0.0);
  std::copy_n(re.data(), count, rows);
  for (int l = 1; l <= l_max_; ++l) {
    turn(re, im, unit[0], unit[1], count);
    double* row = rows + first(l) * bond_block;
    std::copy_n(re.data(), count, row);
    std::copy_n(im.data(), count, row + bond_block);
  }
}

void Harmonics::spherical(const std::array<const double*, 3>& unit, std::size_t count, double* rows) const {
  Block re, im;
  re.fill(1.0);
  im.fill(0.0);
  order(0, unit[2], re, im, count, rows);
  for (int m = 1; m <= l_max_; ++m) {
    turn(re, im, unit[0], unit[1], count);
    order(m, unit[2], re, im, count, rows);
  }
}

void Harmonics::order(int m, const double* z, const Block& re, const Block& im, std::size_t count, double* rows) const {
  const auto orders = static_cast<std::size_t>(l_max_) + 1, m_index = static_cast<std::size_t>(m);
  Block before{}, now;
  now.fill(diagonal_[m_index]);
  for (int l = m; l <= l_max_; ++l) {
    if (l > m) {
      const std::size_t at = m_index * orders + static_cast<std::size_t>(l);
      const double ahead = ahead_[at], back = back_[at];
      for (std::size_t n = 0; n < count; ++n) {
        const double next = ahead * z[n] * now[n] - back * before[n];
        before[n] = now[n];
        now[n] = next;
      }
    }
    double* row = rows + (first(l) + (m == 0 ? 0 : 2 * m_index - 1)) * bond_block;
    if (m == 0) {
      std::copy_n(now.data(), count, row);
      continue;
    }
    for (std::size_t n = 0; n < count; ++n) row[n] = now[n] * re[n];
    for (std::size_t n = 0; n < count; ++n) row[bond_block + n] = now[n] * im[n];
  }
}

}  // namespace glassforge::ml
