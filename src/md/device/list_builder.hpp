/// Builds the neighbour lists of a pack on a device, for those replicas that need it.
#pragma once

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <cmath>
#include <vector>

#include "md/device/list_kernels.hpp"

namespace glassforge::md::device {

/// Full lists, closed within each replica. The order of particles (cell, then id) and of lists (cell by cell) is a pure
/// function of the positions at the build.
template <int D, class ExecutionSpace>
class ListBuilder {
 public:
  ListBuilder(const State<D, ExecutionSpace>& state, const PairTable& table, int species_count, double skin)
      : skin_(skin), builds_(static_cast<std::size_t>(state.replicas), 0) {
    require(std::isfinite(skin) && skin > 0, "skin of the neighbour list is {}, it must be positive", skin);
    const double reach = setReach(table, species_count);
    for (int k = 0; k < D; ++k) {  // a little wider than the reach, so that rounding loses no pair
      const int cells = static_cast<int>(state.box.length(k) / (reach * (1 + 1e-9)));
      lists_.grid.cells[static_cast<std::size_t>(k)] = std::max(1, cells);
    }
    const double ball = D == 3 ? 4.0 / 3.0 * M_PI * reach * reach * reach : M_PI * reach * reach;
    allocate(state, static_cast<int>(std::ceil(1.2 * ball * state.particles / state.box.volume())) + 8);
  }

  const Lists<D, ExecutionSpace>& lists() const { return lists_; }
  /// Neighbours a list has room for.
  int capacity() const { return static_cast<int>(lists_.entry.extent(1)); }
  long builds(int r) const { return builds_[static_cast<std::size_t>(r)]; }

  /// Looks at all positions, rebuilds the lists of replicas that need it (`all`: of every active one) and returns the
  /// verdicts (R).
  std::vector<int> refresh(const State<D, ExecutionSpace>& state, bool all) {
    const double limit2 = all ? -1.0 : 0.25 * skin_ * skin_;
    launchTeams<ExecutionSpace>("glassforge::md::device::inspect", state.replicas,
                                Inspect<D, ExecutionSpace>{state, lists_.built_at, lists_.verdict, limit2});
    const auto host = Kokkos::create_mirror_view(lists_.verdict);
    Kokkos::deep_copy(host, lists_.verdict);
    std::vector<int> verdicts(host.data(), host.data() + state.replicas);
    bool any = false;
    for (std::size_t r = 0; r < verdicts.size(); ++r) {
      if (verdicts[r] != list_outdated) continue;
      ++builds_[r];
      any = true;
    }
    if (any) build(state);
    return verdicts;
  }

 private:
  double setReach(const PairTable& table, int species_count) {
    double largest = 0;
    for (int a = 0; a < species_count; ++a) {
      for (int b = 0; b < species_count; ++b) {
        const double reach = table.cutoff_distance[a][b] + skin_;
        lists_.cutoff2[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)] = reach * reach;
        largest = std::max(largest, reach);
      }
    }
    return largest;
  }

  void allocate(const State<D, ExecutionSpace>& state, int capacity) {
    using Column = typename Lists<D, ExecutionSpace>::Column;
    using Rows = State<D, ExecutionSpace>;
    const auto rows = static_cast<std::size_t>(state.rows());
    const auto cells = static_cast<std::size_t>(state.replicas) * static_cast<std::size_t>(lists_.grid.total());
    require(cells < 1u << 30, "{} cells are too many for one pack; use fewer replicas", cells);
    lists_.entry = decltype(lists_.entry)("device::entry", rows, static_cast<std::size_t>(capacity));
    lists_.count = Column("device::count", rows);
    lists_.verdict = Column("device::verdict", static_cast<std::size_t>(state.replicas));
    lists_.built_at = typename Rows::Reals("device::built_at", rows);
    lists_.cell_of = Column("device::cell_of", rows);
    lists_.order = Column("device::order", rows);
    lists_.cell_count = Column("device::cell_count", cells);
    lists_.cell_start = Column("device::cell_start", cells);
    scratch_ = typename Rows::Reals("device::scratch", rows);
    scratch_integer_ = typename Rows::Integers("device::scratch_integer", rows);
  }

  void build(const State<D, ExecutionSpace>& state) {
    const int rows = state.rows(), cells = state.replicas * lists_.grid.total();
    using Space = ExecutionSpace;
    launch<Space>("glassforge::md::device::clear_cells", cells, ClearCells<D, Space>{lists_});
    launch<Space>("glassforge::md::device::count_in_cells", rows, CountInCells<D, Space>{state, lists_});
    launchTeams<Space>("glassforge::md::device::scan_cells", state.replicas, ScanCells<D, Space>{lists_});
    launch<Space>("glassforge::md::device::place_in_cells", rows, PlaceInCells<D, Space>{state, lists_});
    launch<Space>("glassforge::md::device::sort_cells", cells, SortCells<D, Space>{state, lists_});
    permute(state);
    fill(state);
  }

  template <class Rows>
  void rearrange(const Rows& rows, const Rows& scratch, const State<D, ExecutionSpace>& state) {
    launch<ExecutionSpace>("glassforge::md::device::gather", state.rows(),
                           Gather<D, ExecutionSpace, Rows>{lists_, scratch, rows, state.particles});
    launch<ExecutionSpace>("glassforge::md::device::copy_back", state.rows(),
                           CopyBack<D, ExecutionSpace, Rows>{lists_, rows, scratch, state.particles});
  }

  /// Brings the rows into the order (cell, id); forces follow from a new sum. Ids travel in the images' fourth column.
  void permute(const State<D, ExecutionSpace>& state) {
    launch<ExecutionSpace>("glassforge::md::device::pack_ids", state.rows(), PackIds<D, ExecutionSpace>{state});
    rearrange(state.row, lists_.built_at, state);
    rearrange(state.velocity, scratch_, state);
    rearrange(state.image, scratch_integer_, state);
    launch<ExecutionSpace>("glassforge::md::device::unpack_ids", state.rows(), UnpackIds<D, ExecutionSpace>{state});
  }

  /// Resizing keeps the lists of the replicas that are not being built.
  void fill(const State<D, ExecutionSpace>& state) {
    using Policy = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<int>>;
    while (true) {
      int longest = 0;
      Kokkos::parallel_reduce("glassforge::md::device::fill_lists", Policy(0, state.rows()),
                              FillLists<D, ExecutionSpace>{state, lists_}, Kokkos::Max<int>(longest));
      if (longest <= capacity()) return;
      Kokkos::resize(lists_.entry, static_cast<std::size_t>(state.rows()),
                     static_cast<std::size_t>(longest + longest / 8));
    }
  }

  double skin_;
  Lists<D, ExecutionSpace> lists_;
  std::vector<long> builds_;
  typename State<D, ExecutionSpace>::Reals scratch_;
  typename State<D, ExecutionSpace>::Integers scratch_integer_;
};

}  // namespace glassforge::md::device
