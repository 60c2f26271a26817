/// What a sum over all pairs of a replica gives.
#pragma once

namespace glassforge::md {

struct PairSums {
  double energy = 0;  ///< potential energy
  double virial = 0;  ///< sum over pairs of r . F
};

}  // namespace glassforge::md
