/// The temperatures of replica exchange: how often neighbours exchange, and a ladder on which they do so often enough.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/mixture.hpp"

namespace glassforge {

/// Mean share of accepted exchanges between the temperatures `cold` and `hot`, for canonical energies that are Gaussian
/// with the heat capacity `heat_capacity` (of the potential energy of all particles, in units of k_B):
/// erfc(sqrt(C / 2) (1 - b) / sqrt(1 + b^2)), b = cold / hot. Kofke, J. Chem. Phys. 117, 6911 (2002).
double exchangeAcceptance(double cold, double hot, double heat_capacity);

/// Estimate of the heat capacity of the potential energy of a dense liquid, in units of k_B: 1.3 times the D / 2 a
/// particle of harmonic vibrations.
double potentialHeatCapacity(const Mixture& mixture);

/// `levels` temperatures from `lowest` on, in geometric progression, so that by the two estimates above three of ten
/// exchanges are accepted; closer together where the highest would otherwise lie above `ceiling`.
std::vector<double> temperatureLadder(const Mixture& mixture, double lowest, std::int64_t levels, double ceiling);

/// "0.6-0.615": a pair of neighbours, as the records name it.
std::string temperaturePair(double cold, double hot);

}  // namespace glassforge
