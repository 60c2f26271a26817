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
  double fire_until = 0.1;               ///< largest |force component| at which L-BFGS takes over from FIRE; 0: never
  double fire_step = 0.02;               ///< largest time step of FIRE
};

/// FIRE (Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006)) until the largest force is small, then L-BFGS (Nocedal
/// 1980) on the stiffness of near pairs, with steps judged by forces alone, since the energy stops resolving steps long
/// before. Positions come back unwrapped in the frame of `start`, the centre where it was. The stop reason says
/// "converged", "evaluations" or "not finite".
QuenchResult quench(const Mixture& mixture, const Snapshot& start, const QuenchOptions& options);

/// Quenches `start` a second time, by FIRE alone, and says whether that ends where `first` did. Two ends are in one
/// basin where both converged, the energies of all particles together differ by less than 1e-6, and no particle is 0.01
/// from where it is in the other (docs/formulas.md).
BasinCheck checkBasin(const Mixture& mixture, const Snapshot& start, const QuenchOptions& options,
                      const QuenchResult& first);

}  // namespace glassforge::iso
