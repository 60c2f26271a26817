/// Forces, energies and virials of one replica from its neighbour list.
#pragma once

#include "core/replica_pack.hpp"
#include "md/neighbour_list.hpp"
#include "md/pair_potential.hpp"

namespace glassforge::md {

/// What a sum over all pairs of a replica gives.
struct PairSums {
  double energy = 0;  ///< potential energy
  double virial = 0;  ///< sum over pairs of r . F
};

namespace detail {

struct RowForce {
  double x, y, z, energy, virial;
};

/// Force on one row from its list entries; energy and virial of its half of each pair where asked for.
template <int D, bool with_energy, class TailType>
inline RowForce forceOnRow(const TailType& tail, const PairTable& table, const double* rows, const double* self,
                           const int* entry, int first, int last) {
  const int species = speciesOf(self[3]);
  const Wide xi(self[0]), yi(self[1]), zi(self[2]);
  const WideTable inverse_sigma2(table.inverse_sigma2[species]);
  const WideTable force_scale(table.force_scale[species]);
  const WideTable four_epsilon(table.four_epsilon[species]);
  const Wide limit(table.cutoff_y);
  Wide fx(0.0), fy(0.0), fz(0.0), energy(0.0), virial(0.0);
  for (int q = first; q < last; q += Wide::width) {
    const WideRows other = loadRows(rows, entry + q);
    const Wide dx = xi - other.x, dy = yi - other.y;
    Wide r2 = fusedMultiplyAdd(dx, dx, dy * dy);
    Wide dz(0.0);
    if constexpr (D == 3) {
      dz = zi - other.z;
      r2 = fusedMultiplyAdd(dz, dz, r2);
    }
    const Wide y = r2 * lookup(inverse_sigma2, other.code);
    const WideMask inside = y < limit;
    const Wide force_over_r = keep(inside, lookup(force_scale, other.code) * tail.slope(y));
    fx = fusedMultiplyAdd(force_over_r, dx, fx);
    fy = fusedMultiplyAdd(force_over_r, dy, fy);
    if constexpr (D == 3) fz = fusedMultiplyAdd(force_over_r, dz, fz);
    if constexpr (with_energy) {
      energy = energy + keep(inside, lookup(four_epsilon, other.code) * tail.energy(y));
      virial = fusedMultiplyAdd(force_over_r, r2, virial);
    }
  }
  RowForce result{sum(fx), sum(fy), 0, 0, 0};
  if constexpr (D == 3) result.z = sum(fz);
  if constexpr (with_energy) {
    result.energy = 0.5 * sum(energy);
    result.virial = 0.5 * sum(virial);
  }
  return result;
}

}  // namespace detail

/// Writes the forces of replica r into pack.force; lists and periodic copies must be up to date.
template <int D, class TailType>
void computeForces(const TailType& tail, const PairTable& table, ReplicaPack<D>& pack, const NeighbourList<D>& list,
                   int r) {
  const double* rows = &pack.row(r, 0, 0);
  double* force = &pack.force(r, 0, 0);
  const int* entry = list.entries(r);
  for (int i = 0; i < pack.particles(); ++i) {
    const auto f = detail::forceOnRow<D, false>(tail, table, rows, rows + 4 * i, entry, list.first(r, i), list.last(r, i));
    force[4 * i] = f.x;
    force[4 * i + 1] = f.y;
    force[4 * i + 2] = f.z;
  }
}

/// As computeForces(), and the sums over pairs; `per_particle`, where given, receives E_i = 1/2 sum_j V(r_ij) by row.
template <int D, class TailType>
PairSums computeForcesAndEnergy(const TailType& tail, const PairTable& table, ReplicaPack<D>& pack,
                                const NeighbourList<D>& list, int r, double* per_particle = nullptr) {
  const double* rows = &pack.row(r, 0, 0);
  double* force = &pack.force(r, 0, 0);
  const int* entry = list.entries(r);
  PairSums sums;
  for (int i = 0; i < pack.particles(); ++i) {
    const auto f = detail::forceOnRow<D, true>(tail, table, rows, rows + 4 * i, entry, list.first(r, i), list.last(r, i));
    force[4 * i] = f.x;
    force[4 * i + 1] = f.y;
    force[4 * i + 2] = f.z;
    sums.energy += f.energy;
    sums.virial += f.virial;
    if (per_particle) per_particle[i] = f.energy;
  }
  return sums;
}

}  // namespace glassforge::md
