/// Numbers side by side in one register of a stated size, under the hand-written kernels of networks.
#pragma once

#if defined(__AVX512F__) || (defined(__AVX2__) && defined(__FMA__))
#include <immintrin.h>
#endif

namespace glassforge::ml::nn {

template <class Number, int bytes>
struct RegisterOf {
  using type [[gnu::vector_size(bytes)]] = Number;
  /// The same in memory of any alignment.
  using anywhere [[gnu::vector_size(bytes), gnu::aligned(sizeof(Number)), gnu::may_alias]] = Number;
};
template <class Number, int bytes>
using Register = typename RegisterOf<Number, bytes>::type;

/// a b + c, rounded once where the machine can.
template <class AnyRegister>
[[gnu::always_inline]] inline AnyRegister multiplyAdd(const AnyRegister& a, const AnyRegister& b,
                                                      const AnyRegister& c) {
  return a * b + c;
}
#if defined(__AVX2__) && defined(__FMA__)
[[gnu::always_inline]] inline Register<float, 32> multiplyAdd(const Register<float, 32>& a,
                                                              const Register<float, 32>& b,
                                                              const Register<float, 32>& c) {
  return _mm256_fmadd_ps(a, b, c);
}
[[gnu::always_inline]] inline Register<double, 32> multiplyAdd(const Register<double, 32>& a,
                                                               const Register<double, 32>& b,
                                                               const Register<double, 32>& c) {
  return _mm256_fmadd_pd(a, b, c);
}
#endif
#if defined(__AVX512F__)
[[gnu::always_inline]] inline Register<float, 64> multiplyAdd(const Register<float, 64>& a,
                                                              const Register<float, 64>& b,
                                                              const Register<float, 64>& c) {
  return _mm512_fmadd_ps(a, b, c);
}
[[gnu::always_inline]] inline Register<double, 64> multiplyAdd(const Register<double, 64>& a,
                                                               const Register<double, 64>& b,
                                                               const Register<double, 64>& c) {
  return _mm512_fmadd_pd(a, b, c);
}
#endif

}  // namespace glassforge::ml::nn
