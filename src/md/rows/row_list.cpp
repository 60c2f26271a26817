#include "md/rows/row_list.hpp"

#include <algorithm>
#include <cmath>

#include "md/pack_order.hpp"

namespace glassforge::md {
namespace {

constexpr double kSortCell = 2.5;  // edge of a cell of the sort in sigma_AA; its particles share candidates
constexpr int kRowStride = 4;      // list entries are offsets into (rows, 4) arrays
constexpr double kRoom = 1.3;      // spare room when memory is sized by mean density

int roundedUp(double value) {
  return static_cast<int>(std::ceil(value));
}

}  // namespace

template <int D>
RowList<D>::RowList(ReplicaPack<D>& pack, const PairTable& table, int species_count, double skin, int padding,
                    bool by_particle)
    : padding_(padding), by_particle_(by_particle), skin_(skin), reach_(0), species_count_(species_count) {
  require(std::isfinite(skin) && skin > 0, "skin of the neighbour list is {}, it must be positive", skin);
  for (int a = 0; a < species_count; ++a) {
    for (int b = 0; b < species_count; ++b) {
      species_reach_[b] = std::max(species_reach_[b], table.cutoff_distance[a][b] + skin);
      reach_ = std::max(reach_, species_reach_[b]);
    }
  }
  double longest = 0;
  for (int k = 0; k < D; ++k) longest = std::max(longest, pack.box.length(k) + 2 * reach_);
  for (int a = 0; a < species_count; ++a) {
    for (int b = 0; b < species_count; ++b) {
      const double cutoff = table.cutoff_distance[a][b] + kSingleRounding * longest;
      const double inner = cutoff + DisplacementCheck::inner_share * skin, whole = cutoff + skin;
      list_cutoff2_[a][b] = {static_cast<float>(inner * inner), static_cast<float>(whole * whole)};
    }
  }
  const int R = pack.replicas(), N = pack.particles();
  double extended = 1;
  int sort_total = 1;
  for (int k = 0; k < D; ++k) {
    const double length = pack.box.length(k);
    extended *= (length + 2 * reach_) / length;
    sort_cells_[k] = std::max(1, static_cast<int>(length / kSortCell));
    sort_total *= sort_cells_[k];
  }
  const double ball = D == 3 ? 4.0 / 3.0 * M_PI * reach_ * reach_ * reach_ : M_PI * reach_ * reach_;
  row_capacity_ = roundedUp(N + kRoom * N * (extended - 1)) + 64;
  entry_capacity_ = roundedUp(N * (ball * N / pack.box.volume() + padding * species_count)) + 64;
  rows_needed_.assign(static_cast<std::size_t>(R), 0);
  entries_needed_.assign(static_cast<std::size_t>(R), 0);
  builds_.assign(static_cast<std::size_t>(R), 0);
  inner_.assign(static_cast<std::size_t>(R), 0);
  grid_ = RowGrid<D>(pack.box, reach_, R, species_count);
  segment_ = PackView<int***>("list::segment", R, N, 2 * species_count + 1);
  copies_ = PackView<int*>("list::copies", R);
  built_at_ = PackView<double***>("list::built_at", R, N, 4);
  order_ = PackView<int**>("list::order", R, N);
  cell_of_ = PackView<int**>("list::cell_of", R, N);
  cell_start_ = PackView<int**>("list::cell_start", R, sort_total + 1);
  grow(pack);
}

template <int D>
void RowList<D>::grow(ReplicaPack<D>& pack) {
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
  grid_.reserve(row_capacity_);
}

template <int D>
bool RowList<D>::build(ReplicaPack<D>& pack, int r) {
  sortByCell(pack, r);
  if (!makeCopies(pack, r)) return false;
  grid_.bin(r, &pack.row(r, 0, 0), pack.particles(), copies_(r), &source_(r, 0));
  if (!fillLists(pack, r)) return false;
  const int N = pack.particles();
  std::copy_n(&pack.row(r, 0, 0), 4 * static_cast<std::size_t>(N), &built_at_(r, 0, 0));
  inner_[static_cast<std::size_t>(r)] = 1;
  ++builds_[static_cast<std::size_t>(r)];
  return true;
}

template <int D>
bool RowList<D>::lacks(int r, int rows, int entries) {
  rows_needed_[static_cast<std::size_t>(r)] = rows;
  entries_needed_[static_cast<std::size_t>(r)] = entries;
  return false;
}

/// Wraps replica r into the box and brings it into the order (cell, then id).
template <int D>
void RowList<D>::sortByCell(ReplicaPack<D>& pack, int r) {
  const int N = pack.particles();
  wrapPositions(pack, r);
  int total = 1;
  for (int k = 0; k < D; ++k) total *= sort_cells_[k];
  int* start = &cell_start_(r, 0);
  std::fill(start, start + total + 1, 0);
  for (int i = 0; i < N; ++i) {
    int cell = 0;
    for (int k = D - 1; k >= 0; --k) {
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
  rearrange(pack, r, &order_(r, 0));
}

/// A copy for every face, edge and corner a particle is within reach of.
template <int D>
bool RowList<D>::makeCopies(ReplicaPack<D>& pack, int r) {
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
void RowList<D>::updateCopies(ReplicaPack<D>& pack, int r) const {
  const double* particle = &pack.row(r, 0, 0);
  const double* shift = &shift_(r, 0, 0);
  const int* source = &source_(r, 0);
  double* copy = &pack.row(r, 0, 0) + 4 * static_cast<std::size_t>(pack.particles());
  const int count = copies_(r);
  for (int g = 0; g < count; ++g) {
    for (int k = 0; k < 4; ++k) copy[4 * g + k] = particle[4 * source[g] + k] + shift[4 * g + k];
  }
}

/// Particles of a sort cell lie side by side and share their candidates.
template <int D>
bool RowList<D>::fillLists(const ReplicaPack<D>& pack, int r) {
  std::vector<Candidates> near(static_cast<std::size_t>(species_count_));
  Candidates outer;
  const int N = pack.particles();
  int at = 0;
  for (int begin = 0; begin < N;) {
    int end = begin + 1;
    while (end < N && cell_of_(r, order_(r, end)) == cell_of_(r, order_(r, begin))) ++end;
    if (!fillCell(pack, r, begin, end, near, outer, at)) return lacks(r, 0, 2 * entry_capacity_);
    begin = end;
  }
  return true;
}

/// The corners of the particles begin .. end - 1.
template <int D>
Bounds RowList<D>::boundsOf(const ReplicaPack<D>& pack, int r, int begin, int end) {
  Bounds bounds;
  for (int k = 0; k < D; ++k) {
    bounds.low[k] = bounds.high[k] = pack.row(r, begin, k);
    for (int i = begin + 1; i < end; ++i) {
      bounds.low[k] = std::min(bounds.low[k], pack.row(r, i, k));
      bounds.high[k] = std::max(bounds.high[k], pack.row(r, i, k));
    }
  }
  return bounds;
}

/// Lists of particles begin .. end - 1 from entry `at` on; false where there is no room.
template <int D>
bool RowList<D>::fillCell(const ReplicaPack<D>& pack, int r, int begin, int end, std::vector<Candidates>& near,
                          Candidates& outer, int& at) {
  const Bounds bounds = boundsOf(pack, r, begin, end);
  int most = 0;
  for (int s = 0; s < species_count_; ++s) {
    auto& candidates = near[static_cast<std::size_t>(s)];
    candidates.clear();
    grid_.gather(r, s, bounds, species_reach_[s], candidates);
    candidates.pad();
    outer.reserve(candidates.count);
    most += candidates.count + padding_ + 2 * WideFloat::width;
  }
  for (int i = begin; i < end; ++i) {
    if (at + most > entry_capacity_) return false;
    for (int s = 0; s < species_count_; ++s) fillSegment(pack, r, i, s, near[static_cast<std::size_t>(s)], outer, at);
    segment_(r, i, 2 * species_count_) = at;
  }
  return true;
}

/// The neighbours of particle i among the candidates of species s: first the inner ones, then the outer ones, then
/// padding.
template <int D>
void RowList<D>::fillSegment(const ReplicaPack<D>& pack, int r, int i, int s, const Candidates& near, Candidates& outer,
                             int& at) {
  const double* x = &pack.row(r, i, 0);
  const Limits& limit = list_cutoff2_[speciesOf(x[3])][s];
  segment_(r, i, 2 * s) = at;
  at += by_particle_ ? search<true>(near, i, x, limit, &entry_(r, at), &particle_entry_(r, at), outer)
                     : search<false>(near, i, x, limit, &entry_(r, at), nullptr, outer);
  const int inner_end = at;
  for (int q = 0; q < outer.count; q += WideFloat::width) {
    WideInt::load(outer.row.data() + q).store(&entry_(r, at + q));
    if (by_particle_) WideInt::load(outer.particle.data() + q).store(&particle_entry_(r, at + q));
  }
  at += outer.count;
  const int padding = pack.particles() + copies_(r);
  for (; at % padding_ != 0; ++at) {
    entry_(r, at) = kRowStride * padding;
    if (by_particle_) particle_entry_(r, at) = kRowStride * i;
  }
  segment_(r, i, 2 * s + 1) = std::min(at, (inner_end + padding_ - 1) / padding_ * padding_);
}

/// Writes the candidates within the inner limit of particle i at x, but not i itself, to `rows` (and `particles`), and
/// those within the whole limit to `outer`. The number of inner ones.
template <int D>
template <bool by_particle>
int RowList<D>::search(const Candidates& near, int i, const double* x, const Limits& limit, int* rows, int* particles,
                       Candidates& outer) {
  const WideFloat inner(limit.inner), whole(limit.whole);
  const WideInt self(kRowStride * i);
  WideFloat centre[3];
  const float* column[3];
  for (int k = 0; k < D; ++k) {
    centre[k] = WideFloat(x[k]);
    column[k] = near.column[k].data();
  }
  const int *row = near.row.data(), *particle = near.particle.data();
  int *outer_rows = outer.row.data(), *outer_particles = outer.particle.data();
  const int end = near.count;
  int count = 0, beyond = 0;
  for (int j = 0; j < end; j += WideFloat::width) {
    WideFloat d = WideFloat::load(column[0] + j) - centre[0];
    WideFloat r2 = d * d;
    for (int k = 1; k < D; ++k) {
      d = WideFloat::load(column[k] + j) - centre[k];
      r2 = fusedMultiplyAdd(d, d, r2);
    }
    const WideInt here = WideInt::load(row + j);
    const auto close = (r2 < inner) & (here != self), further = (r2 < whole) & !(r2 < inner);
    if constexpr (by_particle) {
      const WideInt whose = WideInt::load(particle + j);
      compress(close, whose, particles + count);
      compress(further, whose, outer_particles + beyond);
    }
    count += compress(close, here, rows + count);
    beyond += compress(further, here, outer_rows + beyond);
  }
  outer.count = beyond;
  return count;
}

template <int D>
bool RowList<D>::outdated(const ReplicaPack<D>& pack, int r) {
  return outdated(r, displacementsSince(builtAt(r), pack, r, skin_));
}

template <int D>
bool RowList<D>::outdated(int r, const DisplacementCheck& check) {
  inner_[static_cast<std::size_t>(r)] = !check.beyond_inner;
  return check.beyond_whole;
}

template class RowList<2>;
template class RowList<3>;

}  // namespace glassforge::md
