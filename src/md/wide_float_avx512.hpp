/// The wide numbers of wide_float.hpp in AVX-512 registers: sixteen floats, sixteen 32-bit integers.
#pragma once

#include "md/wide_avx512.hpp"

namespace glassforge::md {

struct WideFloatMask {
  __mmask16 bits;
  WideFloatMask operator!() const { return {static_cast<__mmask16>(~bits)}; }
  WideFloatMask operator&(WideFloatMask o) const { return {static_cast<__mmask16>(bits & o.bits)}; }
};

struct WideFloat {
  static constexpr int width = 16;
  __m512 v;

  WideFloat() = default;
  explicit WideFloat(__m512 register_value) : v(register_value) {}
  WideFloat(double all) : v(_mm512_set1_ps(static_cast<float>(all))) {}
  static WideFloat load(const float* p) { return WideFloat(_mm512_loadu_ps(p)); }
  void store(float* p) const { _mm512_storeu_ps(p, v); }

  friend WideFloat operator+(WideFloat a, WideFloat b) { return WideFloat(_mm512_add_ps(a.v, b.v)); }
  friend WideFloat operator-(WideFloat a, WideFloat b) { return WideFloat(_mm512_sub_ps(a.v, b.v)); }
  friend WideFloat operator*(WideFloat a, WideFloat b) { return WideFloat(_mm512_mul_ps(a.v, b.v)); }
  friend WideFloat operator/(WideFloat a, WideFloat b) { return WideFloat(_mm512_div_ps(a.v, b.v)); }
  friend WideFloatMask operator<(WideFloat a, WideFloat b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
};

inline WideFloat fusedMultiplyAdd(WideFloat a, WideFloat b, WideFloat c) {
  return WideFloat(_mm512_fmadd_ps(a.v, b.v, c.v));
}
/// c - a b.
inline WideFloat fusedNegativeMultiplyAdd(WideFloat a, WideFloat b, WideFloat c) {
  return WideFloat(_mm512_fnmadd_ps(a.v, b.v, c.v));
}
/// 1 / a to single precision: a table of 14 bits refined by one Newton step, faster than the divider.
inline WideFloat reciprocal(WideFloat a) {
  const WideFloat guess(_mm512_rcp14_ps(a.v));
  return guess * (WideFloat(2.0) - a * guess);
}
inline WideFloat squareRoot(WideFloat a) {
  const WideFloat guess(_mm512_rsqrt14_ps(a.v));
  return a * guess * fusedMultiplyAdd(a * guess, WideFloat(-0.5) * guess, WideFloat(1.5));
}
inline WideFloat keep(WideFloatMask m, WideFloat a) {
  return WideFloat(_mm512_maskz_mov_ps(m.bits, a.v));
}

/// Sixteen 32-bit integers: fixed-point coordinates, whose wrapping difference is the minimum image.
struct WideInt {
  __m512i v;
  WideInt() = default;
  explicit WideInt(__m512i register_value) : v(register_value) {}
  explicit WideInt(std::int32_t all) : v(_mm512_set1_epi32(all)) {}
  static WideInt load(const std::int32_t* p) { return WideInt(_mm512_loadu_si512(p)); }
  void store(std::int32_t* p) const { _mm512_storeu_si512(p, v); }
  friend WideFloatMask operator!=(WideInt a, WideInt b) { return {_mm512_cmpneq_epi32_mask(a.v, b.v)}; }
  friend WideInt operator-(WideInt a, WideInt b) { return WideInt(_mm512_sub_epi32(a.v, b.v)); }
};
inline WideFloat toFloat(WideInt a) {
  return WideFloat(_mm512_cvtepi32_ps(a.v));
}

/// Sum over lanes in a fixed tree, from eight lanes on in double precision.
inline double sum(WideFloat a) {
  return sum(Wide(_mm512_cvtps_pd(_mm256_add_ps(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1)))));
}

/// Writes the values whose lane is set, packed, to `out` (which has room for sixteen); returns their number.
inline int compress(WideFloatMask m, WideInt values, std::int32_t* out) {
  _mm512_storeu_si512(out, _mm512_maskz_compress_epi32(m.bits, values.v));
  return std::popcount(static_cast<unsigned>(m.bits));
}

struct WideIntRows {
  WideInt x, y, z, species;
};

/// The rows that start at rows[offset[0..15]], transposed in registers.
inline WideIntRows loadRows(const std::int32_t* rows, const int* offset) {
  const auto four = [&](int first) {  // rows first, first + 4, first + 8, first + 12 side by side
    const auto row = [&](int k) {
      return _mm_load_si128(reinterpret_cast<const __m128i*>(rows + static_cast<std::uint32_t>(offset[k])));
    };
    __m512i r = _mm512_castsi128_si512(row(first));
    r = _mm512_inserti32x4(r, row(first + 4), 1);
    r = _mm512_inserti32x4(r, row(first + 8), 2);
    return _mm512_inserti32x4(r, row(first + 12), 3);
  };
  const __m512i a = four(0), b = four(1), c = four(2), d = four(3);
  const __m512i xy01 = _mm512_unpacklo_epi32(a, b), zs01 = _mm512_unpackhi_epi32(a, b);
  const __m512i xy23 = _mm512_unpacklo_epi32(c, d), zs23 = _mm512_unpackhi_epi32(c, d);
  return {WideInt(_mm512_unpacklo_epi64(xy01, xy23)), WideInt(_mm512_unpackhi_epi64(xy01, xy23)),
          WideInt(_mm512_unpacklo_epi64(zs01, zs23)), WideInt(_mm512_unpackhi_epi64(zs01, zs23))};
}

}  // namespace glassforge::md
