#include "md/rows/row_grid.hpp"

#include <algorithm>
#include <cmath>

namespace glassforge::md {
namespace {

constexpr double kEdge[3] = {0.5, 1.5, 1.5};  // of a cell in sigma_AA: short along the lines, which are cut at cells

}  // namespace

void Candidates::reserve(int rows) {
  if (rows <= capacity) return;
  capacity = 2 * rows;
  const auto room = static_cast<std::size_t>(capacity + WideFloat::width);
  for (auto& values : column) values.resize(room);
  row.resize(room);
  particle.resize(room);
}

void Candidates::pad() {
  reserve(count);
  std::fill_n(column[0].begin() + count, WideFloat::width, kFarAway);
}

template <int D>
RowGrid<D>::RowGrid(const Box<D>& box, double reach, int replicas, int species_count)
    : replicas_(replicas), species_count_(species_count), cells_(1), margin_(reach) {
  for (int k = 0; k < D; ++k) {
    grid_[k] = static_cast<int>((box.length(k) + 2 * reach) / kEdge[k]) + 1;
    inverse_edge_[k] = 1 / kEdge[k];
    cells_ *= grid_[k];
  }
  start_ = PackView<int**>("grid::start", replicas, species_count * cells_ + 1);
}

template <int D>
void RowGrid<D>::reserve(int rows) {
  Kokkos::resize(cell_, replicas_, rows);
  Kokkos::resize(offset_, replicas_, 2, rows + WideFloat::width);
  Kokkos::resize(column_, replicas_, 3, rows + WideFloat::width);
}

template <int D>
int RowGrid<D>::cellAlong(double position, int axis) const {
  return std::clamp(static_cast<int>((position + margin_) * inverse_edge_[axis]), 0, grid_[axis] - 1);
}

template <int D>
int RowGrid<D>::cellOf(const double* row) const {
  int cell = 0;
  for (int k = D - 1; k >= 0; --k) cell = cell * grid_[k] + cellAlong(row[k], k);
  return cell;
}

template <int D>
void RowGrid<D>::bin(int r, const double* rows, int particles, int copies, const int* source) {
  const int count = particles + copies, keys = species_count_ * cells_;
  int* start = &start_(r, 0);
  std::fill(start, start + keys + 1, 0);
  for (int i = 0; i < count; ++i) {
    cell_(r, i) = speciesOf(rows[4 * i + 3]) * cells_ + cellOf(rows + 4 * i);
    ++start[cell_(r, i) + 1];
  }
  for (int c = 0; c < keys; ++c) start[c + 1] += start[c];
  for (int i = 0; i < count; ++i) {
    const int at = start[cell_(r, i)]++;
    offset_(r, 0, at) = 4 * i;
    offset_(r, 1, at) = 4 * (i < particles ? i : source[i - particles]);
    for (int k = 0; k < D; ++k) column_(r, k, at) = static_cast<float>(rows[4 * i + k]);
  }
  for (int c = keys; c > 0; --c) start[c] = start[c - 1];
  start[0] = 0;
}

/// Lines of cells run along x; each is cut to what spheres of `reach` around the bounds touch.
template <int D>
void RowGrid<D>::gather(int r, int species, const Bounds& bounds, double reach, Candidates& candidates) const {
  const auto gap = [&](int c, int k) {  // from the bounds to the slab of cells c along axis k
    const double low = c / inverse_edge_[k] - margin_;
    return std::max(0.0, std::max(low - bounds.high[k], bounds.low[k] - low - 1 / inverse_edge_[k]));
  };
  int low[3] = {0, 0, 0}, high[3] = {0, 0, 0};
  for (int k = 1; k < D; ++k) {
    low[k] = cellAlong(bounds.low[k] - reach, k);
    high[k] = cellAlong(bounds.high[k] + reach, k);
  }
  const int* start = &start_(r, species * cells_);
  for (int c = low[2]; c <= high[2]; ++c) {
    const double z = D == 3 ? gap(c, 2) : 0.0;
    for (int b = low[1]; b <= high[1]; ++b) {
      const double y = gap(b, 1), rest = reach * reach - z * z - y * y;
      if (rest < 0) continue;
      const double half = std::sqrt(rest) + kSingleRounding * reach;
      const int* line = start + (c * grid_[1] + b) * grid_[0];
      appendLine(r, line[cellAlong(bounds.low[0] - half, 0)], line[cellAlong(bounds.high[0] + half, 0) + 1],
                 candidates);
    }
  }
}

template <int D>
void RowGrid<D>::appendLine(int r, int begin, int end, Candidates& candidates) const {
  const int at = candidates.count;
  candidates.reserve(at + end - begin);
  for (int j = begin; j < end; j += WideFloat::width) {
    const auto to = static_cast<std::size_t>(at + j - begin);
    for (std::size_t k = 0; k < D; ++k) {
      WideFloat::load(&column_(r, static_cast<int>(k), j)).store(&candidates.column[k][to]);
    }
    WideInt::load(&offset_(r, 0, j)).store(&candidates.row[to]);
    WideInt::load(&offset_(r, 1, j)).store(&candidates.particle[to]);
  }
  candidates.count = at + end - begin;
}

template class RowGrid<2>;
template class RowGrid<3>;

}  // namespace glassforge::md
