/// Liquids for measurements of speed: made quickly, of any size, equilibrated as far as timing needs.
#pragma once

#include <cstdint>

#include "core/mixture.hpp"
#include "core/structure.hpp"

namespace glassforge::app {

struct LiquidOptions {
  double temperature = 0.5;
  double dt = 0.005;
  double time = 50;        ///< of the NVT run that cools and equilibrates
  std::uint64_t seed = 1;
};

/// The mixture with `particles` particles at its own composition and density. InputError where that cannot be.
Mixture withParticles(Mixture mixture, std::int64_t particles);

/// A liquid of `mixture` with velocities. Up to 5000 particles are melted from a random start and cooled in NVT; more
/// are copies of such a liquid, side by side, that then part in a short NVT run with velocities of their own.
Snapshot makeLiquid(const Mixture& mixture, const LiquidOptions& options);

}  // namespace glassforge::app
