/// Long vectors of coordinates: sums in one fixed order, whatever the threads, wide enough for the machine's registers.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <vector>

namespace glassforge::iso {

using Vector = std::vector<double>;

/// Four doubles that go through registers together, in any instruction set.
using Lanes [[gnu::vector_size(32)]] = double;
inline constexpr std::size_t kLanes = 4;

/// Sums of several products over one pass: term i goes to lane i % 4, lanes are added in order at the end. `terms`
/// writes the terms from i on, of a type that is Lanes or, in what is left over, double.
template <std::size_t sums, class Terms>
std::array<double, sums> laneSums(std::size_t n, Terms&& terms) {
  Lanes lane[sums] = {};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    Lanes term[sums];
    terms(i, term);
    for (std::size_t s = 0; s < sums; ++s) lane[s] += term[s];
  }
  for (std::size_t k = 0; i < n; ++i, ++k) {
    double term[sums];
    terms(i, term);
    for (std::size_t s = 0; s < sums; ++s) lane[s][k] += term[s];
  }
  std::array<double, sums> total{};
  for (std::size_t s = 0; s < sums; ++s) {
    for (std::size_t k = 0; k < kLanes; ++k) total[s] += lane[s][k];
  }
  return total;
}

/// One value or four from p, which needs no alignment.
template <class Real>
Real load(const double* p) {
  Real value;
  std::memcpy(&value, p, sizeof(Real));
  return value;
}

inline double dot(const Vector& a, const Vector& b) {
  const double *p = a.data(), *q = b.data();
  return laneSums<1>(
      a.size(), [=]<class Real>(std::size_t i, Real* term) { term[0] = load<Real>(p + i) * load<Real>(q + i); })[0];
}

/// a += c b, and the dot product of what comes out with `other`, in one pass.
inline double addAndDot(Vector& a, double c, const Vector& b, const Vector& other) {
  double* p = a.data();
  const double *q = b.data(), *o = other.data();
  return laneSums<1>(a.size(), [=]<class Real>(std::size_t i, Real* term) {
    const Real value = load<Real>(p + i) + c * load<Real>(q + i);
    std::memcpy(p + i, &value, sizeof(Real));
    term[0] = value * load<Real>(o + i);
  })[0];
}

/// The largest absolute value; infinity where some value is not finite.
inline double largest(const Vector& a) {
  constexpr double limit = std::numeric_limits<double>::max();
  double lane[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      const double size = std::abs(a[i + k]);
      lane[k] = size <= lane[k] ? lane[k] : (size <= limit ? size : std::numeric_limits<double>::infinity());
    }
  }
  double m = 0;
  for (const double size : lane) m = std::max(m, size);
  for (; i < a.size(); ++i)
    m = std::max(m, std::isfinite(a[i]) ? std::abs(a[i]) : std::numeric_limits<double>::infinity());
  return m;
}

}  // namespace glassforge::iso
