/// R replicas of one system of N particles: the only system type of the engine (R = 1 is a pack).
#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "core/box.hpp"
#include "core/mixture.hpp"
#include "core/structure.hpp"

namespace glassforge {

/// Where packs live. One place to change for a device backend.
using PackSpace = Kokkos::HostSpace;

template <class Data>
using PackView = Kokkos::View<Data, Kokkos::LayoutRight, PackSpace>;

/// The fourth column of a row holds the species s as 2^52 + s (2^32 + 1): a normal number that has s in the low bits of both
/// its halves, so that wide registers use it as a table index without conversion, and adding 0 leaves it as it is.
KOKKOS_INLINE_FUNCTION double speciesCode(int species) { return 4503599627370496.0 + 4294967297.0 * species; }
KOKKOS_INLINE_FUNCTION int speciesOf(double code) { return static_cast<int>(static_cast<std::int64_t>(code) & 7); }

/// Particles are kept in engine order (cell, then id, at the last list build); `id` leads back to file order.
/// Positions of the engine may leave [0, L) by up to half a skin between list builds.
template <int D>
class ReplicaPack {
 public:
  static constexpr int columns = 4;

  ReplicaPack(int replicas, const Mixture& mixture, const Box<D>& periodic_box, int particles)
      : box(periodic_box), replicas_(replicas), particles_(particles), species_count_(mixture.speciesCount()) {
    row = PackView<double***>("pack::row", replicas, particles, columns);
    velocity = PackView<double***>("pack::velocity", replicas, particles, columns);
    force = PackView<double***>("pack::force", replicas, particles, columns);
    image = PackView<int***>("pack::image", replicas, particles, columns);
    id = PackView<int**>("pack::id", replicas, particles);
    status.assign(static_cast<std::size_t>(replicas), "");
    step.assign(static_cast<std::size_t>(replicas), 0);
    for (int s = 0; s < Mixture::max_species; ++s) {
      inverse_mass[s] = s < species_count_ ? 1.0 / mixture.masses[static_cast<std::size_t>(s)] : 0.0;
    }
  }

  int replicas() const { return replicas_; }
  int particles() const { return particles_; }
  int speciesCount() const { return species_count_; }

  /// Copies a snapshot (file order) into replica r; velocities are zero where the snapshot has none.
  void load(int r, const Snapshot& snapshot) {
    require<PhysicsError>(static_cast<int>(snapshot.particles()) == particles_ && snapshot.dimension == D,
                          "a snapshot of {} particles in {}D does not fit a pack of {} in {}D", snapshot.particles(),
                          snapshot.dimension, particles_, D);
    for (int i = 0; i < particles_; ++i) {
      for (int k = 0; k < columns; ++k) {
        const std::size_t at = static_cast<std::size_t>(i) * D + static_cast<std::size_t>(k);
        const bool axis = k < D;
        row(r, i, k) = axis ? snapshot.position[at] : 0.0;
        velocity(r, i, k) = axis && !snapshot.velocity.empty() ? snapshot.velocity[at] : 0.0;
        image(r, i, k) = axis && !snapshot.image.empty() ? snapshot.image[at] : 0;
        force(r, i, k) = 0.0;
      }
      row(r, i, 3) = speciesCode(snapshot.species[static_cast<std::size_t>(i)]);
      id(r, i) = i;
    }
    step[static_cast<std::size_t>(r)] = snapshot.step;
    status[static_cast<std::size_t>(r)].clear();
  }

  /// Replica r in file order, positions wrapped into [0, L).
  Snapshot store(int r, double dt = 0) const {
    Snapshot s;
    const auto n = static_cast<std::size_t>(particles_);
    s.dimension = D;
    for (int k = 0; k < D; ++k) s.box.push_back(box.length(k));
    s.species.resize(n);
    s.position.resize(n * D);
    s.velocity.resize(n * D);
    s.image.resize(n * D);
    for (int i = 0; i < particles_; ++i) {
      const auto at = static_cast<std::size_t>(id(r, i));
      s.species[at] = speciesOf(row(r, i, 3));
      for (int k = 0; k < D; ++k) {
        double x = row(r, i, k);
        s.image[at * D + static_cast<std::size_t>(k)] = image(r, i, k) + box.wrap(x, k);
        s.position[at * D + static_cast<std::size_t>(k)] = x;
        s.velocity[at * D + static_cast<std::size_t>(k)] = velocity(r, i, k);
      }
    }
    s.step = step[static_cast<std::size_t>(r)];
    s.time = static_cast<double>(s.step) * dt;
    return s;
  }

  /// Unwrapped position of engine row i along axis k.
  double unwrapped(int r, int i, int k) const { return box.unwrap(row(r, i, k), image(r, i, k), k); }

  Box<D> box;
  PackView<double***> row;       ///< (R, N, 4): x, y, z, species code
  PackView<double***> velocity;  ///< (R, N, 4), last column zero
  PackView<double***> force;     ///< (R, N, 4)
  PackView<int***> image;        ///< (R, N, 4) box crossings
  PackView<int**> id;            ///< (R, N) file order of each engine row
  Kokkos::Array<double, Mixture::max_species> inverse_mass{};
  std::vector<std::string> status;   ///< (R) empty while healthy, else why the replica was stopped
  std::vector<std::int64_t> step;    ///< (R)

 private:
  int replicas_, particles_, species_count_;
};

}  // namespace glassforge
