/// Several descriptors side by side.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/descriptors/descriptor.hpp"

namespace glassforge::ml {

/// The columns of all parts, in their order; each named "part.column".
class Joined final : public Descriptor {
 public:
  Joined(std::string name, std::vector<std::unique_ptr<Descriptor>> parts);
  Array<double> compute(const DescriptorInput& input) const override;

 private:
  std::vector<std::unique_ptr<Descriptor>> parts_;
};

}  // namespace glassforge::ml
