/// Is a configuration still a mixed liquid? Bond order and local composition (docs/formulas.md, "Crystal and
/// demixing").
#pragma once

#include <vector>

#include "core/mixture.hpp"
#include "core/structure.hpp"

namespace glassforge::swapmc {

/// Crystal order. 2D: hexatic and square order, each globally and as the share of particles whose neighbours share it;
/// 3D: global Q_6 and the share of solid-like particles.
std::vector<Check> crystalChecks(const Mixture& mixture, const Snapshot& snapshot);

/// Demixing, of mixtures: neighbours of a particle's own species above random mixing, and the spread of the composition
/// of blocks of the box. `sigmas`: how far the latter may lie above random mixing.
std::vector<Check> mixingChecks(const Mixture& mixture, const Snapshot& snapshot, double sigmas);

}  // namespace glassforge::swapmc
