/// What a pack is on a device: flat rows over (replica, particle), and the way between it and a ReplicaPack.
#pragma once

#include <Kokkos_Core.hpp>

#include "core/replica_pack.hpp"

namespace glassforge::md::device {

/// Row p = r * N + i belongs to particle i of replica r. A row is four doubles side by side, so that fetching a
/// neighbour is one memory transaction on a GPU as on a CPU. Copied by value into kernels: views and plain numbers
/// only.
template <int D, class ExecutionSpace>
struct State {
  using Memory = typename ExecutionSpace::memory_space;
  using Reals = Kokkos::View<double* [4], Kokkos::LayoutRight, Memory>;
  using Integers = Kokkos::View<int* [4], Kokkos::LayoutRight, Memory>;
  using Column = Kokkos::View<int*, Memory>;

  /// Room for the replicas of `pack`, whose box and masses it takes; particles come with load().
  explicit State(const ReplicaPack<D>& pack)
      : replicas(pack.replicas()),
        particles(pack.particles()),
        box(pack.box),
        inverse_mass(pack.inverse_mass),
        row("device::row", static_cast<std::size_t>(rows())),
        velocity("device::velocity", static_cast<std::size_t>(rows())),
        force("device::force", static_cast<std::size_t>(rows())),
        image("device::image", static_cast<std::size_t>(rows())),
        id("device::id", static_cast<std::size_t>(rows())),
        active("device::active", static_cast<std::size_t>(replicas)) {}

  KOKKOS_INLINE_FUNCTION int rows() const { return replicas * particles; }

  int replicas, particles;
  Box<D> box;
  Kokkos::Array<double, Mixture::max_species> inverse_mass;
  Reals row;       ///< (R N, 4): x, y, z, species code
  Reals velocity;  ///< (R N, 4), last column zero
  Reals force;     ///< (R N, 4), last column zero
  Integers image;  ///< (R N, 4) box crossings
  Column id;       ///< (R N) file order of each row
  Column active;   ///< (R) 1 while the replica is healthy
};

namespace detail {

/// View (R N, 4) from the first N rows of each replica of a view (R, >= N, 4) of the pack.
template <class Flat, class Packed>
void upload(const Flat& flat, const Packed& packed, int particles) {
  const auto host = Kokkos::create_mirror_view(flat);
  for (int p = 0; p < static_cast<int>(flat.extent(0)); ++p) {
    for (int k = 0; k < 4; ++k) host(p, k) = packed(p / particles, p % particles, k);
  }
  Kokkos::deep_copy(flat, host);
}

template <class Flat, class Packed>
void download(const Packed& packed, const Flat& flat, int particles) {
  const auto host = Kokkos::create_mirror_view(flat);
  Kokkos::deep_copy(host, flat);
  for (int p = 0; p < static_cast<int>(flat.extent(0)); ++p) {
    for (int k = 0; k < 4; ++k) packed(p / particles, p % particles, k) = host(p, k);
  }
}

}  // namespace detail

/// Copies all replicas of `pack` to the device; those with a status stay inactive.
template <int D, class ExecutionSpace>
void load(const State<D, ExecutionSpace>& state, const ReplicaPack<D>& pack) {
  const int N = state.particles;
  detail::upload(state.row, pack.row, N);
  detail::upload(state.velocity, pack.velocity, N);
  detail::upload(state.image, pack.image, N);
  const auto id = Kokkos::create_mirror_view(state.id);
  const auto active = Kokkos::create_mirror_view(state.active);
  for (int p = 0; p < state.rows(); ++p) id(p) = pack.id(p / N, p % N);
  for (int r = 0; r < state.replicas; ++r) active(r) = pack.status[static_cast<std::size_t>(r)].empty() ? 1 : 0;
  Kokkos::deep_copy(state.id, id);
  Kokkos::deep_copy(state.active, active);
}

/// Copies positions, velocities, forces, images and ids of all replicas back, in the order they have on the device.
template <int D, class ExecutionSpace>
void store(const ReplicaPack<D>& pack, const State<D, ExecutionSpace>& state) {
  const int N = state.particles;
  detail::download(pack.row, state.row, N);
  detail::download(pack.velocity, state.velocity, N);
  detail::download(pack.force, state.force, N);
  detail::download(pack.image, state.image, N);
  const auto id = Kokkos::create_mirror_view(state.id);
  Kokkos::deep_copy(id, state.id);
  for (int p = 0; p < state.rows(); ++p) pack.id(p / N, p % N) = id(p);
}

}  // namespace glassforge::md::device
