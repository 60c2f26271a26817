/// Any descriptor averaged over the surroundings of each particle.
#pragma once

#include <memory>
#include <string>

#include "ml/descriptors/descriptor.hpp"

namespace glassforge::ml {

/// X_i -> sum_j w_ij X_j / sum_j w_ij over all species, w = exp(-r_ij / length), thermal distances,
/// r_ij < min(coarse_range, half the box), i itself included.
class Averaged final : public Descriptor {
 public:
  /// InputError unless length > 0.
  Averaged(std::string name, std::unique_ptr<Descriptor> of, double length);
  Array<double> compute(const DescriptorInput& input) const override;

 private:
  std::unique_ptr<Descriptor> of_;
  double length_;
};

}  // namespace glassforge::ml
