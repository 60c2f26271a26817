/// A pair potential of one's own (ARCHITECTURE.md, "A pair potential of your own"): soft spheres, which only repel.
#pragma once

#include <Kokkos_Macros.hpp>

#include "md/wide.hpp"

namespace glassforge::md {

/// V / (4 epsilon) = u + c0 + c2 y + c4 y^2 with u = (sigma / r)^12 = y^-6: zero at the cutoff, and so are its first
/// two derivatives.
struct SoftSphere {
  static constexpr const char* name = "soft-sphere";
  static constexpr const char* form = "soft spheres, r^-12";

  static SoftSphere atCutoff(double xc) {
    const double yc = xc * xc;
    const SoftSphere bare;
    const double c4 = -0.5 * bare.curvature(yc);
    const double c2 = -bare.slope(yc) - 2 * c4 * yc;
    return {-bare.energy(yc) - c2 * yc - c4 * yc * yc, c2, c4};
  }

  double c0 = 0, c2 = 0, c4 = 0;

  template <class Real>
  KOKKOS_INLINE_FUNCTION Real energy(const Real& y) const {
    const Real i3 = cube(reciprocal(y));
    return fusedMultiplyAdd(i3, i3, fusedMultiplyAdd(fusedMultiplyAdd(Real(c4), y, Real(c2)), y, Real(c0)));
  }
  /// d/dy of energy().
  template <class Real>
  KOKKOS_INLINE_FUNCTION Real slope(const Real& y) const {
    const Real inverse = reciprocal(y), i3 = cube(inverse);
    return fusedMultiplyAdd(Real(-6.0) * i3, i3 * inverse, fusedMultiplyAdd(Real(2.0 * c4), y, Real(c2)));
  }
  /// d^2/dy^2 of energy().
  template <class Real>
  KOKKOS_INLINE_FUNCTION Real curvature(const Real& y) const {
    const Real inverse = reciprocal(y), i4 = cube(inverse) * inverse;
    return fusedMultiplyAdd(Real(42.0) * i4, i4, Real(2.0 * c4));
  }

 private:
  template <class Real>
  KOKKOS_INLINE_FUNCTION static Real cube(const Real& x) {
    return x * x * x;
  }
};

}  // namespace glassforge::md
