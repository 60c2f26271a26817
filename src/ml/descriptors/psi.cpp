#include "ml/descriptors/psi.hpp"

#include "ml/descriptors/bond_order.hpp"
#include "ml/descriptors/coarse_sums.hpp"

namespace glassforge::ml {

namespace {

constexpr double averaging_length = 5.0;  // reference 4.7

NeighbourSpace spaceOf(const DescriptorInput& input, Positions positions) {
  return {input.dimension, input.box, input.positions(positions), input.species, input.speciesCount()};
}

}  // namespace

double psiRange(int dimension) {
  return dimension == 2 ? 1.4 : 2.0;
}

std::vector<double> psi(const DescriptorInput& input, Positions positions, int l) {
  const double range = rangeWithin(input.box, psiRange(input.dimension));
  std::vector<double> values(input.particles());
  Bonds bonds(input.dimension);
  BondOrder order(input.dimension, l, 1);
  std::vector<double> weights;
  forEachDirectedRow(spaceOf(input, positions), range, [&](const NeighbourRow& row) {
    bonds.take(row, range);
    weights.assign(bonds.size(), 1.0);
    values[static_cast<std::size_t>(row.centre)] = order.compute(bonds, weights).back();
  });
  return values;
}

Psi::Psi(const DescriptorRequest& request, int l) : name_(request.name), positions_(request.positions), l_(l) {
  columns_.add(name_, "1", psiRange(request.dimension));
}

Array<double> Psi::compute(const DescriptorInput& input) const {
  return {{input.particles(), 1}, psi(input, positions_, l_)};
}

CoarsePsi::CoarsePsi(const DescriptorRequest& request, int l)
    : name_(request.name), positions_(request.positions), l_(l) {
  columns_.add(name_, "1", averaging_length);
}

Array<double> CoarsePsi::compute(const DescriptorInput& input) const {
  const std::vector<double> own = psi(input, positions_, l_);
  const Array<double> sums = coarseSums(spaceOf(input, positions_), {averaging_length}, {own});
  Array<double> column({input.particles(), 1});
  for (std::size_t i = 0; i < input.particles(); ++i) {
    double weight = 0, value = 0;
    for (std::size_t b = 0; b < sums.extent(2); ++b) {
      weight += sums(i, 0, b, 0);
      value += sums(i, 0, b, 1);
    }
    column(i, 0) = value / weight;
  }
  return column;
}

}  // namespace glassforge::ml
