/// Three generations of radial and angular functions, of one state or of several (reference 4.3).
#pragma once

#include <string>
#include <vector>

#include "ml/descriptors/cage_functions.hpp"
#include "ml/descriptors/descriptor.hpp"

namespace glassforge::ml {

/// Range of the averages over neighbours, about the second minimum of g(r) (Boattini 2021: 2.1 sigma_AA).
inline constexpr double generation_cutoff = 2.1;
inline constexpr int generations = 3;

/// State by state and generation by generation the columns of CageFunctions, named "G_r0.525_A_g0_thermal"; then for
/// each state after the first the distance "dr_cage_thermal" between a particle's places in it and in the thermal
/// state. 1098 columns a state for KA, 1386 for KA2D. A state that the structure does not have is an InputError.
class CageSet final : public Descriptor {
 public:
  CageSet(const DescriptorRequest& request, std::vector<Positions> states);

  Array<double> compute(const DescriptorInput& input) const override;

 private:
  std::vector<Positions> states_;
  CageFunctions functions_;
};

}  // namespace glassforge::ml
