#include "ml/descriptors/psi.hpp"

#include "ml/descriptors/bond_order.hpp"
#include "ml/descriptors/coarse_sums.hpp"

namespace glassforge::ml {

namespace {

constexpr double averaging_length = 5.0;  // reference 4.7

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
  forEachDirectedRow(input.space(positions), range, [&](const NeighbourRow& row) {
    bonds.take(row, range);
    weights.assign(bonds.size(), 1.0);
    values[static_cast<std::size_t>(row.centre)] = order.compute(bonds, weights).back();
  });
  return values;
}

Psi::Psi(const DescriptorRequest& request, int l) : Descriptor(request.name), positions_(request.positions), l_(l) {
  columns_.add(name_, "1", psiRange(request.dimension));
}

Array<double> Psi::compute(const DescriptorInput& input) const {
  return {{input.particles(), 1}, psi(input, positions_, l_)};
}

CoarsePsi::CoarsePsi(const DescriptorRequest& request, int l)
    : Descriptor(request.name), positions_(request.positions), l_(l) {
  columns_.add(name_, "1", averaging_length);
}

Array<double> CoarsePsi::compute(const DescriptorInput& input) const {
  const std::vector<double> own = psi(input, positions_, l_);
  return coarseAverages(input.space(positions_), averaging_length, {own});
}

}  // namespace glassforge::ml
