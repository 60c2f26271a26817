/// Masks of AVX2, which are registers, and what wide_registers.hpp and wide_float_registers.hpp do with them.
#pragma once

#include <immintrin.h>

#include <array>
#include <cstdint>

namespace glassforge::md {

struct WideMask {
  __m256d lanes;  ///< all bits of a lane set, or none
  unsigned laneBits() const { return static_cast<unsigned>(_mm256_movemask_pd(lanes)); }
  bool any() const { return laneBits() != 0; }
  WideMask operator&(WideMask o) const { return {_mm256_and_pd(lanes, o.lanes)}; }
};

struct WideFloatMask {
  __m256 lanes;
  unsigned laneBits() const { return static_cast<unsigned>(_mm256_movemask_ps(lanes)); }
  WideFloatMask operator&(WideFloatMask o) const { return {_mm256_and_ps(lanes, o.lanes)}; }
};

/// Mask of the first `count` lanes.
inline WideMask firstLanes(int count) {
  const __m256i lane = _mm256_setr_epi64x(0, 1, 2, 3);
  return {_mm256_castsi256_pd(_mm256_cmpgt_epi64(_mm256_set1_epi64x(count), lane))};
}

namespace detail {

inline WideMask lessThan(__m256d a, __m256d b) {
  return {_mm256_cmp_pd(a, b, _CMP_LT_OQ)};
}
inline WideMask notEqual(__m256d a, __m256d b) {
  return {_mm256_cmp_pd(a, b, _CMP_NEQ_UQ)};
}
inline WideFloatMask lessThan(__m256 a, __m256 b) {
  return {_mm256_cmp_ps(a, b, _CMP_LT_OQ)};
}
inline WideFloatMask notEqual(__m256 a, __m256 b) {
  return {_mm256_cmp_ps(a, b, _CMP_NEQ_UQ)};
}
inline __m256d keep(WideMask m, __m256d a) {
  return _mm256_and_pd(m.lanes, a);
}
inline __m256 keep(WideFloatMask m, __m256 a) {
  return _mm256_and_ps(m.lanes, a);
}

/// Values of species 0 to 3 in `low`, of 4 to 7 in `high`. A species code (ReplicaPack) has the species in the low bits
/// of both its halves, which makes the indices of the two halves of a double without a shuffle.
template <bool more_than_four>
inline __m256d bySpecies(__m256d low, __m256d high, __m256i code) {
  const __m256i twice = _mm256_slli_epi64(code, 1);
  const __m256i index = _mm256_add_epi32(twice, _mm256_set1_epi64x(std::int64_t{1} << 32));
  const __m256d first = _mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(low), index));
  if constexpr (!more_than_four) return first;
  const __m256d second = _mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(high), index));
  return _mm256_blendv_pd(first, second, _mm256_castsi256_pd(_mm256_slli_epi64(code, 61)));
}

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

/// For every mask of eight lanes, the order that moves its lanes to the front.
constexpr auto kPackEight = [] {
  std::array<std::array<std::uint8_t, 8>, 256> table{};
  for (std::size_t mask = 0; mask < 256; ++mask) {
    std::size_t at = 0;
    for (std::size_t lane = 0; lane < 8; ++lane) {
      if (mask >> lane & 1u) table[mask][at++] = static_cast<std::uint8_t>(lane);
    }
  }
  return table;
}();

/// The values whose lane is set, packed.
inline __m128i packed(WideMask m, __m128i values) {
  const __m128i order = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kPackFour[m.laneBits()].data()));
  return _mm_shuffle_epi8(values, order);
}
inline __m256i packed(WideFloatMask m, __m256i values) {
  const __m128i order = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kPackEight[m.laneBits()].data()));
  return _mm256_permutevar8x32_epi32(values, _mm256_cvtepu8_epi32(order));
}

}  // namespace detail
}  // namespace glassforge::md
