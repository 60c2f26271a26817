/// The wide numbers of wide.hpp as plain arrays of four doubles, for any compiler and machine.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace glassforge::md {

struct WideMask {
  std::array<bool, 4> bits;
  bool any() const {
    bool result = false;
    for (const bool b : bits) result |= b;
    return result;
  }
  WideMask operator&(const WideMask& o) const {
    WideMask r;
    for (std::size_t k = 0; k < 4; ++k) r.bits[k] = bits[k] && o.bits[k];
    return r;
  }
};

struct Wide {
  static constexpr int width = 4;
  std::array<double, 4> v;

  Wide() = default;
  Wide(double all) { v.fill(all); }
  static Wide load(const double* p) {
    return map([p](std::size_t k) { return p[k]; });
  }
  void store(double* p) const {
    for (std::size_t k = 0; k < 4; ++k) p[k] = v[k];
  }
  template <class F>
  static Wide map(F&& lane) {
    Wide r;
    for (std::size_t k = 0; k < 4; ++k) r.v[k] = lane(k);
    return r;
  }
  template <class F>
  static WideMask test(F&& lane) {
    WideMask m;
    for (std::size_t k = 0; k < 4; ++k) m.bits[k] = lane(k);
    return m;
  }

  friend Wide operator+(const Wide& a, const Wide& b) {
    return map([&](std::size_t k) { return a.v[k] + b.v[k]; });
  }
  friend Wide operator-(const Wide& a, const Wide& b) {
    return map([&](std::size_t k) { return a.v[k] - b.v[k]; });
  }
  friend Wide operator*(const Wide& a, const Wide& b) {
    return map([&](std::size_t k) { return a.v[k] * b.v[k]; });
  }
  friend Wide operator/(const Wide& a, const Wide& b) {
    return map([&](std::size_t k) { return a.v[k] / b.v[k]; });
  }
  friend WideMask operator<(const Wide& a, const Wide& b) {
    return test([&](std::size_t k) { return a.v[k] < b.v[k]; });
  }
  friend WideMask operator!=(const Wide& a, const Wide& b) {
    return test([&](std::size_t k) { return a.v[k] != b.v[k]; });
  }
};

inline Wide fusedMultiplyAdd(const Wide& a, const Wide& b, const Wide& c) {
  return Wide::map([&](std::size_t k) { return std::fma(a.v[k], b.v[k], c.v[k]); });
}
/// c - a b.
inline Wide fusedNegativeMultiplyAdd(const Wide& a, const Wide& b, const Wide& c) {
  return Wide::map([&](std::size_t k) { return std::fma(-a.v[k], b.v[k], c.v[k]); });
}
inline Wide reciprocal(const Wide& a) {
  return Wide(1.0) / a;
}
inline Wide squareRoot(const Wide& a) {
  return Wide::map([&](std::size_t k) { return std::sqrt(a.v[k]); });
}
inline Wide nearestInteger(const Wide& a) {
  return Wide::map([&](std::size_t k) { return std::nearbyint(a.v[k]); });
}
inline Wide keep(const WideMask& m, const Wide& a) {
  return Wide::map([&](std::size_t k) { return m.bits[k] ? a.v[k] : 0.0; });
}
/// Eight values by species.
template <bool>
class WideTable {
 public:
  explicit WideTable(const double* table) : values_(table) {}
  friend Wide lookup(const WideTable& table, const Wide& code) {
    return Wide::map([&](std::size_t k) { return table.values_[std::bit_cast<std::uint64_t>(code.v[k]) & 7u]; });
  }

 private:
  const double* values_;
};
inline double sum(const Wide& a) {
  return (a.v[0] + a.v[2]) + (a.v[1] + a.v[3]);
}

struct WideRows {
  Wide x, y, z, code;
};

inline WideRows loadRows(const double* rows, const int* offset) {
  const auto column = [&](int c) {
    return Wide::map(
        [&](std::size_t k) { return rows[static_cast<std::uint32_t>(offset[k]) + static_cast<std::uint32_t>(c)]; });
  };
  return {column(0), column(1), column(2), column(3)};
}

inline int compress(const WideMask& m, const int* index, int* out) {
  int count = 0;
  for (std::size_t k = 0; k < 4; ++k) {
    out[count] = index[k];
    count += m.bits[k] ? 1 : 0;
  }
  return count;
}

inline WideMask firstLanes(int count) {
  return Wide::test([count](std::size_t k) { return static_cast<int>(k) < count; });
}

}  // namespace glassforge::md
