#include "md/clusters/cluster_order.hpp"

#include <algorithm>
#include <cmath>

namespace glassforge::md {

template <int D>
ClusterOrder<D>::ClusterOrder(const Box<D>& box, int particles, int width)
    : particles_(particles), key_(static_cast<std::size_t>(particles)) {
  const double edge = std::pow(width * box.volume() / particles, 1.0 / D);  // of a cube that holds one cluster
  std::size_t cells = 1;
  double base = 1;
  for (int k = 0; k < D; ++k) {
    const bool along = k == D - 1;
    const double wanted = along ? particles / base : box.length(k) / edge;  // along a column about one particle a cell
    cells_[k] = std::max(1, static_cast<int>(std::lround(wanted)));
    inverse_edge_[k] = cells_[k] / box.length(k);
    base *= cells_[k];
    cells *= static_cast<std::size_t>(cells_[k]);
  }
  start_.resize(cells + 1);
}

template <int D>
int ClusterOrder<D>::cellAlong(const double* row, int axis) const {
  return std::min(static_cast<int>(row[axis] * inverse_edge_[axis]), cells_[axis] - 1);
}

/// The place of the row's cell on the walk: each axis is run through backwards where the place on the axes before it is
/// odd.
template <int D>
int ClusterOrder<D>::keyOf(const double* row) const {
  int key = 0;
  for (int k = 0; k < D; ++k) {
    const int cell = cellAlong(row, k);
    key = key * cells_[k] + (key % 2 == 0 ? cell : cells_[k] - 1 - cell);
  }
  return key;
}

template <int D>
void ClusterOrder<D>::find(const double* rows, const int* id, std::vector<int>& order) {
  order.resize(key_.size());
  std::fill(start_.begin(), start_.end(), 0);
  for (int i = 0; i < particles_; ++i) {
    const auto n = static_cast<std::size_t>(i);
    key_[n] = keyOf(rows + 4 * i);
    ++start_[static_cast<std::size_t>(key_[n]) + 1];
  }
  for (std::size_t c = 1; c < start_.size(); ++c) start_[c] += start_[c - 1];
  for (int i = 0; i < particles_; ++i) {
    order[static_cast<std::size_t>(start_[static_cast<std::size_t>(key_[static_cast<std::size_t>(i)])]++)] = i;
  }
  for (std::size_t c = 0, begin = 0; c + 1 < start_.size(); ++c) {  // start_[c] is now the end of cell c
    const auto end = static_cast<std::size_t>(start_[c]);
    const bool down = (c / static_cast<std::size_t>(cells_[D - 1])) % 2 != 0;
    std::sort(order.begin() + static_cast<std::ptrdiff_t>(begin), order.begin() + static_cast<std::ptrdiff_t>(end),
              [&](int a, int b) {
                const double d = rows[4 * a + D - 1] - rows[4 * b + D - 1];
                return d != 0 ? (d < 0) != down : id[a] < id[b];
              });
    begin = end;
  }
}

template class ClusterOrder<2>;
template class ClusterOrder<3>;

}  // namespace glassforge::md
