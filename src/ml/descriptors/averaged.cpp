#include "ml/descriptors/averaged.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "ml/descriptors/coarse_sums.hpp"

namespace glassforge::ml {

Averaged::Averaged(std::string name, std::unique_ptr<Descriptor> of, double length)
    : Descriptor(std::move(name)), of_(std::move(of)), length_(length) {
  require(length > 0, "the averaging length {} of {} is not positive", length, name_);
  const Columns& c = of_->columns();
  for (std::size_t f = 0; f < c.size(); ++f)
    columns_.add(fmt::format("{}_cg{}", c.names[f], length), c.units[f], length);
}

Array<double> Averaged::compute(const DescriptorInput& input) const {
  const Array<double> own = of_->compute(input);
  const std::size_t particles = input.particles(), count = columns_.size();
  std::vector<std::vector<double>> columns(count, std::vector<double>(particles));
  for (std::size_t i = 0; i < particles; ++i)
    for (std::size_t f = 0; f < count; ++f) columns[f][i] = own(i, f);
  return coarseAverages(input.space(Positions::thermal), length_, {columns.begin(), columns.end()});
}

}  // namespace glassforge::ml
