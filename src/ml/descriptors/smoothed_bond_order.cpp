#include "ml/descriptors/smoothed_bond_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "ml/descriptors/bond_order.hpp"
#include "ml/descriptors/exponential.hpp"

namespace glassforge::ml {

namespace {

/// Weights of the bonds of a particle whose species has shell radii `shell` (K); 0 beyond the enlarged shell.
void weigh(const Bonds& bonds, std::span<const std::int32_t> species, std::span<const double> shell,
           std::vector<double>& weights) {
  static_assert(smoothing_exponent == 8);
  weights.resize(bonds.size());
  for (std::size_t n = 0; n < bonds.size(); ++n) {
    const auto b = static_cast<std::size_t>(species[static_cast<std::size_t>(bonds.ids()[n])]);
    const double x = bonds.distance()[n] / shell[b], x2 = x * x, x4 = x2 * x2;
    weights[n] = bonds.distance()[n] < smoothing_enlargement * shell[b] ? expNonPositive(-x4 * x4) : 0.0;
  }
}

}  // namespace

std::vector<double> shellRadii(const DescriptorInput& input) {
  const int count = input.speciesCount();
  double largest = 0;
  for (int a = 0; a < count; ++a) largest = std::max(largest, input.sigmaOf(a, a));
  std::vector<double> own;
  for (int a = 0; a < count; ++a) {
    const double sigma = input.sigmaOf(a, a);
    own.push_back(std::max((100 * sigma - 13 * largest) / 60, 1.35 * sigma));
  }
  std::vector<double> radii;
  for (const double a : own)
    for (const double b : own) radii.push_back((a + b) / 2);
  return radii;
}

SmoothedBondOrder::SmoothedBondOrder(const DescriptorRequest& request)
    : Descriptor(request.name), positions_(request.positions) {
  for (int l = 0; l <= l_max; ++l) columns_.add(fmt::format("Q{}", l), "1", std::numeric_limits<double>::quiet_NaN());
}

Array<double> SmoothedBondOrder::compute(const DescriptorInput& input) const {
  const NeighbourSpace space = input.space(positions_);
  const std::vector<double> shell = shellRadii(input);
  const auto species_count = static_cast<std::size_t>(input.speciesCount());
  const double range = rangeWithin(input.box, smoothing_enlargement * std::ranges::max(shell));
  Array<double> values({input.particles(), columns_.size()});
  Bonds bonds(input.dimension);
  BondOrder order(input.dimension, l_max, 1);
  std::vector<double> weights;
  forEachDirectedRow(space, range, [&](const NeighbourRow& row) {
    bonds.take(row, range);
    const auto own = static_cast<std::size_t>(input.species[static_cast<std::size_t>(row.centre)]);
    weigh(bonds, input.species, {shell.data() + own * species_count, species_count}, weights);
    std::ranges::copy(order.compute(bonds, weights), values.row(row.centre).data());
  });
  return values;
}

}  // namespace glassforge::ml
