/// A stored structure as descriptors see it.
#pragma once

#include "core/campaign.hpp"
#include "core/structure.hpp"
#include "ml/descriptors/descriptor.hpp"

namespace glassforge::app {

/// Positions of all states, and the energies E_i = 1/2 sum_j V(r_ij) of the thermal and the inherent one, summed in the
/// order of lists of that skin. FileError where there is no inherent state.
ml::DescriptorInput descriptorInput(const SystemSettings& system, double skin, const StructureState& state);

}  // namespace glassforge::app
