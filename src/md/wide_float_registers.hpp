/// The wide numbers of wide_float.hpp in registers of eight floats and eight 32-bit integers.
#pragma once

#include "md/wide_registers.hpp"

namespace glassforge::md {

struct WideFloat {
  static constexpr int width = 8;
  __m256 v;

  WideFloat() = default;
  explicit WideFloat(__m256 register_value) : v(register_value) {}
  WideFloat(double all) : v(_mm256_set1_ps(static_cast<float>(all))) {}
  static WideFloat load(const float* p) { return WideFloat(_mm256_loadu_ps(p)); }
  void store(float* p) const { _mm256_storeu_ps(p, v); }

  friend WideFloat operator+(WideFloat a, WideFloat b) { return WideFloat(_mm256_add_ps(a.v, b.v)); }
  friend WideFloat operator-(WideFloat a, WideFloat b) { return WideFloat(_mm256_sub_ps(a.v, b.v)); }
  friend WideFloat operator*(WideFloat a, WideFloat b) { return WideFloat(_mm256_mul_ps(a.v, b.v)); }
  friend WideFloat operator/(WideFloat a, WideFloat b) { return WideFloat(_mm256_div_ps(a.v, b.v)); }
  friend WideFloatMask operator<(WideFloat a, WideFloat b) { return detail::lessThan(a.v, b.v); }
  friend WideFloatMask operator!=(WideFloat a, WideFloat b) { return detail::notEqual(a.v, b.v); }
};

inline WideFloat fusedMultiplyAdd(WideFloat a, WideFloat b, WideFloat c) {
  return WideFloat(_mm256_fmadd_ps(a.v, b.v, c.v));
}
/// c - a b.
inline WideFloat fusedNegativeMultiplyAdd(WideFloat a, WideFloat b, WideFloat c) {
  return WideFloat(_mm256_fnmadd_ps(a.v, b.v, c.v));
}
/// The dividers, not the approximations of AVX2 and AVX-512, whose bits may differ between makers of processors.
inline WideFloat reciprocal(WideFloat a) {
  return WideFloat(1.0) / a;
}
inline WideFloat squareRoot(WideFloat a) {
  return WideFloat(_mm256_sqrt_ps(a.v));
}
inline WideFloat keep(WideFloatMask m, WideFloat a) {
  return WideFloat(detail::keep(m, a.v));
}

/// Eight 32-bit integers: fixed-point coordinates, whose wrapping difference is the minimum image.
struct WideInt {
  __m256i v;
  WideInt() = default;
  explicit WideInt(__m256i register_value) : v(register_value) {}
  explicit WideInt(std::int32_t all) : v(_mm256_set1_epi32(all)) {}
  static WideInt load(const std::int32_t* p) {
    return WideInt(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  void store(std::int32_t* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }
  friend WideInt operator-(WideInt a, WideInt b) { return WideInt(_mm256_sub_epi32(a.v, b.v)); }
};
inline WideFloat toFloat(WideInt a) {
  return WideFloat(_mm256_cvtepi32_ps(a.v));
}

/// Sum over lanes in a fixed tree, from four lanes on in double precision.
inline double sum(WideFloat a) {
  return sum(Wide(_mm256_cvtps_pd(_mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1)))));
}

/// Writes the values whose lane is set, packed, to `out` (which has room for eight); returns their number.
inline int compress(WideFloatMask m, WideInt values, std::int32_t* out) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), detail::packed(m, values.v));
  return std::popcount(m.laneBits());
}

}  // namespace glassforge::md
