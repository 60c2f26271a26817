/// Forces, energies and virials of one replica from its neighbour list.
#pragma once

#include <algorithm>

#include "core/replica_pack.hpp"
#include "md/pair_potential.hpp"
#include "md/pair_sums.hpp"
#include "md/rows/row_list.hpp"

namespace glassforge::md {

namespace detail {

struct RowForce {
  double x, y, z, energy, virial;
};

/// Distances of one particle from as many neighbours as there are lanes; y = (r / sigma)^2.
struct WideDistance {
  Wide dx, dy, dz, y;
};

template <int D>
KOKKOS_FORCEINLINE_FUNCTION WideDistance distancesFrom(const Wide* centre, const double* rows, const int* entry,
                                                       const Wide& inverse_sigma2) {
  const WideRows other = loadRows<D>(rows, entry);
  WideDistance d{centre[0] - other.x, centre[1] - other.y, Wide(0.0), Wide(0.0)};
  Wide r2 = fusedMultiplyAdd(d.dx, d.dx, d.dy * d.dy);
  if constexpr (D == 3) {
    d.dz = centre[2] - other.z;
    r2 = fusedMultiplyAdd(d.dz, d.dz, r2);
  }
  d.y = r2 * inverse_sigma2;
  return d;
}

/// What the pairs of a particle with one species add up to, before the factors of that pair of species.
template <int D, bool with_energy, class TailType>
struct WideSums {
  const TailType& tail;
  const Wide limit;
  Wide x = Wide(0.0), y = Wide(0.0), z = Wide(0.0), energy = Wide(0.0), virial = Wide(0.0);

  KOKKOS_FORCEINLINE_FUNCTION void add(const WideDistance& d) {
    const WideMask inside = d.y < limit;
    const Wide slope = keep(inside, tail.slope(d.y));
    x = fusedMultiplyAdd(slope, d.dx, x);
    y = fusedMultiplyAdd(slope, d.dy, y);
    if constexpr (D == 3) z = fusedMultiplyAdd(slope, d.dz, z);
    if constexpr (with_energy) {
      energy = energy + keep(inside, tail.energy(d.y));
      virial = fusedMultiplyAdd(slope, d.y, virial);
    }
  }
};

/// Adds the entries first .. last - 1. In 3D, distances of a batch are stored before forces are taken from them: two
/// short chains of dependent operations keep the processor busier than one long one. In 2D lists are too short for
/// that.
template <int D, class Sums>
KOKKOS_FORCEINLINE_FUNCTION void addEntries(Sums& sums, const Wide* centre, const double* rows, const int* entry,
                                            int first, int last, const Wide& inverse_sigma2) {
  if constexpr (D == 2) {
    for (int q = first; q < last; q += Wide::width) sums.add(distancesFrom<D>(centre, rows, entry + q, inverse_sigma2));
  } else {
    constexpr int batch = 32;
    WideDistance stored[batch];
    for (int from = first; from < last; from += batch * Wide::width) {
      const int groups = std::min(batch, (last - from) / Wide::width);
      for (int k = 0; k < groups; ++k) {
        stored[k] = distancesFrom<D>(centre, rows, entry + from + k * Wide::width, inverse_sigma2);
      }
      for (int k = 0; k < groups; ++k) sums.add(stored[k]);
    }
  }
}

/// Force on one particle from its list; energy and virial of its half of each pair where asked for.
template <int D, bool with_energy, class TailType>
inline RowForce forceOnRow(const TailType& tail, const PairTable& table, const double* rows, const double* self,
                           const RowList<D>& list, int r, int i) {
  const int* entry = list.entries(r);
  const int species = speciesOf(self[3]);
  const Wide centre[3] = {Wide(self[0]), Wide(self[1]), Wide(self[2])};
  const Wide limit(table.cutoff_y);
  Wide x(0.0), y(0.0), z(0.0), energy(0.0), virial(0.0);
  for (int s = 0; s < list.speciesCount(); ++s) {
    WideSums<D, with_energy, TailType> sums{tail, limit};
    addEntries<D>(sums, centre, rows, entry, list.begin(r, i, s), list.end(r, i, s),
                  Wide(table.inverse_sigma2[species][s]));
    const Wide scale(table.force_scale[species][s]);
    x = fusedMultiplyAdd(scale, sums.x, x);
    y = fusedMultiplyAdd(scale, sums.y, y);
    if constexpr (D == 3) z = fusedMultiplyAdd(scale, sums.z, z);
    if constexpr (with_energy) {
      energy = fusedMultiplyAdd(Wide(table.four_epsilon[species][s]), sums.energy, energy);
      virial = fusedMultiplyAdd(Wide(-2 * table.four_epsilon[species][s]), sums.virial, virial);
    }
  }
  RowForce result{sum(x), sum(y), 0, 0, 0};
  if constexpr (D == 3) result.z = sum(z);
  if constexpr (with_energy) {
    result.energy = 0.5 * sum(energy);
    result.virial = 0.5 * sum(virial);
  }
  return result;
}

}  // namespace detail

/// Writes the forces of replica r into pack.force; lists and periodic copies must be up to date.
template <int D, class TailType>
void computeForces(const TailType& tail, const PairTable& table, ReplicaPack<D>& pack, const RowList<D>& list, int r) {
  const double* rows = &pack.row(r, 0, 0);
  double* force = &pack.force(r, 0, 0);
  for (int i = 0; i < pack.particles(); ++i) {
    const auto f = detail::forceOnRow<D, false>(tail, table, rows, rows + 4 * i, list, r, i);
    force[4 * i] = f.x;
    force[4 * i + 1] = f.y;
    force[4 * i + 2] = f.z;
  }
}

/// As computeForces(), and the sums over pairs; `per_particle`, where given, receives E_i = 1/2 sum_j V(r_ij) by row.
template <int D, class TailType>
PairSums computeForcesAndEnergy(const TailType& tail, const PairTable& table, ReplicaPack<D>& pack,
                                const RowList<D>& list, int r, double* per_particle = nullptr) {
  const double* rows = &pack.row(r, 0, 0);
  double* force = &pack.force(r, 0, 0);
  PairSums sums;
  for (int i = 0; i < pack.particles(); ++i) {
    const auto f = detail::forceOnRow<D, true>(tail, table, rows, rows + 4 * i, list, r, i);
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
