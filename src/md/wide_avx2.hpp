/// The wide numbers of wide.hpp in AVX2 registers: four doubles.
#pragma once

#include <immintrin.h>

#include <array>
#include <bit>
#include <cstdint>

namespace glassforge::md {

struct WideMask {
  __m256d lanes;  ///< all bits of a lane set, or none
  bool any() const { return _mm256_movemask_pd(lanes) != 0; }
  WideMask operator&(WideMask o) const { return {_mm256_and_pd(lanes, o.lanes)}; }
};

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
  friend WideMask operator<(Wide a, Wide b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LT_OQ)}; }
  friend WideMask operator!=(Wide a, Wide b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_NEQ_UQ)}; }
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
  return Wide(_mm256_and_pd(m.lanes, a.v));
}

/// Eight values by species, the last four of them meant only where there are `more_than_four`. A species code
/// (ReplicaPack) has the species in the low bits of both its halves, which makes the indices of the two halves of a
/// double without a shuffle.
template <bool more_than_four>
class WideTable {
 public:
  explicit WideTable(const double* table)
      : low_(_mm256_castpd_ps(_mm256_loadu_pd(table))), high_(_mm256_castpd_ps(_mm256_loadu_pd(table + 4))) {}

  friend Wide lookup(const WideTable& table, Wide code) {
    const __m256i twice = _mm256_slli_epi64(_mm256_castpd_si256(code.v), 1);
    const __m256i index = _mm256_add_epi32(twice, _mm256_set1_epi64x(std::int64_t{1} << 32));
    const __m256d first = _mm256_castps_pd(_mm256_permutevar8x32_ps(table.low_, index));
    if constexpr (!more_than_four) return Wide(first);
    const __m256d second = _mm256_castps_pd(_mm256_permutevar8x32_ps(table.high_, index));
    const __m256d upper = _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_castpd_si256(code.v), 61));
    return Wide(_mm256_blendv_pd(first, second, upper));
  }

 private:
  __m256 low_, high_;  // of species 0 to 3, and of 4 to 7
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

namespace detail {

/// For every mask of four lanes, the bytes that move its lanes to the front.
constexpr auto kPackFour = [] {
  std::array<std::array<std::uint8_t, 16>, 16> table{};
  for (std::size_t mask = 0; mask < 16; ++mask) {
    std::size_t at = 0;
    for (std::size_t lane = 0; lane < 4; ++lane) {
      if (!(mask >> lane & 1u)) continue;
      for (std::size_t byte = 0; byte < 4; ++byte)
        table[mask][4 * at + byte] = static_cast<std::uint8_t>(4 * lane + byte);
      ++at;
    }
  }
  return table;
}();

}  // namespace detail

/// Writes the entries of index[0..3] whose lane is set, packed, to `out` (which has room for four); returns their
/// number.
inline int compress(WideMask m, const int* index, int* out) {
  const auto bits = static_cast<unsigned>(_mm256_movemask_pd(m.lanes));
  const __m128i order = _mm_loadu_si128(reinterpret_cast<const __m128i*>(detail::kPackFour[bits].data()));
  const __m128i all = _mm_loadu_si128(reinterpret_cast<const __m128i*>(index));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_shuffle_epi8(all, order));
  return std::popcount(bits);
}

/// Mask of the first `count` lanes.
inline WideMask firstLanes(int count) {
  const __m256i lane = _mm256_setr_epi64x(0, 1, 2, 3);
  return {_mm256_castsi256_pd(_mm256_cmpgt_epi64(_mm256_set1_epi64x(count), lane))};
}

}  // namespace glassforge::md
