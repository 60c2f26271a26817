#include "ml/descriptors/averaged.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "ml/descriptors/coarse_sums.hpp"

namespace glassforge::ml {

Averaged::Averaged(std::string name, std::unique_ptr<Descriptor> of, double length)
    : name_(std::move(name)), of_(std::move(of)), length_(length) {
  require(length > 0, "the averaging length {} of {} is not positive", length, name_);
  const Columns& c = of_->columns();
  for (std::size_t f = 0; f < c.size(); ++f)
    columns_.add(fmt::format("{}_cg{}", c.names[f], length), c.units[f], length);
}

Array<double> Averaged::compute(const DescriptorInput& input) const {
  const Array<double> own = of_->compute(input);
  const std::size_t particles = input.particles(), count = columns_.size();
  const NeighbourSpace space{input.dimension, input.box, input.thermal, input.species, input.speciesCount()};
  Array<double> averaged({particles, count});
  std::vector<double> field(particles);
  for (std::size_t f = 0; f < count; ++f) {
    for (std::size_t i = 0; i < particles; ++i) field[i] = own(i, f);
    const Array<double> sums = coarseSums(space, {length_}, {field});
    for (std::size_t i = 0; i < particles; ++i) {
      double weight = 0, value = 0;
      for (std::size_t b = 0; b < sums.extent(2); ++b) {
        weight += sums(i, 0, b, 0);
        value += sums(i, 0, b, 1);
      }
      averaged(i, f) = value / weight;
    }
  }
  return averaged;
}

}  // namespace glassforge::ml
