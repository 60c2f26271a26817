/// The Lennard-Jones potential and the ways in which it ends at the cutoff: each formula once, as a function of
/// y = (r / sigma)^2, in units of 4 epsilon. Formulas and sources: docs/formulas.md, "Pair potentials".
/// `Real` is double, Wide or WideFloat.
#pragma once

#include <Kokkos_Macros.hpp>
#include <cmath>

#include "core/mixture.hpp"
#include "md/wide.hpp"

namespace glassforge::md {

/// The bare Lennard-Jones potential in units of 4 epsilon and its first two derivatives by y, from 1 / y.
template <class Real>
struct LennardJones {
  Real inverse, i2, i3;

  KOKKOS_INLINE_FUNCTION explicit LennardJones(const Real& y)
      : inverse(reciprocal(y)), i2(inverse * inverse), i3(i2 * inverse) {}
  KOKKOS_INLINE_FUNCTION Real energy() const { return i3 * (i3 - Real(1.0)); }
  /// The slope plus `more`, what a tail adds to it.
  KOKKOS_INLINE_FUNCTION Real slope(const Real& more) const {
    return fusedMultiplyAdd(i2 * i2, fusedMultiplyAdd(Real(-6.0), i3, Real(3.0)), more);
  }
  KOKKOS_INLINE_FUNCTION Real curvature() const { return i2 * i3 * fusedMultiplyAdd(Real(42.0), i3, Real(-12.0)); }
};

/// u + c0 + c2 y + c4 y^2. All zero: plain truncation; c0 only: shifted; all three from the cutoff: continuous to the
/// second derivative ("quartic", the KA2D model of Jung, Biroli and Berthier 2023).
struct EvenTail {
  double c0 = 0, c2 = 0, c4 = 0;

  template <class Real>
  KOKKOS_INLINE_FUNCTION Real energy(const Real& y) const {
    return LennardJones<Real>(y).energy() + fusedMultiplyAdd(fusedMultiplyAdd(Real(c4), y, Real(c2)), y, Real(c0));
  }
  /// d/dy of energy().
  template <class Real>
  KOKKOS_INLINE_FUNCTION Real slope(const Real& y) const {
    return LennardJones<Real>(y).slope(fusedMultiplyAdd(Real(2.0 * c4), y, Real(c2)));
  }
  /// d^2/dy^2 of energy().
  template <class Real>
  KOKKOS_INLINE_FUNCTION Real curvature(const Real& y) const {
    return LennardJones<Real>(y).curvature() + Real(2.0 * c4);
  }
};

/// u + c0 + c1 x with x = sqrt(y): energy and force vanish at the cutoff ("force-shift", what the published KA
/// configurations obey).
struct LinearTail {
  double c0 = 0, c1 = 0;

  template <class Real>
  KOKKOS_INLINE_FUNCTION Real energy(const Real& y) const {
    return LennardJones<Real>(y).energy() + fusedMultiplyAdd(Real(c1), squareRoot(y), Real(c0));
  }
  template <class Real>
  KOKKOS_INLINE_FUNCTION Real slope(const Real& y) const {
    const LennardJones<Real> u(y);
    return u.slope(Real(0.5 * c1) * squareRoot(y) * u.inverse);
  }
  template <class Real>
  KOKKOS_INLINE_FUNCTION Real curvature(const Real& y) const {
    const LennardJones<Real> u(y);
    return fusedMultiplyAdd(Real(-0.25 * c1), squareRoot(y) * u.i2, u.curvature());
  }
};

/// Closed forms of the tail's coefficients from the cutoff xc (in sigma); never pasted digits.
struct TruncatedLennardJones {
  static constexpr Smoothing name = Smoothing::none;
  static constexpr const char* form = "Lennard-Jones";
  static EvenTail atCutoff(double) { return {}; }
};

struct ShiftedLennardJones {
  static constexpr Smoothing name = Smoothing::shift;
  static constexpr const char* form = "Lennard-Jones";
  static EvenTail atCutoff(double xc) { return {-EvenTail().energy(xc * xc), 0, 0}; }
};

struct ForceShiftedLennardJones {
  static constexpr Smoothing name = Smoothing::force_shift;
  static constexpr const char* form = "Lennard-Jones";
  static LinearTail atCutoff(double xc) {
    const EvenTail bare;
    const double du_dx = 2 * xc * bare.slope(xc * xc);
    return {-bare.energy(xc * xc) + du_dx * xc, -du_dx};
  }
};

struct QuarticLennardJones {
  static constexpr Smoothing name = Smoothing::quartic;
  static constexpr const char* form = "Lennard-Jones";
  static EvenTail atCutoff(double xc) {
    const double yc = xc * xc;
    const EvenTail bare;
    const double c4 = -0.5 * bare.curvature(yc);
    const double c2 = -bare.slope(yc) - 2 * c4 * yc;
    return {-bare.energy(yc) - c2 * yc - c4 * yc * yc, c2, c4};
  }
};

}  // namespace glassforge::md
