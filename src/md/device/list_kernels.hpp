/// The kernels of the list build. Only replicas whose verdict is list_outdated are touched.
#pragma once

#include <Kokkos_Core.hpp>

#include "md/device/state.hpp"
#include "md/device/step_kernels.hpp"

namespace glassforge::md::device {

/// Cells of at least the reach of the list, over the box; the third axis has one cell in 2D.
template <int D>
struct CellGrid {
  Kokkos::Array<int, 3> cells{{1, 1, 1}};

  KOKKOS_INLINE_FUNCTION int total() const { return cells[0] * cells[1] * cells[2]; }
  /// Cell along axis k of a position in [0, L).
  KOKKOS_INLINE_FUNCTION int along(int k, double x, const Box<D>& box) const {
    const int c = static_cast<int>(x / box.length(k) * cells[k]);
    return c < cells[k] ? c : cells[k] - 1;
  }
};

/// Lists and what their build needs. Copied by value into kernels.
template <int D, class ExecutionSpace>
struct Lists {
  using Memory = typename ExecutionSpace::memory_space;
  using Column = Kokkos::View<int*, Memory>;

  CellGrid<D> grid;
  Kokkos::Array<Kokkos::Array<double, Mixture::max_species>, Mixture::max_species> cutoff2{};  ///< (cutoff + skin)^2
  /// (R N, capacity) rows of the neighbours; in the layout of the space, so that a GPU reads neighbouring threads'
  /// entries side by side and a CPU each list as a line.
  Kokkos::View<int**, typename ExecutionSpace::array_layout, Memory> entry;
  Column count;                                       ///< (R N) neighbours of each row
  Column verdict;                                     ///< (R) see Verdict
  typename State<D, ExecutionSpace>::Reals built_at;  ///< (R N, 4) rows at the last build
  Column cell_of, order;                              ///< (R N)
  Column cell_count;                                  ///< (R cells)
  Column cell_start;                                  ///< (R cells) first row, counted within the replica

  KOKKOS_INLINE_FUNCTION bool outdated(int r) const { return verdict(r) == list_outdated; }
};

template <int D, class ExecutionSpace>
struct ClearCells {
  Lists<D, ExecutionSpace> lists;

  KOKKOS_INLINE_FUNCTION void operator()(int c) const {
    if (lists.outdated(c / lists.grid.total())) lists.cell_count(c) = 0;
  }
};

/// Wraps each particle into the box and counts it in its cell. Counts are integers: their atomic sum has no order.
template <int D, class ExecutionSpace>
struct CountInCells {
  State<D, ExecutionSpace> state;
  Lists<D, ExecutionSpace> lists;

  KOKKOS_INLINE_FUNCTION void operator()(int p) const {
    const int r = p / state.particles;
    if (!lists.outdated(r)) return;
    int cell = 0;
    for (int k = D - 1; k >= 0; --k) {
      state.image(p, k) += state.box.wrap(state.row(p, k), k);
      cell = cell * lists.grid.cells[static_cast<std::size_t>(k)] + lists.grid.along(k, state.row(p, k), state.box);
    }
    lists.cell_of(p) = r * lists.grid.total() + cell;
    Kokkos::atomic_fetch_add(&lists.cell_count(lists.cell_of(p)), 1);
  }
};

/// Where each cell starts, a team a replica.
template <int D, class ExecutionSpace>
struct ScanCells {
  using Member = typename Kokkos::TeamPolicy<ExecutionSpace>::member_type;
  Lists<D, ExecutionSpace> lists;

  KOKKOS_INLINE_FUNCTION void operator()(const Member& team) const {
    const int r = team.league_rank(), first = r * lists.grid.total();
    if (!lists.outdated(r)) return;
    Kokkos::parallel_scan(Kokkos::TeamThreadRange(team, lists.grid.total()),
                          [&](const int c, int& sum, const bool final_pass) {
                            if (final_pass) lists.cell_start(first + c) = sum;
                            sum += lists.cell_count(first + c);
                          });
  }
};

/// Puts each row anywhere within its cell, counting cell_count down; SortCells then brings the order that is the
/// result.
template <int D, class ExecutionSpace>
struct PlaceInCells {
  State<D, ExecutionSpace> state;
  Lists<D, ExecutionSpace> lists;

  KOKKOS_INLINE_FUNCTION void operator()(int p) const {
    const int r = p / state.particles;
    if (!lists.outdated(r)) return;
    const int cell = lists.cell_of(p), left = Kokkos::atomic_fetch_sub(&lists.cell_count(cell), 1);
    lists.order(r * state.particles + lists.cell_start(cell) + left - 1) = p;
  }
};

/// Insertion sort by id within each cell: cells hold a few tens of particles.
template <int D, class ExecutionSpace>
struct SortCells {
  State<D, ExecutionSpace> state;
  Lists<D, ExecutionSpace> lists;

  KOKKOS_INLINE_FUNCTION void operator()(int c) const {
    const int total = lists.grid.total(), r = c / total, first = r * state.particles;
    if (!lists.outdated(r)) return;
    const int begin = first + lists.cell_start(c);
    const int end = first + (c + 1 < (r + 1) * total ? lists.cell_start(c + 1) : state.particles);
    for (int at = begin + 1; at < end; ++at) {
      const int p = lists.order(at);
      int to = at;
      for (; to > begin && state.id(lists.order(to - 1)) > state.id(p); --to) lists.order(to) = lists.order(to - 1);
      lists.order(to) = p;
    }
  }
};

/// target(p) = source(order(p)): rows into the order (cell, id).
template <int D, class ExecutionSpace, class Rows>
struct Gather {
  Lists<D, ExecutionSpace> lists;
  Rows target, source;
  int particles;

  KOKKOS_INLINE_FUNCTION void operator()(int p) const {
    if (!lists.outdated(p / particles)) return;
    for (int k = 0; k < 4; ++k) target(p, k) = source(lists.order(p), k);
  }
};

/// target(p) = source(p).
template <int D, class ExecutionSpace, class Rows>
struct CopyBack {
  Lists<D, ExecutionSpace> lists;
  Rows target, source;
  int particles;

  KOKKOS_INLINE_FUNCTION void operator()(int p) const {
    if (!lists.outdated(p / particles)) return;
    for (int k = 0; k < 4; ++k) target(p, k) = source(p, k);
  }
};

/// Ids into the fourth column of the images, where rows carry them along, and back.
template <int D, class ExecutionSpace>
struct PackIds {
  State<D, ExecutionSpace> state;

  KOKKOS_INLINE_FUNCTION void operator()(int p) const { state.image(p, 3) = state.id(p); }
};

template <int D, class ExecutionSpace>
struct UnpackIds {
  State<D, ExecutionSpace> state;

  KOKKOS_INLINE_FUNCTION void operator()(int p) const {
    state.id(p) = state.image(p, 3);
    state.image(p, 3) = 0;
  }
};

/// Lists each row's neighbours, cell by cell and by id within a cell. Counts all, writes those there is room for;
/// reduces to the length of the longest list.
template <int D, class ExecutionSpace>
struct FillLists {
  State<D, ExecutionSpace> state;
  Lists<D, ExecutionSpace> lists;

  KOKKOS_INLINE_FUNCTION void operator()(int p, int& longest) const {
    if (!lists.outdated(p / state.particles)) return;
    int home[3] = {0, 0, 0}, low[3] = {0, 0, 0}, high[3] = {0, 0, 0};
    for (int k = 0; k < D; ++k) {
      home[k] = lists.grid.along(k, state.row(p, k), state.box);
      low[k] =
          lists.grid.cells[static_cast<std::size_t>(k)] > 2 ? -1 : 0;  // two cells along an axis are neighbours once
      high[k] = lists.grid.cells[static_cast<std::size_t>(k)] > 1 ? 1 : 0;
    }
    int found = 0;
    for (int c = low[2]; c <= high[2]; ++c) {
      for (int b = low[1]; b <= high[1]; ++b) {
        for (int a = low[0]; a <= high[0]; ++a) searchCell(p, cellBeside(home, a, b, c), found);
      }
    }
    lists.count(p) = found;
    if (found > longest) longest = found;
  }

  KOKKOS_INLINE_FUNCTION int cellBeside(const int (&home)[3], int a, int b, int c) const {
    const auto& n = lists.grid.cells;
    const int x = (home[0] + a + n[0]) % n[0], y = (home[1] + b + n[1]) % n[1], z = (home[2] + c + n[2]) % n[2];
    return (z * n[1] + y) * n[0] + x;
  }

  KOKKOS_INLINE_FUNCTION void searchCell(int p, int cell, int& found) const {
    const int total = lists.grid.total(), r = p / state.particles, first = r * state.particles;
    const int begin = first + lists.cell_start(r * total + cell);
    const int end = first + (cell + 1 < total ? lists.cell_start(r * total + cell + 1) : state.particles);
    const auto a = static_cast<std::size_t>(speciesOf(state.row(p, 3)));
    for (int j = begin; j < end; ++j) {
      double r2 = 0;
      for (int k = 0; k < D; ++k) {
        const double d = state.box.minimumImage(state.row(p, k) - state.row(j, k), k);
        r2 += d * d;
      }
      if (j == p || !(r2 < lists.cutoff2[a][static_cast<std::size_t>(speciesOf(state.row(j, 3)))])) continue;
      if (found < static_cast<int>(lists.entry.extent(1))) lists.entry(p, found) = j;
      ++found;
    }
  }
};

}  // namespace glassforge::md::device
