/// The pair potentials: each formula once, as a function of y = (r / sigma)^2, in units of 4 epsilon.
/// They know no lists, no boxes and no parameters of a pair; MD, swap moves, minimiser and tests all call them.
/// Formulas and sources: docs/formulas.md, "Pair potentials". `Real` is double, Wide or WideFloat.
#pragma once

#include <Kokkos_Macros.hpp>
#include <cmath>
#include <variant>

#include "core/error.hpp"
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

using Tail = std::variant<EvenTail, LinearTail>;

/// Closed forms of the tail's coefficients from the cutoff xc (in sigma); never pasted digits.
inline Tail makeTail(Smoothing smoothing, double xc) {
  const double yc = xc * xc;
  const EvenTail bare;
  const double u = bare.energy(yc), slope = bare.slope(yc), curvature = bare.curvature(yc);
  switch (smoothing) {
    case Smoothing::none:
      return bare;
    case Smoothing::shift:
      return EvenTail{-u, 0, 0};
    case Smoothing::force_shift: {
      const double du_dx = 2 * xc * slope;
      return LinearTail{-u + du_dx * xc, -du_dx};
    }
    case Smoothing::quartic: {
      const double c4 = -0.5 * curvature;
      const double c2 = -slope - 2 * c4 * yc;
      return EvenTail{-u - c2 * yc - c4 * yc * yc, c2, c4};
    }
  }
  throw InputError("unknown smoothing");
}

/// Parameters of all species pairs, as tables of eight per species of the central particle.
struct PairTable {
  static constexpr int width = Mixture::max_species;

  explicit PairTable(const Mixture& mixture) : cutoff_y(mixture.cutoff * mixture.cutoff) {
    for (int a = 0; a < mixture.speciesCount(); ++a) {
      for (int b = 0; b < mixture.speciesCount(); ++b) {
        const double sigma = mixture.sigmaOf(a, b), epsilon = mixture.epsilonOf(a, b);
        inverse_sigma2[a][b] = 1.0 / (sigma * sigma);
        four_epsilon[a][b] = 4.0 * epsilon;
        force_scale[a][b] = -8.0 * epsilon / (sigma * sigma);
        cutoff_distance[a][b] = mixture.cutoff * sigma;
      }
    }
  }

  double cutoff_y;  ///< (r / sigma)^2 at the cutoff, the same for every pair
  double inverse_sigma2[width][width] = {};
  double four_epsilon[width][width] = {};
  double force_scale[width][width] = {};  ///< force / r = force_scale * slope(y)
  double cutoff_distance[width][width] = {};
};

/// One pair in the units of the system.
struct PairTerm {
  double energy = 0, force_over_r = 0, second_derivative = 0;
};

/// Energy, force / r and V''(r) of a pair at squared distance r2; zero beyond the cutoff.
template <class TailType>
PairTerm evaluatePair(const TailType& tail, const PairTable& table, int a, int b, double r2) {
  const double y = r2 * table.inverse_sigma2[a][b];
  if (!(y < table.cutoff_y)) return {};
  const double slope = tail.slope(y);
  return {table.four_epsilon[a][b] * tail.energy(y), table.force_scale[a][b] * slope,
          -table.force_scale[a][b] * (slope + 2.0 * y * tail.curvature(y))};
}

}  // namespace glassforge::md
