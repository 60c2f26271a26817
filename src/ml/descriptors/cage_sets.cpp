#include "ml/descriptors/cage_sets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ml/descriptors/coarse_grained.hpp"
#include "ml/descriptors/neighbour_average.hpp"

namespace glassforge::ml {

namespace {

void copyColumns(const Array<double>& from, std::size_t first, Array<double>& to) {
  for (std::size_t i = 0; i < from.extent(0); ++i)
    std::ranges::copy(from.row(i), to.row(i).begin() + static_cast<std::ptrdiff_t>(first));
}

}  // namespace

CageSet::CageSet(const DescriptorRequest& request, std::vector<Positions> states)
    : Descriptor(request.name), states_(std::move(states)), functions_(request.dimension, request.species_names) {
  for (const Positions state : states_)
    for (int generation = 0; generation < generations; ++generation)
      functions_.addColumns(fmt::format("g{}_{}", generation, toString(state)), columns_);
  for (std::size_t s = states_.size(); s-- > 1;)
    columns_.add(fmt::format("dr_{}_thermal", toString(states_[s])), "sigma", 0.0);
}

Array<double> CageSet::compute(const DescriptorInput& input) const {
  Array<double> all({input.particles(), columns_.size()});
  std::size_t first = 0;
  for (const Positions state : states_) {
    const NeighbourSpace space = input.space(state);
    const NeighbourAverage average(space, generation_cutoff);
    Array<double> values = functions_.compute(space);
    for (int generation = 0; generation < generations; ++generation) {
      if (generation > 0) values = average.of(values);
      copyColumns(values, first, all);
      first += functions_.size();
    }
  }
  for (std::size_t s = states_.size(); s-- > 1; ++first) {
    const std::vector<double> squares = squaredDisplacement(input, states_[s]);
    for (std::size_t i = 0; i < squares.size(); ++i) all(i, first) = std::sqrt(squares[i]);
  }
  return all;
}

}  // namespace glassforge::ml
