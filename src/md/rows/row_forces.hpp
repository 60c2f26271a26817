/// Lists and forces of a pack, row by row.
#pragma once

#include <optional>

#include "md/pair_sums.hpp"
#include "md/rows/fixed_point_rows.hpp"
#include "md/rows/row_force.hpp"
#include "md/rows/row_list.hpp"

namespace glassforge::md {

/// Each particle has the full list of its neighbours, whose rows are loaded and transposed in registers. What an engine
/// asks for is explained at PackForces.
template <int D>
class RowForces {
 public:
  RowForces(ReplicaPack<D>& pack, const Mixture& mixture, double skin, Precision precision);

  double skin() const { return list_.skin(); }
  const double* builtAt(int r) const { return list_.builtAt(r); }
  long builds(int r) const { return list_.builds(r); }

  bool outdated(const ReplicaPack<D>& pack, int r) { return list_.outdated(pack, r); }
  bool outdated(int r, const DisplacementCheck& check) { return list_.outdated(r, check); }
  bool build(ReplicaPack<D>& pack, int r);
  void grow(ReplicaPack<D>& pack) { list_.grow(pack); }
  void update(ReplicaPack<D>& pack, int r);

  template <class TailType>
  void compute(const TailType& tail, ReplicaPack<D>& pack, int r) {
    if (mixed_) {
      mixed_->computeForces(tail, table_.cutoff_y, pack, list_, r);
    } else {
      computeForces(tail, table_, pack, list_, r);
    }
  }
  template <class TailType>
  PairSums computeWithEnergy(const TailType& tail, ReplicaPack<D>& pack, int r) {
    return energy(tail, pack, r, nullptr);
  }
  template <class TailType>
  PairSums energy(const TailType& tail, ReplicaPack<D>& pack, int r, double* per_particle) {
    if (mixed_) list_.updateCopies(pack, r);
    const PairSums sums = computeForcesAndEnergy(tail, table_, pack, list_, r, per_particle);
    if (mixed_) compute(tail, pack, r);  // looking at the energy must not change the forces
    return sums;
  }

  /// The list of replica r.
  const RowList<D>& list() const { return list_; }

 private:
  PairTable table_;
  RowList<D> list_;
  std::optional<FixedPointRows<D>> mixed_;  ///< where the precision is mixed
};

extern template class RowForces<2>;
extern template class RowForces<3>;

}  // namespace glassforge::md
