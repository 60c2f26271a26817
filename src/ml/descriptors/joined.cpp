#include "ml/descriptors/joined.hpp"

#include <algorithm>

namespace glassforge::ml {

Joined::Joined(std::string name, std::vector<std::unique_ptr<Descriptor>> parts)
    : Descriptor(std::move(name)), parts_(std::move(parts)) {
  for (const auto& part : parts_) {
    const Columns& c = part->columns();
    for (std::size_t f = 0; f < c.size(); ++f) columns_.add(part->name() + "." + c.names[f], c.units[f], c.radii[f]);
  }
}

Array<double> Joined::compute(const DescriptorInput& input) const {
  Array<double> all({input.particles(), columns_.size()});
  std::size_t first = 0;
  for (const auto& part : parts_) {
    const Array<double> values = part->compute(input);
    for (std::size_t i = 0; i < input.particles(); ++i)
      std::ranges::copy(values.row(i), all.row(i).begin() + static_cast<std::ptrdiff_t>(first));
    first += part->columns().size();
  }
  return all;
}

}  // namespace glassforge::ml
