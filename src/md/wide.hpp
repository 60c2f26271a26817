/// Eight doubles side by side: the unit of the pair kernels on a CPU. One interface, two forms: AVX-512 registers, and
/// plain arrays that any compiler turns into what the machine has. Both do the same operations in the same order.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#if defined(__AVX512F__) && defined(__AVX512DQ__)
#include <immintrin.h>
#define GLASSFORGE_WIDE_AVX512 1
#endif

namespace glassforge::md {

inline double fusedMultiplyAdd(double a, double b, double c) { return std::fma(a, b, c); }
inline double squareRoot(double a) { return std::sqrt(a); }
inline double reciprocal(double a) { return 1.0 / a; }

#ifdef GLASSFORGE_WIDE_AVX512

struct WideMask {
  __mmask8 bits;
  bool any() const { return bits != 0; }
  WideMask operator&(WideMask o) const { return {static_cast<__mmask8>(bits & o.bits)}; }
};

struct Wide {
  static constexpr int width = 8;
  __m512d v;

  Wide() = default;
  explicit Wide(__m512d register_value) : v(register_value) {}
  Wide(double all) : v(_mm512_set1_pd(all)) {}
  static Wide load(const double* p) { return Wide(_mm512_loadu_pd(p)); }
  void store(double* p) const { _mm512_storeu_pd(p, v); }

  friend Wide operator+(Wide a, Wide b) { return Wide(_mm512_add_pd(a.v, b.v)); }
  friend Wide operator-(Wide a, Wide b) { return Wide(_mm512_sub_pd(a.v, b.v)); }
  friend Wide operator*(Wide a, Wide b) { return Wide(_mm512_mul_pd(a.v, b.v)); }
  friend Wide operator/(Wide a, Wide b) { return Wide(_mm512_div_pd(a.v, b.v)); }
  friend WideMask operator<(Wide a, Wide b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LT_OQ)}; }
  friend WideMask operator!=(Wide a, Wide b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_NEQ_UQ)}; }
};

inline Wide fusedMultiplyAdd(Wide a, Wide b, Wide c) { return Wide(_mm512_fmadd_pd(a.v, b.v, c.v)); }
inline Wide reciprocal(Wide a) { return Wide(1.0) / a; }
inline Wide squareRoot(Wide a) { return Wide(_mm512_sqrt_pd(a.v)); }
inline Wide nearestInteger(Wide a) {
  return Wide(_mm512_roundscale_pd(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
/// a where the mask holds, else zero.
inline Wide keep(WideMask m, Wide a) { return Wide(_mm512_maskz_mov_pd(m.bits, a.v)); }

/// table[species] per lane, from the species codes of ReplicaPack; `table` has eight entries.
inline Wide lookup(const double* table, Wide code) {
  return Wide(_mm512_permutexvar_pd(_mm512_castpd_si512(code.v), _mm512_loadu_pd(table)));
}

/// Sum over lanes in a fixed tree: halves, quarters, pairs.
inline double sum(Wide a) {
  const __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(a.v), _mm512_extractf64x4_pd(a.v, 1));
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(two) + _mm_cvtsd_f64(_mm_unpackhi_pd(two, two));
}

struct WideRows {
  Wide x, y, z, code;
};

/// Rows index[0..7] of a (rows, 4) array, transposed in registers: no gather instruction.
inline WideRows loadRows(const double* rows, const int* index) {
  const auto two = [&](int low, int high) {
    return _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_load_pd(rows + 4 * std::int64_t{index[low]})),
                              _mm256_load_pd(rows + 4 * std::int64_t{index[high]}), 1);
  };
  const __m512d a = two(0, 2), b = two(1, 3), c = two(4, 6), d = two(5, 7);
  const __m512d xz01 = _mm512_unpacklo_pd(a, b), yt01 = _mm512_unpackhi_pd(a, b);
  const __m512d xz23 = _mm512_unpacklo_pd(c, d), yt23 = _mm512_unpackhi_pd(c, d);
  return {Wide(_mm512_shuffle_f64x2(xz01, xz23, 0x88)), Wide(_mm512_shuffle_f64x2(yt01, yt23, 0x88)),
          Wide(_mm512_shuffle_f64x2(xz01, xz23, 0xdd)), Wide(_mm512_shuffle_f64x2(yt01, yt23, 0xdd))};
}

/// Writes the entries of index[0..7] whose lane is set, packed, to `out` (which has room for eight); returns their number.
inline int compress(WideMask m, const int* index, int* out) {
  const __m512i all = _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(index)));
  _mm512_mask_compressstoreu_epi32(out, static_cast<__mmask16>(m.bits), all);
  return std::popcount(static_cast<unsigned>(m.bits));
}

/// Mask of the first `count` lanes.
inline WideMask firstLanes(int count) { return {static_cast<__mmask8>((1u << count) - 1u)}; }

#else

struct WideMask {
  std::array<bool, 8> bits;
  bool any() const {
    bool result = false;
    for (const bool b : bits) result |= b;
    return result;
  }
  WideMask operator&(const WideMask& o) const {
    WideMask r;
    for (std::size_t k = 0; k < 8; ++k) r.bits[k] = bits[k] && o.bits[k];
    return r;
  }
};

struct Wide {
  static constexpr int width = 8;
  std::array<double, 8> v;

  Wide() = default;
  Wide(double all) { v.fill(all); }
  static Wide load(const double* p) {
    return map([p](std::size_t k) { return p[k]; });
  }
  void store(double* p) const {
    for (std::size_t k = 0; k < 8; ++k) p[k] = v[k];
  }
  template <class F>
  static Wide map(F&& lane) {
    Wide r;
    for (std::size_t k = 0; k < 8; ++k) r.v[k] = lane(k);
    return r;
  }
  template <class F>
  static WideMask test(F&& lane) {
    WideMask m;
    for (std::size_t k = 0; k < 8; ++k) m.bits[k] = lane(k);
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
inline Wide reciprocal(const Wide& a) { return Wide(1.0) / a; }
inline Wide squareRoot(const Wide& a) {
  return Wide::map([&](std::size_t k) { return std::sqrt(a.v[k]); });
}
inline Wide nearestInteger(const Wide& a) {
  return Wide::map([&](std::size_t k) { return std::nearbyint(a.v[k]); });
}
inline Wide keep(const WideMask& m, const Wide& a) {
  return Wide::map([&](std::size_t k) { return m.bits[k] ? a.v[k] : 0.0; });
}
inline Wide lookup(const double* table, const Wide& code) {
  return Wide::map([&](std::size_t k) { return table[std::bit_cast<std::uint64_t>(code.v[k]) & 7u]; });
}
inline double sum(const Wide& a) {
  const double s0 = (a.v[0] + a.v[4]) + (a.v[2] + a.v[6]);
  const double s1 = (a.v[1] + a.v[5]) + (a.v[3] + a.v[7]);
  return s0 + s1;
}

struct WideRows {
  Wide x, y, z, code;
};

inline WideRows loadRows(const double* rows, const int* index) {
  const auto column = [&](int c) {
    return Wide::map([&](std::size_t k) { return rows[4 * std::int64_t{index[k]} + c]; });
  };
  return {column(0), column(1), column(2), column(3)};
}

inline int compress(const WideMask& m, const int* index, int* out) {
  int count = 0;
  for (std::size_t k = 0; k < 8; ++k) {
    out[count] = index[k];
    count += m.bits[k] ? 1 : 0;
  }
  return count;
}

inline WideMask firstLanes(int count) {
  return Wide::test([count](std::size_t k) { return static_cast<int>(k) < count; });
}

#endif

}  // namespace glassforge::md
