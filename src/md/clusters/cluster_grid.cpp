#include "md/clusters/cluster_grid.hpp"

#include <algorithm>
#include <cmath>

#include "md/wide_float.hpp"

namespace glassforge::md {
namespace {

constexpr double kEdge[3] = {1.0, 3.0, 3.0};  // of a cell in sigma_AA: short along the lines, which are cut at cells
constexpr double kSingleRounding = 4e-7;      // of a length: what distances in single precision may be off by
constexpr float kFarAway = 1e15F;             // beyond any distance, its square still finite
constexpr double kInverseEdge[3] = {1 / kEdge[0], 1 / kEdge[1], 1 / kEdge[2]};

}  // namespace

template <int D>
void ClusterBalls<D>::resize(int balls) {
  const auto room = static_cast<std::size_t>(balls + WideFloat::width);
  for (auto& axis : centre) axis.resize(room);
  radius.resize(room);
  cluster.resize(room);
  for (auto n = number.size(); n < room; ++n) number.push_back(static_cast<int>(n));
}

/// What is not added is written too, to the place after the last: a branch would often be foreseen wrongly. Pointers
/// and the count are taken out of the loop, whose stores could else have changed them.
template <int D>
template <class Index>
void ClusterBalls<D>::take(const ClusterBalls& others, int balls, const Index& index, int after) {
  const float *from[D], *from_radius = others.radius.data();
  float *to[D], *to_radius = radius.data();
  for (std::size_t k = 0; k < D; ++k) {
    from[k] = others.centre[k].data();
    to[k] = centre[k].data();
  }
  const int* from_cluster = others.cluster.data();
  int *to_cluster = cluster.data(), at = count;
  for (int q = 0; q < balls; ++q) {
    const int n = index(q), c = from_cluster[n];
    for (std::size_t k = 0; k < D; ++k) to[k][at] = from[k][n];
    to_radius[at] = from_radius[n];
    to_cluster[at] = c;
    at += static_cast<int>(c > after);
  }
  count = at;
}

template <int D>
void ClusterBalls<D>::close() {
  std::fill_n(centre[0].begin() + count, WideFloat::width, kFarAway);
}

template <int D>
int ClusterBalls<D>::touched(const double* point, double distance, const std::vector<int>& column, int* found) const {
  const WideFloat within(distance);
  WideFloat middle[D];
  for (int k = 0; k < D; ++k) middle[k] = WideFloat(point[k]);
  const float *x[D], *radii = radius.data();
  for (std::size_t k = 0; k < D; ++k) x[k] = centre[k].data();
  const int *values = column.data(), balls = count;
  int hits = 0;
  for (int n = 0; n < balls; n += WideFloat::width) {
    WideFloat r2(0.0);
    for (int k = 0; k < D; ++k) {
      const WideFloat d = WideFloat::load(x[k] + n) - middle[k];
      r2 = fusedMultiplyAdd(d, d, r2);
    }
    const WideFloat reach = WideFloat::load(radii + n) + within;
    hits += compress(r2 < reach * reach, WideInt::load(values + n), found + hits);
  }
  return hits;
}

template <int D>
ClusterGrid<D>::ClusterGrid(const Box<D>& box, double margin) : margin_(margin), rounding_(0) {
  std::size_t cells = 1;
  for (int k = 0; k < D; ++k) {
    cells_[k] = static_cast<int>((box.length(k) + 2 * margin) / kEdge[k]) + 1;
    cells *= static_cast<std::size_t>(cells_[k]);
    rounding_ = std::max(rounding_, static_cast<float>(kSingleRounding * (box.length(k) + 2 * margin)));
  }
  start_.resize(cells + 1);
}

template <int D>
int ClusterGrid<D>::cellAlong(double position, int axis) const {
  return std::clamp(static_cast<int>((position + margin_) * kInverseEdge[axis]), 0, cells_[axis] - 1);
}

template <int D>
void ClusterGrid<D>::bin(const Clusters<D>& clusters) {
  const auto total = static_cast<std::size_t>(clusters.count() + clusters.copies());
  cell_.resize(total);
  sorted_.resize(static_cast<int>(total));
  taken_.resize(static_cast<int>(total));
  touched_.resize(taken_.cluster.size());
  std::fill(start_.begin(), start_.end(), 0);
  for (std::size_t c = 0; c < total; ++c) {
    const auto centre = clusters.centre(static_cast<int>(c));
    int cell = 0;
    for (int k = D - 1; k >= 0; --k) cell = cell * cells_[k] + cellAlong(centre[static_cast<std::size_t>(k)], k);
    cell_[c] = cell;
    ++start_[static_cast<std::size_t>(cell) + 1];
  }
  for (std::size_t c = 1; c < start_.size(); ++c) start_[c] += start_[c - 1];
  for (std::size_t n = 0; n < total; ++n) {
    const int c = static_cast<int>(n);
    const auto at = static_cast<std::size_t>(start_[static_cast<std::size_t>(cell_[n])]++);
    const auto centre = clusters.centre(c);
    for (std::size_t k = 0; k < D; ++k) sorted_.centre[k][at] = static_cast<float>(centre[k]);
    sorted_.radius[at] = static_cast<float>(clusters.radius(c)) + rounding_;
    sorted_.cluster[at] = c < clusters.stored() ? c : clusters.source(c);
  }
  for (std::size_t c = start_.size() - 1; c > 0; --c) start_[c] = start_[c - 1];
  start_[0] = 0;
}

/// Lines of cells run along x; each is cut to what the sphere touches.
template <int D>
void ClusterGrid<D>::around(const std::array<double, D>& low, const std::array<double, D>& high, double distance,
                            int after) {
  const auto gap = [&](int c, std::size_t k) {  // from the box to the slab of cells c along axis k
    const double edge = c * kEdge[k] - margin_;
    return std::max(0.0, std::max(edge - high[k], low[k] - edge - kEdge[k]));
  };
  int first[3] = {0, 0, 0}, last[3] = {0, 0, 0};
  for (int k = 1; k < D; ++k) {
    first[k] = cellAlong(low[static_cast<std::size_t>(k)] - distance, k);
    last[k] = cellAlong(high[static_cast<std::size_t>(k)] + distance, k);
  }
  taken_.count = 0;
  for (int c = first[2]; c <= last[2]; ++c) {
    const double z = D == 3 ? gap(c, 2) : 0.0;
    for (int b = first[1]; b <= last[1]; ++b) {
      const double y = gap(b, 1), rest = distance * distance - z * z - y * y;
      if (rest < 0) continue;
      const double half = std::sqrt(rest);
      const int* line = start_.data() + (c * cells_[1] + b) * cells_[0];
      takeLine(line[cellAlong(low[0] - half, 0)], line[cellAlong(high[0] + half, 0) + 1], after);
    }
  }
  taken_.close();
}

template <int D>
void ClusterGrid<D>::takeLine(int begin, int end, int after) {
  taken_.take(
      sorted_, end - begin, [begin](int q) { return begin + q; }, after);
}

template <int D>
void ClusterGrid<D>::near(const std::array<double, D>& point, double distance, int after, ClusterBalls<D>& found) {
  const int hits =
      taken_.touched(point.data(), distance + static_cast<double>(rounding_), taken_.number, touched_.data());
  found.resize(hits);
  found.count = 0;
  const int* hit = touched_.data();
  found.take(
      taken_, hits, [hit](int q) { return hit[q]; }, after);
  found.close();
}

template struct ClusterBalls<2>;
template struct ClusterBalls<3>;
template class ClusterGrid<2>;
template class ClusterGrid<3>;

}  // namespace glassforge::md
