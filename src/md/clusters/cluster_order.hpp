/// The order of the particles of a replica in which neighbours in the order are neighbours in space.
#pragma once

#include <vector>

#include "core/box.hpp"

namespace glassforge::md {

/// Columns of particles along the last axis, walked up and down in turn, from one column to one beside it, through one
/// slab of the box after another. Cut into pieces of `width`, the order gives clusters of particles that lie close
/// together (after Pall and Hess, Comput. Phys. Commun. 184, 2641 (2013), who fill up each column instead of going on
/// in the next); slabs keep what lies near in cache.
template <int D>
class ClusterOrder {
 public:
  ClusterOrder(const Box<D>& box, int particles, int width);

  /// order[n] is the row that comes n-th: a function of the positions (N, 4), which lie in the box, and of the ids
  /// alone.
  void find(const double* rows, const int* id, std::vector<int>& order);

 private:
  int cellAlong(const double* row, int axis) const;
  int keyOf(const double* row) const;
  bool goesDown(int column) const { return column % columns_ % 2 != 0; }

  int particles_;
  int cells_[3] = {1, 1, 1};  ///< columns along each axis, and cells along a column through all slabs
  int columns_ = 1, height_;  ///< columns in a slab, cells of a column within one
  double inverse_edge_[3] = {0, 0, 0};
  std::vector<int> key_, start_;
};

extern template class ClusterOrder<2>;
extern template class ClusterOrder<3>;

}  // namespace glassforge::md
