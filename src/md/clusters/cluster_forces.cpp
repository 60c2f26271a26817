#include "md/clusters/cluster_forces.hpp"

#include <algorithm>
#include <cmath>

#include "md/pack_order.hpp"

namespace glassforge::md {

template <int D>
ClusterForces<D>::ClusterForces(const ReplicaPack<D>& pack, const Mixture& mixture, double skin, Precision precision)
    : table_(mixture),
      species_count_(mixture.speciesCount()),
      width_(precision == Precision::mixed ? FixedPointDistance<D>::cluster_width : PlainDistance<D>::cluster_width),
      skin_(skin) {
  require(std::isfinite(skin) && skin > 0, "skin of the neighbour list is {}, it must be positive", skin);
  double reach = 0;
  for (int a = 0; a < species_count_; ++a) {
    for (int b = 0; b < species_count_; ++b) {
      const double cutoff = table_.cutoff_distance[a][b];
      limits_.inner[a][b] = std::pow(cutoff + DisplacementCheck::inner_share * skin, 2);
      limits_.whole[a][b] = std::pow(cutoff + skin, 2);
      reach = std::max(reach, cutoff + skin);
    }
  }
  const Images images = precision == Precision::mixed ? Images::nearest : Images::copied;
  for (int r = 0; r < pack.replicas(); ++r) {
    replicas_.push_back({ClusterList<D>(pack.box, pack.particles(), width_, reach, images), {}, {}, {}, 0});
    if (precision == Precision::mixed) replicas_.back().mixed.emplace(Mixed{FixedPointPlaces<D>(pack.box), {}, {}});
  }
}

template <int D>
void ClusterForces<D>::build(ReplicaPack<D>& pack, int r) {
  Replica& own = replica(r);
  const double* rows = &pack.row(r, 0, 0);
  wrapPositions(pack, r);
  std::vector<int> order;
  ClusterOrder<D>(pack.box, pack.particles(), width_).find(rows, &pack.id(r, 0), order);
  rearrange(pack, r, order.data());
  own.list.build(rows, species_count_, limits_);
  own.built_at.assign(rows, rows + 4 * static_cast<std::size_t>(pack.particles()));
  ++own.builds;
  if (own.mixed) {
    own.mixed->kernel.setParameters(table_, species_count_, own.list.clusters, FixedPointDistance<D>(pack.box));
    own.mixed->places.update(own.list.clusters, rows);
  } else {
    own.full.setParameters(table_, species_count_, own.list.clusters, PlainDistance<D>());
  }
}

template <int D>
void ClusterForces<D>::update(const ReplicaPack<D>& pack, int r) {
  Replica& own = replica(r);
  const double* rows = &pack.row(r, 0, 0);
  if (own.mixed) {
    own.mixed->places.update(own.list.clusters, rows);
  } else {
    own.list.clusters.update(rows);
  }
}

template class ClusterForces<2>;
template class ClusterForces<3>;

}  // namespace glassforge::md
