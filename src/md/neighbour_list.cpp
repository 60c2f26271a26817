#include "md/neighbour_list.hpp"

#include <algorithm>
#include <cmath>

namespace glassforge::md {
namespace {

constexpr double kSearchCell = 2.0;  // edge of a search cell in sigma_AA: fewer, longer lines of candidates
constexpr double kFarAway = 1e15;    // where the padding row lies: beyond any cutoff, its square still finite
constexpr double kSingleRounding = 4e-7;  // of a length: what distances in single precision may be off by
constexpr int kRowStride = 4;         // list entries are offsets into (rows, 4) arrays
constexpr double kRoom = 1.3;        // spare room when memory is sized by mean density

int roundedUp(double value) { return static_cast<int>(std::ceil(value)); }

}  // namespace

/// Where the rows of each search cell lie, and their columns.
template <int D>
struct NeighbourList<D>::Search {
  const int* start;
  const int* row;
  const int* particle;
  const int* species;
  const float* column[3];
};

template <int D>
NeighbourList<D>::NeighbourList(ReplicaPack<D>& pack, const PairTable& table, int species_count, double skin,
                                int padding, bool by_particle)
    : padding_(padding), by_particle_(by_particle), skin_(skin), reach_(0) {
  require(std::isfinite(skin) && skin > 0, "skin of the neighbour list is {}, it must be positive", skin);
  for (int a = 0; a < species_count; ++a) {
    for (int b = 0; b < species_count; ++b) {
      species_reach_[a] = std::max(species_reach_[a], table.cutoff_distance[a][b] + skin);
    }
    reach_ = std::max(reach_, species_reach_[a]);
  }
  double longest = 0;
  for (int k = 0; k < D; ++k) longest = std::max(longest, pack.box.length(k) + 2 * reach_);
  for (int a = 0; a < species_count; ++a) {
    for (int b = 0; b < species_count; ++b) {
      const double reach = table.cutoff_distance[a][b] + skin + kSingleRounding * longest;
      list_cutoff2_[a][b] = static_cast<float>(reach * reach);
    }
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
  entry_capacity_ = roundedUp(N * (ball * N / pack.box.volume() + padding)) + 64;
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
  if (by_particle_) Kokkos::resize(particle_entry_, R, entry_capacity_);
  Kokkos::resize(source_, R, row_capacity_);
  Kokkos::resize(shift_, R, row_capacity_, 4);
  Kokkos::resize(cell_of_, R, row_capacity_);
  Kokkos::resize(binned_row_, R, 3, row_capacity_ + WideFloat::width);
  Kokkos::resize(binned_, R, 3, row_capacity_ + WideFloat::width);
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
    binned_row_(r, 0, at) = kRowStride * i;
    binned_row_(r, 1, at) = kRowStride * (i < pack.particles() ? i : source_(r, i - pack.particles()));
    binned_row_(r, 2, at) = speciesOf(pack.row(r, i, 3));
    for (int k = 0; k < 3; ++k) binned_(r, k, at) = static_cast<float>(pack.row(r, i, k));
  }
  for (int c = total; c > 0; --c) start[c] = start[c - 1];
  start[0] = 0;
}

template <int D>
bool NeighbourList<D>::fillLists(const ReplicaPack<D>& pack, int r) {
  const int N = pack.particles(), padding = N + copies_(r);
  const Search search{&cell_start_(r, 0),     &binned_row_(r, 0, 0), &binned_row_(r, 1, 0),
                      &binned_row_(r, 2, 0), {&binned_(r, 0, 0), &binned_(r, 1, 0), &binned_(r, 2, 0)}};
  int at = 0;
  for (int i = 0; i < N; ++i) {
    first_(r, i) = at;
    const int found = searchAround(search, i, &pack.row(r, i, 0), r, at);
    if (found < 0) return lacks(r, 0, 2 * entry_capacity_);
    at += found;
    for (; at % padding_ != 0; ++at) {
      entry_(r, at) = kRowStride * padding;
      if (by_particle_) particle_entry_(r, at) = kRowStride * i;
    }
    last_(r, i) = at;
  }
  return true;
}

/// Lists the neighbours of particle i from entry `at` on; their number, or -1 where there is no room. Lines of cells along
/// x are cut to what a sphere of the particle's reach touches.
template <int D>
int NeighbourList<D>::searchAround(const Search& search, int i, const double* x, int r, int at) const {
  const double reach = species_reach_[speciesOf(x[3])], edge = 1 / cell_;
  const auto cellAt = [&](double position) { return static_cast<int>((position + reach_) * edge); };
  const auto gap = [&](int c, int k) {  // from x to the slab of cells c along axis k
    const double low = c * cell_ - reach_;
    return std::max(0.0, std::max(low - x[k], x[k] - low - cell_));
  };
  int low[3] = {0, 0, 0}, high[3] = {0, 0, 0};
  for (int k = 1; k < D; ++k) {
    low[k] = std::max(0, cellAt(x[k] - reach));
    high[k] = std::min(grid_[k] - 1, cellAt(x[k] + reach));
  }
  int found = 0;
  for (int c = low[2]; c <= high[2]; ++c) {
    const double z2 = D == 3 ? gap(c, 2) * gap(c, 2) : 0.0;
    for (int b = low[1]; b <= high[1]; ++b) {
      const double rest = reach * reach - z2 - gap(b, 1) * gap(b, 1);
      if (rest < 0) continue;
      const double half = std::sqrt(rest) + kSingleRounding * reach;
      const int line = (c * grid_[1] + b) * grid_[0];
      const int begin = search.start[line + std::max(0, cellAt(x[0] - half))];
      const int end = search.start[line + std::min(grid_[0] - 1, cellAt(x[0] + half)) + 1];
      if (at + found + (end - begin) + 2 * WideFloat::width > entry_capacity_) return -1;
      searchLine(search, i, x, begin, end, by_particle_ ? &particle_entry_(r, at + found) : nullptr, &entry_(r, at + found), found);
    }
  }
  return found;
}

/// Tests candidates begin .. end - 1 and appends those within the list cutoff of their species.
template <int D>
void NeighbourList<D>::searchLine(const Search& search, int i, const double* x, int begin, int end, int* particles,
                                  int* rows, int& found) const {
  const WideFloatTable limit(list_cutoff2_[speciesOf(x[3])]);
  const WideInt self(kRowStride * i);
  int count = 0;
  for (int j = begin; j < end; j += WideFloat::width) {
    WideFloat d = WideFloat::load(search.column[0] + j) - WideFloat(x[0]);
    WideFloat r2 = d * d;
    for (int k = 1; k < D; ++k) {
      d = WideFloat::load(search.column[k] + j) - WideFloat(x[k]);
      r2 = fusedMultiplyAdd(d, d, r2);
    }
    const WideInt row = WideInt::load(search.row + j);
    const auto near = (r2 < lookup(limit, WideInt::load(search.species + j))) & (row != self) & firstFloats(end - j);
    if (particles) compress(near, WideInt::load(search.particle + j), particles + count);
    count += compress(near, row, rows + count);
  }
  found += count;
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
