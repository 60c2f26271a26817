#include "ml/descriptors/hand_made.hpp"

#include "core/error.hpp"
#include "ml/descriptors/coarse_sums.hpp"

namespace glassforge::ml {

namespace {

constexpr double hand_made_length = 5.0;  // reference 4.7

}  // namespace

CoarseDensity::CoarseDensity(const DescriptorRequest& request)
    : Descriptor(request.name), positions_(request.positions) {
  columns_.add(name_, "1", hand_made_length);
}

Array<double> CoarseDensity::compute(const DescriptorInput& input) const {
  const Array<double> sums = coarseSums(input.space(positions_), {hand_made_length}, {});
  Array<double> column({input.particles(), 1});
  for (std::size_t i = 0; i < input.particles(); ++i)
    for (std::size_t b = 0; b < sums.extent(2); ++b) column(i, 0) += sums(i, 0, b, 0);
  return column;
}

CoarseEnergy::CoarseEnergy(const DescriptorRequest& request) : Descriptor(request.name), positions_(request.positions) {
  columns_.add(name_, "epsilon", hand_made_length);
}

Array<double> CoarseEnergy::compute(const DescriptorInput& input) const {
  return coarseAverages(input.space(positions_), hand_made_length, {input.inherent_energy});
}

OwnEnergy::OwnEnergy(const DescriptorRequest& request) : Descriptor(request.name), positions_(request.positions) {
  require(positions_ != Positions::cage, "descriptor {}: the energy of the cage state is not known", name_);
  columns_.add(name_, "epsilon", 0.0);
}

Array<double> OwnEnergy::compute(const DescriptorInput& input) const {
  return Array<double>({input.particles(), 1},
                       positions_ == Positions::thermal ? input.thermal_energy : input.inherent_energy);
}

}  // namespace glassforge::ml
