/// Forces in mixed precision: fixed-point positions, pair arithmetic in single, sums over registers and integration in
/// double precision. The error and where it matters: docs/formulas.md, "Molecular dynamics".
#pragma once

#include <vector>

#include "core/replica_pack.hpp"
#include "md/neighbour_list.hpp"
#include "md/pair_potential.hpp"
#include "md/wide_float.hpp"

namespace glassforge::md {

/// Positions of one pack as fractions of the box in 32 bits: a difference that wraps is the minimum image, to L / 2^32.
template <int D>
class FixedPointRows {
 public:
  FixedPointRows(const ReplicaPack<D>& pack, const PairTable& table, int species_count)
      : rows_("mixed::rows", pack.replicas(), pack.particles(), 4) {
    constexpr double steps = 4294967296.0;
    for (int k = 0; k < D; ++k) {
      to_fixed_[k] = steps / pack.box.length(k);
      to_length_[k] = pack.box.length(k) / steps;
    }
    for (int a = 0; a < species_count; ++a) {
      for (int b = 0; b < species_count; ++b) {
        inverse_sigma2_[a][b] = static_cast<float>(table.inverse_sigma2[a][b]);
        force_scale_[a][b] = static_cast<float>(table.force_scale[a][b]);
      }
    }
  }

  /// Converts the positions of replica r; they may lie outside [0, L).
  void update(const ReplicaPack<D>& pack, int r) {
    const double* row = &pack.row(r, 0, 0);
    std::int32_t* fixed = &rows_(r, 0, 0);
    for (int i = 0; i < pack.particles(); ++i) {
      for (int k = 0; k < 3; ++k) {
        fixed[4 * i + k] = static_cast<std::int32_t>(static_cast<std::int64_t>(row[4 * i + k] * to_fixed_[k]));
      }
      fixed[4 * i + 3] = speciesOf(row[4 * i + 3]);
    }
  }

  /// Writes the forces of replica r into pack.force.
  template <class TailType>
  void computeForces(const TailType& tail, double cutoff_y, ReplicaPack<D>& pack, const NeighbourList<D>& list,
                     int r) const {
    const std::int32_t* rows = &rows_(r, 0, 0);
    double* force = &pack.force(r, 0, 0);
    const int* entry = list.particleEntries(r);
    const WideFloat unit_x(to_length_[0]), unit_y(to_length_[1]), unit_z(to_length_[2]), limit(cutoff_y), self(0.0);
    for (int i = 0; i < pack.particles(); ++i) {
      const std::int32_t* mine = rows + 4 * i;
      const WideInt xi(mine[0]), yi(mine[1]), zi(mine[2]);
      const WideFloatTable inverse_sigma2(inverse_sigma2_[mine[3]]);
      const WideFloatTable force_scale(force_scale_[mine[3]]);
      WideFloat fx(0.0), fy(0.0), fz(0.0);
      for (int q = list.first(r, i); q < list.last(r, i); q += WideFloat::width) {
        const WideIntRows other = loadRows(rows, entry + q);
        const WideFloat dx = toFloat(xi - other.x) * unit_x, dy = toFloat(yi - other.y) * unit_y;
        WideFloat r2 = fusedMultiplyAdd(dx, dx, dy * dy);
        WideFloat dz(0.0);
        if constexpr (D == 3) {
          dz = toFloat(zi - other.z) * unit_z;
          r2 = fusedMultiplyAdd(dz, dz, r2);
        }
        const WideFloat y = r2 * lookup(inverse_sigma2, other.species);
        const auto inside = (y < limit) & (self < y);  // padding entries are the particle itself, at distance 0
        const WideFloat force_over_r = keep(inside, lookup(force_scale, other.species) * tail.slope(y));
        fx = fusedMultiplyAdd(force_over_r, dx, fx);
        fy = fusedMultiplyAdd(force_over_r, dy, fy);
        if constexpr (D == 3) fz = fusedMultiplyAdd(force_over_r, dz, fz);
      }
      force[4 * i] = sum(fx);
      force[4 * i + 1] = sum(fy);
      if constexpr (D == 3) force[4 * i + 2] = sum(fz);
    }
  }

 private:
  PackView<std::int32_t***> rows_;  ///< (R, N, 4): x, y, z, species
  double to_fixed_[3] = {}, to_length_[3] = {};
  float inverse_sigma2_[Mixture::max_species][16] = {};
  float force_scale_[Mixture::max_species][16] = {};
};

}  // namespace glassforge::md
