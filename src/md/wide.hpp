/// Four doubles side by side: the unit of the pair kernels on a CPU. One interface in three forms of the same bits:
/// AVX-512, AVX2, and plain arrays that any compiler turns into what the machine has. The build's instruction set
/// decides; kernels ask for `Wide::width`.
#pragma once

#include <Kokkos_Core.hpp>
#include <cmath>

namespace glassforge::md {

KOKKOS_INLINE_FUNCTION double fusedMultiplyAdd(double a, double b, double c) {
  return std::fma(a, b, c);
}
KOKKOS_INLINE_FUNCTION double squareRoot(double a) {
  return std::sqrt(a);
}
KOKKOS_INLINE_FUNCTION double reciprocal(double a) {
  return 1.0 / a;
}

}  // namespace glassforge::md

#if defined(__AVX2__) && defined(__FMA__)
#include "md/wide_registers.hpp"
#else
#include "md/wide_portable.hpp"
#endif
