/// Masks of AVX-512, a bit a lane, and what wide_registers.hpp and wide_float_registers.hpp do with them.
#pragma once

#include <immintrin.h>

namespace glassforge::md {

struct WideMask {
  __mmask8 bits;
  unsigned laneBits() const { return bits; }
  bool any() const { return bits != 0; }
  WideMask operator&(WideMask o) const { return {static_cast<__mmask8>(bits & o.bits)}; }
};

struct WideFloatMask {
  __mmask8 bits;
  unsigned laneBits() const { return bits; }
  WideFloatMask operator&(WideFloatMask o) const { return {static_cast<__mmask8>(bits & o.bits)}; }
};

/// Mask of the first `count` lanes.
inline WideMask firstLanes(int count) {
  return {static_cast<__mmask8>((1u << count) - 1u)};
}

namespace detail {

inline WideMask lessThan(__m256d a, __m256d b) {
  return {_mm256_cmp_pd_mask(a, b, _CMP_LT_OQ)};
}
inline WideMask notEqual(__m256d a, __m256d b) {
  return {_mm256_cmp_pd_mask(a, b, _CMP_NEQ_UQ)};
}
inline WideFloatMask lessThan(__m256 a, __m256 b) {
  return {_mm256_cmp_ps_mask(a, b, _CMP_LT_OQ)};
}
inline WideFloatMask notEqual(__m256 a, __m256 b) {
  return {_mm256_cmp_ps_mask(a, b, _CMP_NEQ_UQ)};
}
inline __m256d keep(WideMask m, __m256d a) {
  return _mm256_maskz_mov_pd(m.bits, a);
}
inline __m256 keep(WideFloatMask m, __m256 a) {
  return _mm256_maskz_mov_ps(m.bits, a);
}

/// Values of species 0 to 3 in `low`, of 4 to 7 in `high`; a species code (ReplicaPack) has the species in its low
/// bits.
template <bool more_than_four>
inline __m256d bySpecies(__m256d low, __m256d high, __m256i code) {
  if constexpr (!more_than_four) return _mm256_permutexvar_pd(code, low);
  return _mm256_permutex2var_pd(low, code, high);
}

/// The values whose lane is set, packed.
inline __m128i packed(WideMask m, __m128i values) {
  return _mm_maskz_compress_epi32(m.bits, values);
}
inline __m256i packed(WideFloatMask m, __m256i values) {
  return _mm256_maskz_compress_epi32(m.bits, values);
}

}  // namespace detail
}  // namespace glassforge::md
