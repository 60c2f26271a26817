/// Keyed random streams: every number is a pure function of (seed, purpose, structure, replica, step, index).
/// Philox4x32-10 of Salmon et al., SC'11, from Random123; so results do not depend on ranks, threads or packing.
#pragma once

#include <Random123/philox.h>

#include <Kokkos_Core.hpp>
#include <cmath>
#include <cstdint>

namespace glassforge {

/// The one list of what random numbers are drawn for; two purposes never share a stream. Append only: files depend on it.
enum class Purpose : std::uint32_t {
  initial_positions = 1,
  initial_species = 2,
  equilibration_velocities = 3,
  replica_velocities = 4,
  monte_carlo = 5,
  dynamics_velocities = 6,
  thermostat = 7,
  split = 8,
  bootstrap = 9,
  cage = 10,
  tempering = 11,
  certificate = 12,
  network_weights = 13,
  softness_sample = 14,
  graph_order = 15,
  graph_augmentation = 16,
  graph_dropout = 17,
  test = 1000
};

/// Who draws: the key of a stream apart from the step and the index within it.
struct StreamKey {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::test;
  std::uint32_t structure = 0;
  std::uint32_t replica = 0;
};

/// Four 32-bit words, or uniforms and Gaussians made of them, at (step, index) of a keyed stream.
/// Key: seed mixed with (purpose, structure) by one Philox round trip; counter: (step low, step high, replica, index).
class RandomStream {
 public:
  using Philox = r123::Philox4x32;

  KOKKOS_FUNCTION explicit RandomStream(const StreamKey& key) : replica_(key.replica) {
    const Philox::ctr_type who{{static_cast<std::uint32_t>(key.purpose), key.structure, 0u, 0u}};
    const Philox::key_type seed{{static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)}};
    const Philox::ctr_type mixed = Philox()(who, seed);
    key_ = {{mixed.v[0], mixed.v[1]}};
  }

  KOKKOS_FUNCTION Philox::ctr_type words(std::uint64_t step, std::uint32_t index) const {
    const Philox::ctr_type counter{
        {static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32), replica_, index}};
    return Philox()(counter, key_);
  }

  /// Two independent uniforms in (0, 1), of 52 random bits each.
  KOKKOS_FUNCTION Kokkos::Array<double, 2> uniforms(std::uint64_t step, std::uint32_t index) const {
    const auto w = words(step, index);
    return {toUnit(w.v[0], w.v[1]), toUnit(w.v[2], w.v[3])};
  }

  /// Two independent standard normal numbers (Box and Muller 1958).
  KOKKOS_FUNCTION Kokkos::Array<double, 2> normals(std::uint64_t step, std::uint32_t index) const {
    const auto u = uniforms(step, index);
    const double radius = std::sqrt(-2.0 * std::log(u[0]));
    const double angle = 6.283185307179586476925 * u[1];
    return {radius * std::cos(angle), radius * std::sin(angle)};
  }

  /// Never 0 nor 1: the 52 bits sit in the middle of their intervals.
  KOKKOS_FUNCTION static double toUnit(std::uint32_t high, std::uint32_t low) {
    const std::uint64_t bits = (static_cast<std::uint64_t>(high) << 20) | (low >> 12);
    return (static_cast<double>(bits) + 0.5) * 0x1.0p-52;
  }

 private:
  Philox::key_type key_{};
  std::uint32_t replica_ = 0;
};

}  // namespace glassforge
