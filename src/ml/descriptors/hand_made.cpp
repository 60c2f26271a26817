#include "ml/descriptors/hand_made.hpp"

#include "core/error.hpp"
#include "ml/descriptors/coarse_sums.hpp"

namespace glassforge::ml {

namespace {

constexpr double hand_made_length = 5.0;  // reference 4.7

/// Sum of quantity q of a particle's coarse sums over all species, in species order.
double overSpecies(const Array<double>& sums, std::size_t i, std::size_t q) {
  double sum = 0;
  for (std::size_t b = 0; b < sums.extent(2); ++b) sum += sums(i, 0, b, q);
  return sum;
}

}  // namespace

CoarseDensity::CoarseDensity(const DescriptorRequest& request) : name_(request.name), positions_(request.positions) {
  columns_.add(name_, "1", hand_made_length);
}

Array<double> CoarseDensity::compute(const DescriptorInput& input) const {
  const NeighbourSpace space{input.dimension, input.box, input.positions(positions_), input.species,
                             input.speciesCount()};
  const Array<double> sums = coarseSums(space, {hand_made_length}, {});
  Array<double> column({input.particles(), 1});
  for (std::size_t i = 0; i < input.particles(); ++i) column(i, 0) = overSpecies(sums, i, 0);
  return column;
}

CoarseEnergy::CoarseEnergy(const DescriptorRequest& request) : name_(request.name), positions_(request.positions) {
  columns_.add(name_, "epsilon", hand_made_length);
}

Array<double> CoarseEnergy::compute(const DescriptorInput& input) const {
  const NeighbourSpace space{input.dimension, input.box, input.positions(positions_), input.species,
                             input.speciesCount()};
  const Array<double> sums = coarseSums(space, {hand_made_length}, {input.inherent_energy});
  Array<double> column({input.particles(), 1});
  for (std::size_t i = 0; i < input.particles(); ++i) column(i, 0) = overSpecies(sums, i, 1) / overSpecies(sums, i, 0);
  return column;
}

OwnEnergy::OwnEnergy(const DescriptorRequest& request) : name_(request.name), positions_(request.positions) {
  require(positions_ != Positions::cage, "descriptor {}: the energy of the cage state is not known", name_);
  columns_.add(name_, "epsilon", 0.0);
}

Array<double> OwnEnergy::compute(const DescriptorInput& input) const {
  return Array<double>({input.particles(), 1},
                       positions_ == Positions::thermal ? input.thermal_energy : input.inherent_energy);
}

}  // namespace glassforge::ml
