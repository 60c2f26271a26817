/// Sixteen floats side by side, for pair arithmetic in mixed precision. As Wide: an AVX-512 form and a portable one.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "md/wide.hpp"

namespace glassforge::md {

#ifdef GLASSFORGE_WIDE_AVX512

struct WideFloatMask {
  __mmask16 bits;
  WideFloatMask operator&(WideFloatMask o) const { return {static_cast<__mmask16>(bits & o.bits)}; }
};

struct WideFloat {
  static constexpr int width = 16;
  __m512 v;

  WideFloat() = default;
  explicit WideFloat(__m512 register_value) : v(register_value) {}
  WideFloat(double all) : v(_mm512_set1_ps(static_cast<float>(all))) {}
  static WideFloat load(const float* p) { return WideFloat(_mm512_loadu_ps(p)); }

  friend WideFloat operator+(WideFloat a, WideFloat b) { return WideFloat(_mm512_add_ps(a.v, b.v)); }
  friend WideFloat operator-(WideFloat a, WideFloat b) { return WideFloat(_mm512_sub_ps(a.v, b.v)); }
  friend WideFloat operator*(WideFloat a, WideFloat b) { return WideFloat(_mm512_mul_ps(a.v, b.v)); }
  friend WideFloat operator/(WideFloat a, WideFloat b) { return WideFloat(_mm512_div_ps(a.v, b.v)); }
  friend WideFloatMask operator<(WideFloat a, WideFloat b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
};

inline WideFloat fusedMultiplyAdd(WideFloat a, WideFloat b, WideFloat c) {
  return WideFloat(_mm512_fmadd_ps(a.v, b.v, c.v));
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
inline WideFloat keep(WideFloatMask m, WideFloat a) { return WideFloat(_mm512_maskz_mov_ps(m.bits, a.v)); }

/// Sixteen 32-bit integers: fixed-point coordinates, whose wrapping difference is the minimum image.
struct WideInt {
  __m512i v;
  WideInt() = default;
  explicit WideInt(__m512i register_value) : v(register_value) {}
  explicit WideInt(std::int32_t all) : v(_mm512_set1_epi32(all)) {}
  static WideInt load(const std::int32_t* p) { return WideInt(_mm512_loadu_si512(p)); }
  friend WideFloatMask operator!=(WideInt a, WideInt b) { return {_mm512_cmpneq_epi32_mask(a.v, b.v)}; }
  friend WideInt operator-(WideInt a, WideInt b) { return WideInt(_mm512_sub_epi32(a.v, b.v)); }
};
inline WideFloat toFloat(WideInt a) { return WideFloat(_mm512_cvtepi32_ps(a.v)); }

/// table[index] per lane; `table` has sixteen entries.
inline WideFloat lookup(const float* table, WideInt index) {
  return WideFloat(_mm512_permutexvar_ps(index.v, _mm512_loadu_ps(table)));
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

/// Mask of the first `count` lanes.
inline WideFloatMask firstOfSixteen(int count) {
  return {static_cast<__mmask16>(count >= WideFloat::width ? 0xffffu : (1u << count) - 1u)};
}

struct WideIntRows {
  WideInt x, y, z, species;
};

/// Rows index[0..15] of a (rows, 4) array of integers, transposed in registers.
inline WideIntRows loadRows(const std::int32_t* rows, const int* index) {
  const auto four = [&](int first) {  // rows first, first + 4, first + 8, first + 12 side by side
    const auto row = [&](int k) {
      return _mm_load_si128(reinterpret_cast<const __m128i*>(rows + 4 * std::int64_t{index[k]}));
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

#else

struct WideFloatMask {
  std::array<bool, 16> bits;
  WideFloatMask operator&(const WideFloatMask& o) const {
    WideFloatMask r;
    for (std::size_t k = 0; k < 16; ++k) r.bits[k] = bits[k] && o.bits[k];
    return r;
  }
};

struct WideFloat {
  static constexpr int width = 16;
  std::array<float, 16> v;

  WideFloat() = default;
  WideFloat(double all) { v.fill(static_cast<float>(all)); }
  static WideFloat load(const float* p) {
    return map([p](std::size_t k) { return p[k]; });
  }
  template <class F>
  static WideFloat map(F&& lane) {
    WideFloat r;
    for (std::size_t k = 0; k < 16; ++k) r.v[k] = lane(k);
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
    for (std::size_t k = 0; k < 16; ++k) m.bits[k] = a.v[k] < b.v[k];
    return m;
  }
};

inline WideFloat fusedMultiplyAdd(const WideFloat& a, const WideFloat& b, const WideFloat& c) {
  return WideFloat::map([&](std::size_t k) { return std::fma(a.v[k], b.v[k], c.v[k]); });
}
inline WideFloat reciprocal(const WideFloat& a) { return WideFloat(1.0) / a; }
inline WideFloat squareRoot(const WideFloat& a) {
  return WideFloat::map([&](std::size_t k) { return std::sqrt(a.v[k]); });
}
inline WideFloat keep(const WideFloatMask& m, const WideFloat& a) {
  return WideFloat::map([&](std::size_t k) { return m.bits[k] ? a.v[k] : 0.0f; });
}

struct WideInt {
  std::array<std::int32_t, 16> v;
  WideInt() = default;
  explicit WideInt(std::int32_t all) { v.fill(all); }
  static WideInt load(const std::int32_t* p) {
    WideInt r;
    for (std::size_t k = 0; k < 16; ++k) r.v[k] = p[k];
    return r;
  }
  friend WideFloatMask operator!=(const WideInt& a, const WideInt& b) {
    WideFloatMask m;
    for (std::size_t k = 0; k < 16; ++k) m.bits[k] = a.v[k] != b.v[k];
    return m;
  }
  friend WideInt operator-(const WideInt& a, const WideInt& b) {
    WideInt r;  // unsigned: wrapping is meant
    for (std::size_t k = 0; k < 16; ++k) {
      r.v[k] = static_cast<std::int32_t>(static_cast<std::uint32_t>(a.v[k]) - static_cast<std::uint32_t>(b.v[k]));
    }
    return r;
  }
};
inline WideFloat toFloat(const WideInt& a) {
  return WideFloat::map([&](std::size_t k) { return static_cast<float>(a.v[k]); });
}
inline WideFloat lookup(const float* table, const WideInt& index) {
  return WideFloat::map([&](std::size_t k) { return table[index.v[k] & 15]; });
}
inline double sum(const WideFloat& a) {
  return sum(Wide::map([&](std::size_t k) { return static_cast<double>(a.v[k] + a.v[k + 8]); }));
}

inline int compress(const WideFloatMask& m, const WideInt& values, std::int32_t* out) {
  int count = 0;
  for (std::size_t k = 0; k < 16; ++k) {
    out[count] = values.v[k];
    count += m.bits[k] ? 1 : 0;
  }
  return count;
}

inline WideFloatMask firstOfSixteen(int count) {
  WideFloatMask m;
  for (std::size_t k = 0; k < 16; ++k) m.bits[k] = static_cast<int>(k) < count;
  return m;
}

struct WideIntRows {
  WideInt x, y, z, species;
};

inline WideIntRows loadRows(const std::int32_t* rows, const int* index) {
  WideIntRows r;
  for (std::size_t k = 0; k < 16; ++k) {
    const std::int32_t* row = rows + 4 * std::int64_t{index[k]};
    r.x.v[k] = row[0], r.y.v[k] = row[1], r.z.v[k] = row[2], r.species.v[k] = row[3];
  }
  return r;
}

#endif

}  // namespace glassforge::md
