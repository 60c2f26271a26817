/// The neighbour list of one replica, each pair once.
#pragma once

#include <vector>

#include "core/mixture.hpp"
#include "md/clusters/cluster_grid.hpp"
#include "md/clusters/clusters.hpp"
#include "md/clusters/distances.hpp"
#include "md/clusters/lane_table.hpp"

namespace glassforge::md {

/// Squared distances up to which a list goes, and its inner part, for pairs of species.
struct ListLimits {
  double inner[Mixture::max_species][Mixture::max_species] = {};
  double whole[Mixture::max_species][Mixture::max_species] = {};
};

/// The list of one replica. A particle meets whole clusters: those that come after its own in which some particle is
/// near, and, with copied images, copies. The others of its own cluster are not listed.
template <int D>
class ClusterList {
 public:
  ClusterList(const Box<D>& box, int particles, int width, double reach, Images images);

  /// Lists of the particles as they stand in `rows`, which lie in the box and in the order of this list.
  void build(const double* rows, int species_count, const ListLimits& limits);

  /// Entries are the first lane of a cluster: its number times the width.
  const int* entries() const { return entry_.data(); }
  /// Where the list of particle i begins, and where the entries end that may be within the cutoff now. A list begins
  /// with the clusters that were closest at the build: while no particle has moved far, the rest is beyond the cutoff.
  int begin(int i) const { return begin_[static_cast<std::size_t>(i)]; }
  int end(int i) const { return inner ? innerEnd(i) : begin(i + 1); }
  int innerEnd(int i) const { return inner_end_[static_cast<std::size_t>(i)]; }

  Clusters<D> clusters;
  bool inner = false;  ///< whether the inner parts are enough

 private:
  template <class Distance>
  void fill(const Distance& distance, const std::vector<int>& species);
  void takeAround(int begin, int end);
  void findNear(int c);
  template <class Distance>
  void listOf(const Distance& distance, int i, int species, int& at);

  double reach_;
  ClusterGrid<D> grid_;
  LaneTable<double> inner2_, whole2_;                ///< of list limits
  double species_reach_[Mixture::max_species] = {};  ///< largest distance of a pair of that species
  std::vector<int> begin_, inner_end_, entry_;
  ClusterBalls<D> near_;
  std::vector<int> touched_, outer_, seen_;
};

extern template class ClusterList<2>;
extern template class ClusterList<3>;

}  // namespace glassforge::md
