/// Forces in mixed precision, row by row: sums over registers are in double precision.
#pragma once

#include <algorithm>
#include <vector>

#include "core/replica_pack.hpp"
#include "md/fixed_point.hpp"
#include "md/pair_potential.hpp"
#include "md/rows/row_list.hpp"
#include "md/wide_float.hpp"

namespace glassforge::md {

/// Positions of one pack in fixed point, and its forces from them.
template <int D>
class FixedPointRows {
 public:
  FixedPointRows(const ReplicaPack<D>& pack, const PairTable& table, int species_count)
      : rows_("mixed::rows", pack.replicas(), pack.particles(), 4), scale_(pack.box) {
    for (int a = 0; a < species_count; ++a) {
      for (int b = 0; b < species_count; ++b) {
        inverse_sigma2_[a][b] = table.inverse_sigma2[a][b];
        force_scale_[a][b] = static_cast<float>(table.force_scale[a][b]);
      }
    }
  }

  /// Converts the positions of replica r; they may lie outside [0, L).
  void update(const ReplicaPack<D>& pack, int r) {
    const double* row = &pack.row(r, 0, 0);
    std::int32_t* fixed = &rows_(r, 0, 0);
    for (int i = 0; i < pack.particles(); ++i) {
      for (int k = 0; k < D; ++k) fixed[4 * i + k] = scale_.toFixed(row[4 * i + k], k);
      fixed[4 * i + 3] = speciesOf(row[4 * i + 3]);
    }
  }

  /// Writes the forces of replica r into pack.force.
  template <class TailType>
  void computeForces(const TailType& tail, double cutoff_y, ReplicaPack<D>& pack, const RowList<D>& list, int r) const {
    const std::int32_t* rows = &rows_(r, 0, 0);
    double* force = &pack.force(r, 0, 0);
    const int* entry = list.particleEntries(r);
    for (int i = 0; i < pack.particles(); ++i) {
      const std::int32_t* mine = rows + 4 * i;
      const WideInt centre[3] = {WideInt(mine[0]), WideInt(mine[1]), WideInt(mine[2])};
      Wide3 total;
      for (int s = 0; s < list.speciesCount(); ++s) {
        const auto sums =
            sumEntries(tail, cutoff_y, centre, rows, entry, list.begin(r, i, s), list.end(r, i, s), mine[3], s);
        const WideFloat scale(force_scale_[mine[3]][s]);
        for (int k = 0; k < D; ++k) total.axis[k] = fusedMultiplyAdd(scale, sums.axis[k], total.axis[k]);
      }
      for (int k = 0; k < D; ++k) force[4 * i + k] = scale_.step(k) * sum(total.axis[k]);
    }
  }

 private:
  struct Wide3 {
    WideFloat axis[3] = {WideFloat(0.0), WideFloat(0.0), WideFloat(0.0)};
  };

  /// Distance of one particle from as many as there are lanes, in fixed-point steps, and (r / sigma)^2; kept in batches
  /// for the reason given at addEntries().
  struct Distance {
    WideFloat axis[D], y;
  };

  /// Sum over the entries first .. last - 1, all of species b, of slope times distance in fixed-point steps.
  template <class TailType>
  Wide3 sumEntries(const TailType& tail, double cutoff_y, const WideInt* centre, const std::int32_t* rows,
                   const int* entry, int first, int last, int a, int b) const {
    const WideFloat limit(cutoff_y), self(0.0);
    WideFloat weight[3];  // from a squared distance in steps to one in units of sigma
    for (int k = 0; k < D; ++k) weight[k] = WideFloat(scale_.step(k) * scale_.step(k) * inverse_sigma2_[a][b]);
    Wide3 sums;
    constexpr int batch = 16;
    Distance stored[batch];
    for (int from = first; from < last; from += batch * WideFloat::width) {
      const int groups = std::min(batch, (last - from) / WideFloat::width);
      for (int k = 0; k < groups; ++k) {
        const WideIntRows other = loadRows(rows, entry + from + k * WideFloat::width);
        Distance& d = stored[k];
        d.axis[0] = toFloat(centre[0] - other.x);
        d.axis[1] = toFloat(centre[1] - other.y);
        d.y = d.axis[0] * d.axis[0] * weight[0];
        d.y = fusedMultiplyAdd(d.axis[1] * d.axis[1], weight[1], d.y);
        if constexpr (D == 3) {
          d.axis[2] = toFloat(centre[2] - other.z);
          d.y = fusedMultiplyAdd(d.axis[2] * d.axis[2], weight[2], d.y);
        }
      }
      for (int k = 0; k < groups; ++k) {
        const WideFloat y = stored[k].y;
        const auto inside = (y < limit) & (self < y);  // padding entries are the particle itself, at distance 0
        const WideFloat slope = keep(inside, tail.slope(y));
        for (int c = 0; c < D; ++c) sums.axis[c] = fusedMultiplyAdd(slope, stored[k].axis[c], sums.axis[c]);
      }
    }
    return sums;
  }

  PackView<std::int32_t***> rows_;  ///< (R, N, 4): x, y, z, species
  FixedPoint<D> scale_;
  double inverse_sigma2_[Mixture::max_species][Mixture::max_species] = {};
  float force_scale_[Mixture::max_species][Mixture::max_species] = {};
};

}  // namespace glassforge::md
