/// The number type of the pair potentials on a device: one double, whose functions compile for the device too.
/// Those of plain double stand beside the registers of the CPU (md/wide.hpp) and are host code.
#pragma once

#include <Kokkos_Core.hpp>
#include <cmath>

namespace glassforge::md::device {

struct Scalar {
  double value;

  KOKKOS_INLINE_FUNCTION explicit Scalar(double x) : value(x) {}
};

KOKKOS_INLINE_FUNCTION Scalar operator+(Scalar a, Scalar b) {
  return Scalar(a.value + b.value);
}
KOKKOS_INLINE_FUNCTION Scalar operator-(Scalar a, Scalar b) {
  return Scalar(a.value - b.value);
}
KOKKOS_INLINE_FUNCTION Scalar operator*(Scalar a, Scalar b) {
  return Scalar(a.value * b.value);
}

KOKKOS_INLINE_FUNCTION Scalar fusedMultiplyAdd(Scalar a, Scalar b, Scalar c) {
  return Scalar(std::fma(a.value, b.value, c.value));
}
KOKKOS_INLINE_FUNCTION Scalar squareRoot(Scalar a) {
  return Scalar(std::sqrt(a.value));
}
KOKKOS_INLINE_FUNCTION Scalar reciprocal(Scalar a) {
  return Scalar(1.0 / a.value);
}

}  // namespace glassforge::md::device
