/// The wide numbers of wide_float.hpp as plain arrays of eight, for any compiler and machine.
#pragma once

#include "md/wide_portable.hpp"

namespace glassforge::md {

struct WideFloatMask {
  std::array<bool, 8> bits;
  WideFloatMask operator&(const WideFloatMask& o) const {
    WideFloatMask r;
    for (std::size_t k = 0; k < 8; ++k) r.bits[k] = bits[k] && o.bits[k];
    return r;
  }
};

struct WideFloat {
  static constexpr int width = 8;
  std::array<float, 8> v;

  WideFloat() = default;
  WideFloat(double all) { v.fill(static_cast<float>(all)); }
  static WideFloat load(const float* p) {
    return map([p](std::size_t k) { return p[k]; });
  }
  void store(float* p) const {
    for (std::size_t k = 0; k < 8; ++k) p[k] = v[k];
  }
  template <class F>
  static WideFloat map(F&& lane) {
    WideFloat r;
    for (std::size_t k = 0; k < 8; ++k) r.v[k] = lane(k);
    return r;
  }

  friend WideFloat operator+(const WideFloat& a, const WideFloat& b) {
    return map([&](std::size_t k) { return a.v[k] + b.v[k]; });
  }
  friend WideFloat operator-(const WideFloat& a, const WideFloat& b) {
    return map([&](std::size_t k) { return a.v[k] - b.v[k]; });
  }
  friend WideFloat operator*(const WideFloat& a, const WideFloat& b) {
    return map([&](std::size_t k) { return a.v[k] * b.v[k]; });
  }
  friend WideFloat operator/(const WideFloat& a, const WideFloat& b) {
    return map([&](std::size_t k) { return a.v[k] / b.v[k]; });
  }
  friend WideFloatMask operator<(const WideFloat& a, const WideFloat& b) {
    WideFloatMask m;
    for (std::size_t k = 0; k < 8; ++k) m.bits[k] = a.v[k] < b.v[k];
    return m;
  }
  friend WideFloatMask operator!=(const WideFloat& a, const WideFloat& b) {
    WideFloatMask m;
    for (std::size_t k = 0; k < 8; ++k) m.bits[k] = a.v[k] != b.v[k];
    return m;
  }
};

inline WideFloat fusedMultiplyAdd(const WideFloat& a, const WideFloat& b, const WideFloat& c) {
  return WideFloat::map([&](std::size_t k) { return std::fma(a.v[k], b.v[k], c.v[k]); });
}
/// c - a b.
inline WideFloat fusedNegativeMultiplyAdd(const WideFloat& a, const WideFloat& b, const WideFloat& c) {
  return WideFloat::map([&](std::size_t k) { return std::fma(-a.v[k], b.v[k], c.v[k]); });
}
inline WideFloat reciprocal(const WideFloat& a) {
  return WideFloat(1.0) / a;
}
inline WideFloat squareRoot(const WideFloat& a) {
  return WideFloat::map([&](std::size_t k) { return std::sqrt(a.v[k]); });
}
inline WideFloat keep(const WideFloatMask& m, const WideFloat& a) {
  return WideFloat::map([&](std::size_t k) { return m.bits[k] ? a.v[k] : 0.0f; });
}

struct WideInt {
  std::array<std::int32_t, 8> v;
  WideInt() = default;
  explicit WideInt(std::int32_t all) { v.fill(all); }
  static WideInt load(const std::int32_t* p) {
    WideInt r;
    for (std::size_t k = 0; k < 8; ++k) r.v[k] = p[k];
    return r;
  }
  void store(std::int32_t* p) const {
    for (std::size_t k = 0; k < 8; ++k) p[k] = v[k];
  }
  friend WideInt operator-(const WideInt& a, const WideInt& b) {
    WideInt r;  // unsigned: wrapping is meant
    for (std::size_t k = 0; k < 8; ++k) {
      r.v[k] = static_cast<std::int32_t>(static_cast<std::uint32_t>(a.v[k]) - static_cast<std::uint32_t>(b.v[k]));
    }
    return r;
  }
};
inline WideFloat toFloat(const WideInt& a) {
  return WideFloat::map([&](std::size_t k) { return static_cast<float>(a.v[k]); });
}
inline double sum(const WideFloat& a) {
  return sum(Wide::map([&](std::size_t k) { return static_cast<double>(a.v[k] + a.v[k + 4]); }));
}

inline int compress(const WideFloatMask& m, const WideInt& values, std::int32_t* out) {
  int count = 0;
  for (std::size_t k = 0; k < 8; ++k) {
    out[count] = values.v[k];
    count += m.bits[k] ? 1 : 0;
  }
  return count;
}

}  // namespace glassforge::md
