/// Numbers side by side in one register, for the hand-written products (tile_product.hpp): AVX-512, AVX2 with fused
/// multiply-add, or whatever the compiler makes of 16 bytes.
#pragma once

#if defined(__AVX512F__) || (defined(__AVX2__) && defined(__FMA__))
#include <immintrin.h>
#endif

namespace glassforge::ml::nn {

#if defined(__AVX512F__)
constexpr int kRegisterBytes = 64;
#elif defined(__AVX2__) && defined(__FMA__)
constexpr int kRegisterBytes = 32;
#else
constexpr int kRegisterBytes = 16;
#endif

template <class Number>
struct LanesOf;
template <>
struct LanesOf<float> {
  using type [[gnu::vector_size(kRegisterBytes)]] = float;
  using anywhere [[gnu::vector_size(kRegisterBytes), gnu::aligned(sizeof(float)), gnu::may_alias]] = float;
};
template <>
struct LanesOf<double> {
  using type [[gnu::vector_size(kRegisterBytes)]] = double;
  using anywhere [[gnu::vector_size(kRegisterBytes), gnu::aligned(sizeof(double)), gnu::may_alias]] = double;
};
template <class Number>
using Lanes = typename LanesOf<Number>::type;
template <class Number>
constexpr int kLanes = kRegisterBytes / static_cast<int>(sizeof(Number));

/// From and to memory of any alignment.
template <class Number>
inline Lanes<Number> loadLanes(const Number* from) {
  return *reinterpret_cast<const typename LanesOf<Number>::anywhere*>(from);
}
template <class Number>
inline void storeLanes(Number* to, const Lanes<Number>& lanes) {
  *reinterpret_cast<typename LanesOf<Number>::anywhere*>(to) = lanes;
}
template <class Number>
inline Lanes<Number> allLanes(Number value) {
  return value - Lanes<Number>{};  // x - 0 is x for every x, and no instruction
}

/// a b + c, rounded once where the machine can.
#if defined(__AVX512F__)
inline Lanes<float> multiplyAdd(Lanes<float> a, Lanes<float> b, Lanes<float> c) {
  return _mm512_fmadd_ps(a, b, c);
}
inline Lanes<double> multiplyAdd(Lanes<double> a, Lanes<double> b, Lanes<double> c) {
  return _mm512_fmadd_pd(a, b, c);
}
#elif defined(__AVX2__) && defined(__FMA__)
inline Lanes<float> multiplyAdd(Lanes<float> a, Lanes<float> b, Lanes<float> c) {
  return _mm256_fmadd_ps(a, b, c);
}
inline Lanes<double> multiplyAdd(Lanes<double> a, Lanes<double> b, Lanes<double> c) {
  return _mm256_fmadd_pd(a, b, c);
}
#else
inline Lanes<float> multiplyAdd(Lanes<float> a, Lanes<float> b, Lanes<float> c) {
  return a * b + c;
}
inline Lanes<double> multiplyAdd(Lanes<double> a, Lanes<double> b, Lanes<double> c) {
  return a * b + c;
}
#endif

}  // namespace glassforge::ml::nn
