/// The kernels of a step, each over the flat rows (replica, particle) of a pack or over its replicas.
#pragma once

#include <Kokkos_Core.hpp>
#include <cmath>

#include "md/device/state.hpp"
#include "md/pair_potential.hpp"

namespace glassforge::md::device {

/// Launches `kernel(p)` for p in [0, count).
template <class ExecutionSpace, class Kernel>
void launch(const char* label, int count, const Kernel& kernel) {
  Kokkos::parallel_for(label, Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<int>>(0, count), kernel);
}

/// Launches `kernel(team)` with a team a replica.
template <class ExecutionSpace, class Kernel>
void launchTeams(const char* label, int replicas, const Kernel& kernel) {
  Kokkos::parallel_for(label, Kokkos::TeamPolicy<ExecutionSpace>(replicas, Kokkos::AUTO), kernel);
}

/// Velocities by h, then positions by dt (no drift where dt is zero).
template <int D, class ExecutionSpace>
struct Kick {
  State<D, ExecutionSpace> state;
  double h, dt;

  KOKKOS_INLINE_FUNCTION void operator()(int p) const {
    if (!state.active(p / state.particles)) return;
    const double scale = h * state.inverse_mass[speciesOf(state.row(p, 3))];
    for (int k = 0; k < D; ++k) {
      state.velocity(p, k) += scale * state.force(p, k);
      state.row(p, k) += dt * state.velocity(p, k);
    }
  }
};

/// What a look at the positions of a replica says.
enum Verdict : int { list_holds = 0, list_outdated = 1, replica_lost = 2 };

/// Verdict on each replica: whether a particle moved further than the list allows, or left the neighbourhood of the
/// box. Lost replicas are no longer active. The largest of integers has no order, so teams may reduce as they like.
template <int D, class ExecutionSpace>
struct Inspect {
  using Member = typename Kokkos::TeamPolicy<ExecutionSpace>::member_type;
  static constexpr double max_excursion = 1e3;  // boxes: a particle further out in one list interval is lost

  State<D, ExecutionSpace> state;
  typename State<D, ExecutionSpace>::Reals built_at;
  typename State<D, ExecutionSpace>::Column verdict;
  double limit2;  ///< square of the displacement that is allowed; negative: every list is outdated

  KOKKOS_INLINE_FUNCTION int verdictOn(int p) const {
    double d2 = 0;
    for (int k = 0; k < D; ++k) {
      const double x = state.row(p, k), d = x - built_at(p, k);
      if (!(std::fabs(x) < max_excursion * state.box.length(k))) return replica_lost;  // a NaN is lost, too
      d2 += d * d;
    }
    return d2 <= limit2 ? list_holds : list_outdated;
  }

  KOKKOS_INLINE_FUNCTION void operator()(const Member& team) const {
    const int r = team.league_rank(), first = r * state.particles;
    int worst = list_holds;
    if (state.active(r)) {
      Kokkos::parallel_reduce(
          Kokkos::TeamThreadRange(team, state.particles),
          [&](const int i, int& result) {
            const int mine = verdictOn(first + i);
            if (mine > result) result = mine;
          },
          Kokkos::Max<int>(worst));
    }
    team.team_barrier();  // all have read `active` before it changes
    Kokkos::single(Kokkos::PerTeam(team), [&]() {
      verdict(r) = worst;
      if (worst == replica_lost) state.active(r) = 0;
    });
  }
};

/// Force on each row, its neighbours one by one in list order; with the energies, half of each pair's for each of the
/// two.
template <int D, class TailType, class ExecutionSpace, bool with_energy>
struct Force {
  using Memory = typename ExecutionSpace::memory_space;

  TailType tail;
  PairTable table;
  State<D, ExecutionSpace> state;
  Kokkos::View<int**, typename ExecutionSpace::array_layout, Memory> entry;
  Kokkos::View<int*, Memory> count;
  Kokkos::View<double*, Memory> energy;  ///< (R N), only with_energy

  KOKKOS_INLINE_FUNCTION void operator()(int p) const {
    if (!state.active(p / state.particles)) return;
    const int a = speciesOf(state.row(p, 3));
    double f[D] = {}, sum = 0;
    for (int q = 0; q < count(p); ++q) addPair(p, entry(p, q), a, f, sum);
    for (int k = 0; k < D; ++k) state.force(p, k) = f[k];
    if constexpr (with_energy) energy(p) = 0.5 * sum;
  }

  KOKKOS_INLINE_FUNCTION void addPair(int p, int j, int a, double (&f)[D], double& sum) const {
    double d[D], r2 = 0;
    for (int k = 0; k < D; ++k) {
      d[k] = state.box.minimumImage(state.row(p, k) - state.row(j, k), k);
      r2 = std::fma(d[k], d[k], r2);
    }
    const int b = speciesOf(state.row(j, 3));
    const double y = r2 * table.inverse_sigma2[a][b];
    if (!(y < table.cutoff_y)) return;
    const double force_over_r = table.force_scale[a][b] * tail.slope(y);
    for (int k = 0; k < D; ++k) f[k] = std::fma(force_over_r, d[k], f[k]);
    if constexpr (with_energy) sum += table.four_epsilon[a][b] * tail.energy(y);
  }
};

}  // namespace glassforge::md::device
