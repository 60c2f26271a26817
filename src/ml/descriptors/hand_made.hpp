/// Hand-made descriptors of one column, models by themselves (reference 4.7).
#pragma once

#include <string>

#include "ml/descriptors/descriptor.hpp"

namespace glassforge::ml {

/// DEN: sum_j exp(-r_ij / 5) over all species, thermal positions, r_ij < min(20, half the box), i itself included.
class CoarseDensity final : public Descriptor {
 public:
  explicit CoarseDensity(const DescriptorRequest& request);
  Array<double> compute(const DescriptorInput& input) const override;

 private:
  Positions positions_;
};

/// EPOT: sum_j w E_j / sum_j w over all species, w = exp(-r_ij / 5), energies and positions of the inherent state.
class CoarseEnergy final : public Descriptor {
 public:
  explicit CoarseEnergy(const DescriptorRequest& request);
  Array<double> compute(const DescriptorInput& input) const override;

 private:
  Positions positions_;
};

/// EINH: the particle's own energy E_i = 1/2 sum_j V(r_ij) in the inherent state, or in the thermal one where that is
/// asked for. InputError for the cage state, whose energy nobody knows.
class OwnEnergy final : public Descriptor {
 public:
  explicit OwnEnergy(const DescriptorRequest& request);
  Array<double> compute(const DescriptorInput& input) const override;

 private:
  Positions positions_;
};

}  // namespace glassforge::ml
