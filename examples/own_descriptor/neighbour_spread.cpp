#include "neighbour_spread.hpp"

#include <algorithm>
#include <cmath>

#include "ml/descriptors/neighbour_rows.hpp"

namespace glassforge::ml {

namespace {

constexpr double reach = 1.4;  // in units of sigma_ij, where bonds end too

}  // namespace

NeighbourSpread::NeighbourSpread(const DescriptorRequest& request)
    : Descriptor(request.name), positions_(request.positions) {
  columns_.add("mean_distance", "1", reach);
  columns_.add("distance_spread", "1", reach);
}

Array<double> NeighbourSpread::compute(const DescriptorInput& input) const {
  const NeighbourSpace space = input.space(positions_);
  const double range = reach * *std::ranges::max_element(input.sigma);
  Array<double> values({input.particles(), 2});
  forEachRow(space, range, [&](const NeighbourRow& row) {
    double count = 0, sum = 0, squares = 0;
    for (std::size_t n = 0; n < row.ids.size(); ++n) {
      const std::int32_t j = row.ids[n];
      const double x = row.distance[n] / input.sigmaOf(input.species[row.centre], input.species[j]);
      if (j == row.centre || x >= reach) continue;
      count += 1;
      sum += x;
      squares += x * x;
    }
    if (count == 0) return;
    const double mean = sum / count;
    values(row.centre, 0) = mean;
    values(row.centre, 1) = std::sqrt(std::max(0.0, squares / count - mean * mean));
  });
  return values;
}

}  // namespace glassforge::ml
