/// Pairs of particles: parameters of all pairs of species, and the chosen potential (md/potentials.hpp) in the units of
/// the system. Potentials know no lists, no boxes and no parameters of a pair; MD, swap moves, minimiser and tests all
/// call them through this.
#pragma once

#include "core/mixture.hpp"
#include "md/potentials.hpp"

namespace glassforge::md {

using Tail = PairPotentials::Function;

/// The function of the potential of that name for the cutoff xc (in sigma). InputError with the known names where there
/// is none.
inline Tail makeTail(const Smoothing& smoothing, double xc) {
  return PairPotentials::make(smoothing, xc);
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
