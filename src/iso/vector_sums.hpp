/// Long vectors of coordinates: sums in one fixed order, whatever the threads, wide enough for the machine's registers.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace glassforge::iso {

using Vector = std::vector<double>;

/// Sums of several products over one pass: term i goes to lane i % 8, lanes are added in order at the end.
template <std::size_t sums, class Terms>
std::array<double, sums> laneSums(std::size_t n, Terms&& terms) {
  constexpr std::size_t width = 8;
  double lane[sums][width] = {};
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    for (std::size_t k = 0; k < width; ++k) {
      const std::array<double, sums> term = terms(i + k);
      for (std::size_t s = 0; s < sums; ++s) lane[s][k] += term[s];
    }
  }
  for (std::size_t k = 0; i < n; ++i, ++k) {
    const std::array<double, sums> term = terms(i);
    for (std::size_t s = 0; s < sums; ++s) lane[s][k] += term[s];
  }
  std::array<double, sums> total{};
  for (std::size_t s = 0; s < sums; ++s) {
    for (const double part : lane[s]) total[s] += part;
  }
  return total;
}

inline double dot(const Vector& a, const Vector& b) {
  const double *p = a.data(), *q = b.data();
  return laneSums<1>(a.size(), [=](std::size_t i) { return std::array{p[i] * q[i]}; })[0];
}

/// a += c b, and the dot product of what comes out with `other`, in one pass.
inline double addAndDot(Vector& a, double c, const Vector& b, const Vector& other) {
  double* p = a.data();
  const double *q = b.data(), *o = other.data();
  return laneSums<1>(a.size(), [=](std::size_t i) {
    const double value = p[i] + c * q[i];
    p[i] = value;
    return std::array{value * o[i]};
  })[0];
}

/// The largest absolute value; infinity where some value is not finite.
inline double largest(const Vector& a) {
  constexpr double limit = std::numeric_limits<double>::max();
  double m = 0;
  bool finite = true;
  for (const double x : a) {
    const double size = std::abs(x);
    finite &= size <= limit;
    m = std::max(m, size);
  }
  return finite ? m : std::numeric_limits<double>::infinity();
}

}  // namespace glassforge::iso
