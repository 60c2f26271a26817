/// Inherent states: the minimum of the potential energy that a configuration flows to.
#pragma once

#include <cstdint>

#include "core/mixture.hpp"
#include "core/structure.hpp"

namespace glassforge::iso {

struct QuenchOptions {
  double tolerance = 1e-9;               ///< largest |force component| at the end
  std::int64_t max_evaluations = 50000;  ///< of forces
  double skin = 0.4;                     ///< of the neighbour list
};

/// FIRE (Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006)) until the largest force is small, then L-BFGS (Nocedal
/// 1980) on the stiffness of near pairs, with steps judged by forces alone, since the energy stops resolving steps long
/// before. Positions come back unwrapped in the frame of `start`, the centre where it was. The stop reason says
/// "converged", "evaluations" or "not finite".
QuenchResult quench(const Mixture& mixture, const Snapshot& start, const QuenchOptions& options);

}  // namespace glassforge::iso
