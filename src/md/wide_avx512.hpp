/// The wide numbers of wide.hpp in AVX-512 registers: eight doubles.
#pragma once

#include <immintrin.h>

#include <bit>
#include <cstdint>

namespace glassforge::md {

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

inline Wide fusedMultiplyAdd(Wide a, Wide b, Wide c) {
  return Wide(_mm512_fmadd_pd(a.v, b.v, c.v));
}
/// c - a b.
inline Wide fusedNegativeMultiplyAdd(Wide a, Wide b, Wide c) {
  return Wide(_mm512_fnmadd_pd(a.v, b.v, c.v));
}
inline Wide reciprocal(Wide a) {
  return Wide(1.0) / a;
}
inline Wide squareRoot(Wide a) {
  return Wide(_mm512_sqrt_pd(a.v));
}
inline Wide nearestInteger(Wide a) {
  return Wide(_mm512_roundscale_pd(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
/// a where the mask holds, else zero.
inline Wide keep(WideMask m, Wide a) {
  return Wide(_mm512_maskz_mov_pd(m.bits, a.v));
}

/// Eight values by species; a lane takes the one its species code (ReplicaPack) names in its low bits.
template <bool>
class WideTable {
 public:
  explicit WideTable(const double* table) : values_(_mm512_loadu_pd(table)) {}
  friend Wide lookup(const WideTable& table, Wide code) {
    return Wide(_mm512_permutexvar_pd(_mm512_castpd_si512(code.v), table.values_));
  }

 private:
  __m512d values_;
};

/// Sum over lanes in a fixed tree: halves, quarters, pairs.
inline double sum(Wide a) {
  const __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(a.v), _mm512_extractf64x4_pd(a.v, 1));
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(two) + _mm_cvtsd_f64(_mm_unpackhi_pd(two, two));
}

struct WideRows {
  Wide x, y, z, code;
};

/// The rows that start at rows[offset[0..7]], transposed in registers: no gather instruction.
template <int>
inline WideRows loadRows(const double* rows, const int* offset) {
  const auto two = [&](int low, int high) {
    return _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_load_pd(rows + static_cast<std::uint32_t>(offset[low]))),
                              _mm256_load_pd(rows + static_cast<std::uint32_t>(offset[high])), 1);
  };
  const __m512d a = two(0, 2), b = two(1, 3), c = two(4, 6), d = two(5, 7);
  const __m512d xz01 = _mm512_unpacklo_pd(a, b), yt01 = _mm512_unpackhi_pd(a, b);
  const __m512d xz23 = _mm512_unpacklo_pd(c, d), yt23 = _mm512_unpackhi_pd(c, d);
  return {Wide(_mm512_shuffle_f64x2(xz01, xz23, 0x88)), Wide(_mm512_shuffle_f64x2(yt01, yt23, 0x88)),
          Wide(_mm512_shuffle_f64x2(xz01, xz23, 0xdd)), Wide(_mm512_shuffle_f64x2(yt01, yt23, 0xdd))};
}

/// Writes the entries of index[0..7] whose lane is set, packed, to `out` (which has room for eight); returns their
/// number.
inline int compress(WideMask m, const int* index, int* out) {
  const __m512i all = _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(index)));
  _mm512_mask_compressstoreu_epi32(out, static_cast<__mmask16>(m.bits), all);
  return std::popcount(static_cast<unsigned>(m.bits));
}

/// Mask of the first `count` lanes.
inline WideMask firstLanes(int count) {
  return {static_cast<__mmask8>((1u << count) - 1u)};
}

}  // namespace glassforge::md
