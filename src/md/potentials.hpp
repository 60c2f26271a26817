/// All pair potentials, a line each: to add one is to name it here (ARCHITECTURE.md, "A pair potential of your own").
#pragma once

#include "md/lennard_jones.hpp"
#include "md/potential_list.hpp"

namespace glassforge::md {

// clang-format off
using PairPotentials = PotentialList<
    ForceShiftedLennardJones,
    QuarticLennardJones,
    ShiftedLennardJones,
    TruncatedLennardJones>;
// clang-format on

}  // namespace glassforge::md
