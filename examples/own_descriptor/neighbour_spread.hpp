/// A descriptor of one's own (ARCHITECTURE.md, "A descriptor of your own"): how far and how unevenly the first
/// neighbours of a particle stand.
#pragma once

#include <string>

#include "ml/descriptors/descriptor.hpp"

namespace glassforge::ml {

/// Two columns: mean and standard deviation of r_ij / sigma_ij over neighbours with r_ij < 1.4 sigma_ij; 0 where there
/// are none.
class NeighbourSpread final : public Descriptor {
 public:
  explicit NeighbourSpread(const DescriptorRequest& request);
  Array<double> compute(const DescriptorInput& input) const override;

 private:
  Positions positions_;
};

}  // namespace glassforge::ml
