/// Lists and forces of a pack, cluster by cluster.
#pragma once

#include <optional>
#include <vector>

#include "core/replica_pack.hpp"
#include "md/clusters/cluster_kernel.hpp"
#include "md/clusters/cluster_list.hpp"
#include "md/clusters/cluster_order.hpp"
#include "md/clusters/fixed_point_places.hpp"
#include "md/displacement_check.hpp"
#include "md/pair_sums.hpp"

namespace glassforge::md {

/// Particles lie in clusters as wide as a register; each pair is met once. The replicas of a pack may be worked on by
/// different threads.
template <int D>
class ClusterForces {
 public:
  ClusterForces(const ReplicaPack<D>& pack, const Mixture& mixture, double skin, Precision precision);

  double skin() const { return skin_; }
  const double* builtAt(int r) const { return replica(r).built_at.data(); }
  long builds(int r) const { return replica(r).builds; }

  /// Whether a particle has moved by more than half the skin since the build; also decides whether the inner part of
  /// the lists is enough for the positions as they are.
  bool outdated(const ReplicaPack<D>& pack, int r) {
    return outdated(r, displacementsSince(builtAt(r), pack, r, skin_));
  }
  bool outdated(int r, const DisplacementCheck& check) {
    replica(r).list.inner = !check.beyond_inner;
    return check.beyond_whole;
  }
  /// Lists anew, which wraps positions and changes the order of particles.
  void build(ReplicaPack<D>& pack, int r);
  /// Follows the particles to where they are now.
  void update(const ReplicaPack<D>& pack, int r);

  /// Forces into pack.force, in the precision chosen; lists and places must be up to date.
  template <class TailType>
  void compute(const TailType& tail, ReplicaPack<D>& pack, int r) {
    Replica& own = replica(r);
    double* rows = &pack.force(r, 0, 0);
    if (!own.mixed) {
      own.full.compute(tail, table_.cutoff_y, PlainDistance<D>(), own.list.clusters.position(), own.list);
      own.full.store(own.list.clusters, PlainDistance<D>(), rows);
      return;
    }
    const auto compute = [&](const auto& distance) {
      own.mixed->kernel.compute(tail, table_.cutoff_y, distance, own.mixed->places.data(), own.list);
    };
    if (pack.box.hasEqualEdges()) {
      compute(FixedPointDistance<D, true>(pack.box));
    } else {
      compute(FixedPointDistance<D, false>(pack.box));
    }
    own.mixed->kernel.store(own.list.clusters, FixedPointDistance<D>(pack.box), rows);
  }

  /// The same, and the sums over pairs, which are always taken in double precision.
  template <class TailType>
  PairSums computeWithEnergy(const TailType& tail, ReplicaPack<D>& pack, int r) {
    const PairSums sums = energy(tail, pack, r, nullptr);
    if (replica(r).mixed) {
      compute(tail, pack, r);
    } else {
      replica(r).full.store(replica(r).list.clusters, PlainDistance<D>(), &pack.force(r, 0, 0));
    }
    return sums;
  }

  /// The sums alone, leaving forces as they are; E_i = 1/2 sum_j V(r_ij) by row to `per_particle`, if not null.
  template <class TailType>
  PairSums energy(const TailType& tail, const ReplicaPack<D>& pack, int r, double* per_particle) {
    Replica& own = replica(r);
    if (!own.mixed) return energyFrom(own.full, PlainDistance<D>(), tail, own.list, per_particle);
    const NearestImageDistance<D> exact(pack.box);
    own.list.clusters.update(&pack.row(r, 0, 0));
    own.mixed->exact.setParameters(table_, species_count_, own.list.clusters, exact);
    return energyFrom(own.mixed->exact, exact, tail, own.list, per_particle);
  }

  /// The list of replica r.
  const ClusterList<D>& list(int r) const { return replica(r).list; }

 private:
  struct Mixed {
    FixedPointPlaces<D> places;
    ClusterKernel<D, FixedPointDistance<D>> kernel;
    ClusterKernel<D, NearestImageDistance<D>> exact;  ///< for sums in double precision
  };
  struct Replica {
    ClusterList<D> list;
    ClusterKernel<D, PlainDistance<D>> full;
    std::optional<Mixed> mixed;    ///< in the place of `full`, where the precision is mixed
    std::vector<double> built_at;  ///< (N, 4) positions at the last build
    long builds = 0;
  };

  Replica& replica(int r) { return replicas_[static_cast<std::size_t>(r)]; }
  const Replica& replica(int r) const { return replicas_[static_cast<std::size_t>(r)]; }

  template <class Kernel, class Distance, class TailType>
  PairSums energyFrom(Kernel& kernel, const Distance& distance, const TailType& tail, const ClusterList<D>& list,
                      double* per_particle) const {
    const PairSums sums = kernel.computeWithEnergy(tail, table_.cutoff_y, distance, list.clusters.position(), list);
    for (int i = 0; per_particle && i < list.clusters.particles(); ++i) per_particle[i] = kernel.energy(i);
    return sums;
  }

  PairTable table_;
  int species_count_, width_;
  double skin_;
  ListLimits limits_;
  std::vector<Replica> replicas_;
};

extern template class ClusterForces<2>;
extern template class ClusterForces<3>;

}  // namespace glassforge::md
