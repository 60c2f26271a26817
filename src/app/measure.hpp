/// What the potential says of one configuration: energy, pressure, largest force.
#pragma once

#include <string>

#include "core/mixture.hpp"
#include "core/structure.hpp"

namespace glassforge::app {

struct Measurement {
  double energy_per_particle = 0;
  double pressure = 0;   ///< virial / (D V), plus rho T
  double max_force = 0;  ///< largest |force component|
  double rms_force = 0;  ///< root mean square force component
};

/// `temperature` 0 leaves the ideal part of the pressure out. PhysicsError where the configuration has no finite
/// energy.
Measurement measure(const Mixture& mixture, const Snapshot& snapshot, double temperature, double skin);

/// The mixture with particle counts and box of a snapshot read from `file`. FileError where they do not fit the model.
Mixture fitted(Mixture mixture, const Snapshot& snapshot, const std::string& file);

}  // namespace glassforge::app
