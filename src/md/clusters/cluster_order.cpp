#include "md/clusters/cluster_order.hpp"

#include <algorithm>
#include <cmath>

namespace glassforge::md {
namespace {

constexpr double kSlab = 6;  // height of a slab in sigma_AA

int nearestOdd(double value) {
  return 2 * static_cast<int>(value / 2) + 1;
}

}  // namespace

/// Odd numbers of columns end each slab at the face where the next begins.
template <int D>
ClusterOrder<D>::ClusterOrder(const Box<D>& box, int particles, int width)
    : particles_(particles), key_(static_cast<std::size_t>(particles)) {
  const double edge = std::pow(width * box.volume() / particles, 1.0 / D);  // of a cube that holds one cluster
  for (int k = 0; k + 1 < D; ++k) {
    cells_[k] = nearestOdd(box.length(k) / edge);
    columns_ *= cells_[k];
  }
  const int slabs = std::max(1, static_cast<int>(box.length(D - 1) / kSlab));
  height_ = std::max(1, static_cast<int>(std::lround(static_cast<double>(particles) / columns_ / slabs)));
  cells_[D - 1] = slabs * height_;  // about one particle a cell
  for (int k = 0; k < D; ++k) inverse_edge_[k] = cells_[k] / box.length(k);
  start_.resize(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(cells_[D - 1]) + 1);
}

template <int D>
int ClusterOrder<D>::cellAlong(const double* row, int axis) const {
  return std::min(static_cast<int>(row[axis] * inverse_edge_[axis]), cells_[axis] - 1);
}

/// The place of the row's cell on the walk: slab by slab; each axis is run through backwards where the place on the
/// axes before it is odd; cells of a column by its direction.
template <int D>
int ClusterOrder<D>::keyOf(const double* row) const {
  const int along = cellAlong(row, D - 1);
  int column = along / height_;
  for (int k = 0; k + 1 < D; ++k) {
    const int cell = cellAlong(row, k);
    column = column * cells_[k] + (column % 2 == 0 ? cell : cells_[k] - 1 - cell);
  }
  const int cell = along % height_;
  return column * height_ + (goesDown(column) ? height_ - 1 - cell : cell);
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
    const bool down = goesDown(static_cast<int>(c) / height_);
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
