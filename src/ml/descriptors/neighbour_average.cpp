#include "ml/descriptors/neighbour_average.hpp"

#include "core/error.hpp"
#include "ml/descriptors/exponential.hpp"

namespace glassforge::ml {

namespace {

constexpr std::size_t together = 4;  // rows added at a time

}  // namespace

NeighbourAverage::NeighbourAverage(const NeighbourSpace& space, double cutoff) {
  require(cutoff > 0, "the range {} of an average over neighbours is not positive", cutoff);
  forEachRow(space, rangeWithin(space.box, cutoff), [&](const NeighbourRow& row) {
    const std::size_t begin = neighbours_.size();
    double sum = 0;
    for (std::size_t n = 0; n < row.ids.size(); ++n) {
      neighbours_.push_back(row.ids[n]);
      weights_.push_back(expNonPositive(-row.distance[n] / cutoff));
      sum += weights_.back();
    }
    for (std::size_t n = begin; n < weights_.size(); ++n) weights_[n] /= sum;
    while (neighbours_.size() % together != 0) {
      neighbours_.push_back(row.centre);
      weights_.push_back(0.0);
    }
    centres_.push_back({row.centre, begin, neighbours_.size()});
  });
}

Array<double> NeighbourAverage::of(const Array<double>& values) const {
  const std::size_t columns = values.extent(1);
  Array<double> averages({values.extent(0), columns});
  for (const Centre& centre : centres_) {
    double* out = averages.row(centre.id).data();
    for (std::size_t n = centre.begin; n < centre.end; n += together) {
      const double *a = values.row(neighbours_[n]).data(), *b = values.row(neighbours_[n + 1]).data();
      const double *c = values.row(neighbours_[n + 2]).data(), *d = values.row(neighbours_[n + 3]).data();
      const double p = weights_[n], q = weights_[n + 1], s = weights_[n + 2], t = weights_[n + 3];
      for (std::size_t f = 0; f < columns; ++f) out[f] += (p * a[f] + q * b[f]) + (s * c[f] + t * d[f]);
    }
  }
  return averages;
}

}  // namespace glassforge::ml
