/// The wide numbers of wide.hpp in registers of four doubles, which AVX2 and AVX-512 have alike: eight are no faster
/// where they pass through units of four (Zen 4), and fewer places of a cluster of four stay without a pair
/// (docs/performance.md). Masks differ: wide_masks_avx2.hpp, wide_masks_avx512.hpp.
#pragma once

#include <immintrin.h>

#include <bit>
#include <cstdint>

#if defined(__AVX512VL__) && defined(__AVX512DQ__)
#include "md/wide_masks_avx512.hpp"
#else
#include "md/wide_masks_avx2.hpp"
#endif

namespace glassforge::md {

struct Wide {
  static constexpr int width = 4;
  __m256d v;

  Wide() = default;
  explicit Wide(__m256d register_value) : v(register_value) {}
  Wide(double all) : v(_mm256_set1_pd(all)) {}
  static Wide load(const double* p) { return Wide(_mm256_loadu_pd(p)); }
  void store(double* p) const { _mm256_storeu_pd(p, v); }

  friend Wide operator+(Wide a, Wide b) { return Wide(_mm256_add_pd(a.v, b.v)); }
  friend Wide operator-(Wide a, Wide b) { return Wide(_mm256_sub_pd(a.v, b.v)); }
  friend Wide operator*(Wide a, Wide b) { return Wide(_mm256_mul_pd(a.v, b.v)); }
  friend Wide operator/(Wide a, Wide b) { return Wide(_mm256_div_pd(a.v, b.v)); }
  friend WideMask operator<(Wide a, Wide b) { return detail::lessThan(a.v, b.v); }
  friend WideMask operator!=(Wide a, Wide b) { return detail::notEqual(a.v, b.v); }
};

inline Wide fusedMultiplyAdd(Wide a, Wide b, Wide c) {
  return Wide(_mm256_fmadd_pd(a.v, b.v, c.v));
}
/// c - a b.
inline Wide fusedNegativeMultiplyAdd(Wide a, Wide b, Wide c) {
  return Wide(_mm256_fnmadd_pd(a.v, b.v, c.v));
}
inline Wide reciprocal(Wide a) {
  return Wide(1.0) / a;
}
inline Wide squareRoot(Wide a) {
  return Wide(_mm256_sqrt_pd(a.v));
}
inline Wide nearestInteger(Wide a) {
  return Wide(_mm256_round_pd(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
/// a where the mask holds, else zero.
inline Wide keep(WideMask m, Wide a) {
  return Wide(detail::keep(m, a.v));
}

/// Eight values by species, the last four of them meant only where there are `more_than_four`.
template <bool more_than_four>
class WideTable {
 public:
  explicit WideTable(const double* table) : low_(_mm256_loadu_pd(table)), high_(_mm256_loadu_pd(table + 4)) {}
  friend Wide lookup(const WideTable& table, Wide code) {
    return Wide(detail::bySpecies<more_than_four>(table.low_, table.high_, _mm256_castpd_si256(code.v)));
  }

 private:
  __m256d low_, high_;  // of species 0 to 3, and of 4 to 7
};

/// Sum over lanes in a fixed tree: halves, pairs.
inline double sum(Wide a) {
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(a.v), _mm256_extractf128_pd(a.v, 1));
  return _mm_cvtsd_f64(two) + _mm_cvtsd_f64(_mm_unpackhi_pd(two, two));
}

struct WideRows {
  Wide x, y, z, code;
};

/// The rows that start at rows[offset[0..3]], transposed in registers: no gather instruction.
inline WideRows loadRows(const double* rows, const int* offset) {
  const auto row = [&](int k) { return _mm256_load_pd(rows + static_cast<std::uint32_t>(offset[k])); };
  const __m256d a = row(0), b = row(1), c = row(2), d = row(3);
  const __m256d xz01 = _mm256_unpacklo_pd(a, b), yc01 = _mm256_unpackhi_pd(a, b);
  const __m256d xz23 = _mm256_unpacklo_pd(c, d), yc23 = _mm256_unpackhi_pd(c, d);
  return {Wide(_mm256_permute2f128_pd(xz01, xz23, 0x20)), Wide(_mm256_permute2f128_pd(yc01, yc23, 0x20)),
          Wide(_mm256_permute2f128_pd(xz01, xz23, 0x31)), Wide(_mm256_permute2f128_pd(yc01, yc23, 0x31))};
}

/// Writes the entries of index[0..3] whose lane is set, packed, to `out` (which has room for four); returns their
/// number.
inline int compress(WideMask m, const int* index, int* out) {
  const __m128i all = _mm_loadu_si128(reinterpret_cast<const __m128i*>(index));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), detail::packed(m, all));
  return std::popcount(m.laneBits());
}

}  // namespace glassforge::md
