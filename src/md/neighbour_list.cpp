#include "md/neighbour_list.hpp"

#include <algorithm>
#include <cmath>

namespace glassforge::md {
namespace {

constexpr double kSearchCell = 1.3;  // edge of a search cell in sigma_AA: best of the scan in docs/performance.md
constexpr double kFarAway = 1e15;    // where the padding row lies: beyond any cutoff, its square still finite
constexpr double kRoom = 1.3;        // spare room when memory is sized by mean density

int roundedUp(double value) { return static_cast<int>(std::ceil(value)); }

}  // namespace

/// Candidates of one particle: the box around it in the search grid.
template <int D>
struct NeighbourList<D>::Search {
  int r;
  const int* start;
  const int* rows;
  const double* column[4];
};

template <int D>
NeighbourList<D>::NeighbourList(ReplicaPack<D>& pack, const PairTable& table, int species_count, double skin)
    : skin_(skin), reach_(0) {
  require(std::isfinite(skin) && skin > 0, "skin of the neighbour list is {}, it must be positive", skin);
  for (int a = 0; a < species_count; ++a) {
    for (int b = 0; b < species_count; ++b) {
      const double reach = table.cutoff_distance[a][b] + skin;
      list_cutoff2_[a][b] = reach * reach;
      species_reach_[a] = std::max(species_reach_[a], reach);
    }
    reach_ = std::max(reach_, species_reach_[a]);
  }
  const int R = pack.replicas(), N = pack.particles();
  double extended = 1;
  cell_ = kSearchCell;
  int sort_total = 1, grid_total = 1;
  for (int k = 0; k < D; ++k) {
    const double length = pack.box.length(k);
    extended *= (length + 2 * reach_) / length;
    sort_cells_[k] = std::max(1, static_cast<int>(length / kSearchCell));
    grid_[k] = static_cast<int>((length + 2 * reach_) / cell_) + 1;
    sort_total *= sort_cells_[k];
    grid_total *= grid_[k];
  }
  const double ball = D == 3 ? 4.0 / 3.0 * M_PI * reach_ * reach_ * reach_ : M_PI * reach_ * reach_;
  row_capacity_ = roundedUp(N + kRoom * N * (extended - 1)) + 64;
  entry_capacity_ = roundedUp(N * (ball * N / pack.box.volume() + Wide::width)) + 64;
  rows_needed_.assign(static_cast<std::size_t>(R), 0);
  entries_needed_.assign(static_cast<std::size_t>(R), 0);
  builds_.assign(static_cast<std::size_t>(R), 0);
  first_ = PackView<int**>("list::first", R, N);
  last_ = PackView<int**>("list::last", R, N);
  copies_ = PackView<int*>("list::copies", R);
  built_at_ = PackView<double***>("list::built_at", R, N, 4);
  order_ = PackView<int**>("list::order", R, N);
  scratch_ = PackView<double***>("list::scratch", R, N, 4);
  scratch_int_ = PackView<int***>("list::scratch_int", R, N, 4);
  cell_start_ = PackView<int**>("list::cell_start", R, std::max(sort_total, grid_total) + 1);
  grow(pack);
}

template <int D>
void NeighbourList<D>::grow(ReplicaPack<D>& pack) {
  const int rows = *std::max_element(rows_needed_.begin(), rows_needed_.end());
  const int entries = *std::max_element(entries_needed_.begin(), entries_needed_.end());
  row_capacity_ = std::max(row_capacity_, roundedUp(1.1 * rows));
  entry_capacity_ = std::max(entry_capacity_, roundedUp(1.1 * entries));
  std::fill(rows_needed_.begin(), rows_needed_.end(), 0);
  std::fill(entries_needed_.begin(), entries_needed_.end(), 0);
  const int R = pack.replicas();
  pack.reserveRows(row_capacity_);
  Kokkos::resize(entry_, R, entry_capacity_);
  Kokkos::resize(source_, R, row_capacity_);
  Kokkos::resize(shift_, R, row_capacity_, 4);
  Kokkos::resize(cell_of_, R, row_capacity_);
  Kokkos::resize(binned_row_, R, row_capacity_ + Wide::width);
  Kokkos::resize(binned_, R, 4, row_capacity_ + Wide::width);
}

template <int D>
bool NeighbourList<D>::build(ReplicaPack<D>& pack, int r) {
  sortByCell(pack, r);
  if (!makeCopies(pack, r)) return false;
  binRows(pack, r);
  if (!fillLists(pack, r)) return false;
  const int N = pack.particles();
  std::copy_n(&pack.row(r, 0, 0), 4 * static_cast<std::size_t>(N), &built_at_(r, 0, 0));
  ++builds_[static_cast<std::size_t>(r)];
  return true;
}

template <int D>
bool NeighbourList<D>::lacks(int r, int rows, int entries) {
  rows_needed_[static_cast<std::size_t>(r)] = rows;
  entries_needed_[static_cast<std::size_t>(r)] = entries;
  return false;
}

/// Wraps replica r into the box and brings it into the order (cell, then id).
template <int D>
void NeighbourList<D>::sortByCell(ReplicaPack<D>& pack, int r) {
  const int N = pack.particles();
  int total = 1;
  for (int k = 0; k < D; ++k) total *= sort_cells_[k];
  int* start = &cell_start_(r, 0);
  std::fill(start, start + total + 1, 0);
  for (int i = 0; i < N; ++i) {
    int cell = 0;
    for (int k = D - 1; k >= 0; --k) {
      pack.image(r, i, k) += pack.box.wrap(pack.row(r, i, k), k);
      const int c = static_cast<int>(pack.row(r, i, k) / pack.box.length(k) * sort_cells_[k]);
      cell = cell * sort_cells_[k] + std::min(c, sort_cells_[k] - 1);
    }
    cell_of_(r, i) = cell;
    ++start[cell + 1];
  }
  for (int c = 0; c < total; ++c) start[c + 1] += start[c];
  for (int i = 0; i < N; ++i) order_(r, start[cell_of_(r, i)]++) = i;
  for (int c = 0, begin = 0; c < total; begin = start[c++]) {  // start[c] is now the end of cell c
    std::sort(&order_(r, 0) + begin, &order_(r, 0) + start[c],
              [&](int a, int b) { return pack.id(r, a) < pack.id(r, b); });
  }
  permute(pack, r);
}

template <int D>
void NeighbourList<D>::permute(ReplicaPack<D>& pack, int r) {
  const int N = pack.particles();
  const auto rearrange = [&](auto* values, auto* scratch, int columns) {
    for (int i = 0; i < N; ++i) std::copy_n(values + columns * order_(r, i), columns, scratch + columns * i);
    std::copy_n(scratch, static_cast<std::size_t>(columns) * N, values);
  };
  rearrange(&pack.row(r, 0, 0), &scratch_(r, 0, 0), 4);
  rearrange(&pack.velocity(r, 0, 0), &scratch_(r, 0, 0), 4);
  rearrange(&pack.force(r, 0, 0), &scratch_(r, 0, 0), 4);
  rearrange(&pack.image(r, 0, 0), &scratch_int_(r, 0, 0), 4);
  rearrange(&pack.id(r, 0), &scratch_int_(r, 0, 0), 1);
}

/// A copy for every face, edge and corner a particle is within reach of.
template <int D>
bool NeighbourList<D>::makeCopies(ReplicaPack<D>& pack, int r) {
  const int N = pack.particles();
  int count = 0;
  for (int i = 0; i < N; ++i) {
    int low[3] = {0, 0, 0}, high[3] = {0, 0, 0};
    for (int k = 0; k < D; ++k) {
      low[k] = pack.row(r, i, k) > pack.box.length(k) - reach_ ? -1 : 0;
      high[k] = pack.row(r, i, k) < reach_ ? 1 : 0;
    }
    const int images = (high[0] - low[0] + 1) * (high[1] - low[1] + 1) * (high[2] - low[2] + 1);
    if (N + count + images >= row_capacity_) return lacks(r, 2 * (N + count), 0);
    for (int c = low[2]; c <= high[2]; ++c) {
      for (int b = low[1]; b <= high[1]; ++b) {
        for (int a = low[0]; a <= high[0]; ++a) {
          if (a == 0 && b == 0 && c == 0) continue;
          const int n[3] = {a, b, c};
          for (int k = 0; k < 4; ++k) shift_(r, count, k) = k < D ? n[k] * pack.box.length(k) : 0.0;
          source_(r, count++) = i;
        }
      }
    }
  }
  copies_(r) = count;
  updateCopies(pack, r);
  double* padding = &pack.row(r, N + count, 0);
  for (int k = 0; k < 4; ++k) padding[k] = k < D ? kFarAway : (k == 3 ? speciesCode(0) : 0.0);
  return true;
}

template <int D>
void NeighbourList<D>::updateCopies(ReplicaPack<D>& pack, int r) const {
  const double* particle = &pack.row(r, 0, 0);
  const double* shift = &shift_(r, 0, 0);
  const int* source = &source_(r, 0);
  double* copy = &pack.row(r, 0, 0) + 4 * static_cast<std::size_t>(pack.particles());
  const int count = copies_(r);
  for (int g = 0; g < count; ++g) {
    for (int k = 0; k < 4; ++k) copy[4 * g + k] = particle[4 * source[g] + k] + shift[4 * g + k];
  }
}

template <int D>
int NeighbourList<D>::cellOfRow(const double* row) const {
  int cell = 0;
  for (int k = D - 1; k >= 0; --k) {
    const int c = static_cast<int>((row[k] + reach_) / cell_);
    cell = cell * grid_[k] + std::clamp(c, 0, grid_[k] - 1);
  }
  return cell;
}

/// Particles and copies by search cell, coordinates in columns: candidates are contiguous along x.
template <int D>
void NeighbourList<D>::binRows(const ReplicaPack<D>& pack, int r) {
  const int rows = pack.particles() + copies_(r);
  int total = 1;
  for (int k = 0; k < D; ++k) total *= grid_[k];
  int* start = &cell_start_(r, 0);
  std::fill(start, start + total + 1, 0);
  for (int i = 0; i < rows; ++i) {
    cell_of_(r, i) = cellOfRow(&pack.row(r, i, 0));
    ++start[cell_of_(r, i) + 1];
  }
  for (int c = 0; c < total; ++c) start[c + 1] += start[c];
  for (int i = 0; i < rows; ++i) {
    const int at = start[cell_of_(r, i)]++;
    binned_row_(r, at) = i;
    for (int k = 0; k < 4; ++k) binned_(r, k, at) = pack.row(r, i, k);
  }
  for (int c = total; c > 0; --c) start[c] = start[c - 1];
  start[0] = 0;
}

template <int D>
bool NeighbourList<D>::fillLists(const ReplicaPack<D>& pack, int r) {
  const int N = pack.particles();
  Search search{r, &cell_start_(r, 0), &binned_row_(r, 0), {}};
  for (int k = 0; k < 4; ++k) search.column[k] = &binned_(r, k, 0);
  const int padding = N + copies_(r);
  int at = 0;
  for (int i = 0; i < N; ++i) {
    first_(r, i) = at;
    const int room = searchAround(search, i, &pack.row(r, i, 0), nullptr);
    if (at + room + 2 * Wide::width > entry_capacity_) return lacks(r, 0, 2 * (at + room));
    at += searchAround(search, i, &pack.row(r, i, 0), &entry_(r, at));
    while (at % Wide::width != 0) entry_(r, at++) = padding;
    last_(r, i) = at;
  }
  return true;
}

/// Candidates of particle i within reach go to `out`; with no `out`, an upper bound of their number is returned.
template <int D>
int NeighbourList<D>::searchAround(Search& search, int i, const double* x, int* out) const {
  const int species = speciesOf(x[3]);
  const double reach = species_reach_[species];
  int low[3] = {0, 0, 0}, high[3] = {0, 0, 0};
  for (int k = 0; k < D; ++k) {
    low[k] = std::max(0, static_cast<int>((x[k] - reach + reach_) / cell_));
    high[k] = std::min(grid_[k] - 1, static_cast<int>((x[k] + reach + reach_) / cell_));
  }
  int found = 0;
  for (int c = low[2]; c <= high[2]; ++c) {
    for (int b = low[1]; b <= high[1]; ++b) {
      const int line = (c * grid_[1] + b) * grid_[0];
      const int begin = search.start[line + low[0]], end = search.start[line + high[0] + 1];
      if (!out) {
        found += end - begin;
        continue;
      }
      for (int j = begin; j < end; j += Wide::width) {
        Wide d = Wide::load(search.column[0] + j) - Wide(x[0]);
        Wide r2 = d * d;
        for (int k = 1; k < D; ++k) {
          d = Wide::load(search.column[k] + j) - Wide(x[k]);
          r2 = fusedMultiplyAdd(d, d, r2);
        }
        const Wide limit = lookup(list_cutoff2_[species], Wide::load(search.column[3] + j));
        WideMask near = (r2 < limit) & firstLanes(std::min(end - j, Wide::width));
        const int count = compress(near, search.rows + j, out + found);
        found += count;
      }
    }
  }
  if (out) found = static_cast<int>(std::remove(out, out + found, i) - out);
  return found;
}

template <int D>
bool NeighbourList<D>::outdated(const ReplicaPack<D>& pack, int r) const {
  const double* now = &pack.row(r, 0, 0);
  const double* then = &built_at_(r, 0, 0);
  double largest = 0;
  for (int i = 0; i < pack.particles(); ++i) {
    double d2 = 0;
    for (int k = 0; k < D; ++k) {
      const double d = now[4 * i + k] - then[4 * i + k];
      d2 += d * d;
    }
    largest = largest > d2 ? largest : d2;
  }
  return !(largest <= 0.25 * skin_ * skin_);  // a NaN counts as moved
}

template class NeighbourList<2>;
template class NeighbourList<3>;

}  // namespace glassforge::md
