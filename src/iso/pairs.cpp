#include "iso/pairs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/minimum_image.hpp"

namespace glassforge::iso {

PairDistances::PairDistances(const Snapshot& start, double cutoff) : box_(start.box) {
  const double half = *std::min_element(box_.begin(), box_.end()) / 2;
  require(cutoff > 0 && cutoff <= half, "pair cutoff {}: it must be above 0 and within half the box ({})", cutoff,
          half);
  const std::size_t n = start.particles(), d = box_.size();
  std::vector<std::int32_t> ends;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const double r2 = squaredDistance(box_, &start.position[i * d], &start.position[j * d]);
      if (r2 >= cutoff * cutoff) continue;
      ends.insert(ends.end(), {static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)});
      distance_.push_back(std::sqrt(r2));
    }
  }
  require(!distance_.empty(), "pair cutoff {}: no two particles are that close", cutoff);
  edges_ = Array<std::int32_t>({distance_.size(), 2}, std::move(ends));
}

void PairDistances::accumulate(const std::vector<double>& x, std::span<std::int64_t> sum,
                               std::span<std::int64_t> sum2) const {
  const std::size_t d = box_.size();
  for (std::size_t e = 0; e < distance_.size(); ++e) {
    const auto i = static_cast<std::size_t>(edges_(e, 0)), j = static_cast<std::size_t>(edges_(e, 1));
    const double change = std::sqrt(squaredDistance(box_, &x[i * d], &x[j * d])) - distance_[e];
    sum[e] += std::llround(change * kPairScale);
    sum2[e] += std::llround(change * change * kPairScale);
  }
}

PairLabels reducePairs(const ReplicaLabels& replicas, Array<std::int32_t> edges) {
  PairLabels pairs;
  pairs.edges = std::move(edges);
  pairs.change = Array<double>(replicas.pair_sum.shape());
  pairs.variance = Array<double>(replicas.pair_sum.shape());
  for (std::size_t t = 0; t < replicas.pair_sum.extent(0); ++t) {
    const auto n = static_cast<double>(replicas.pair_replicas[t]);
    for (std::size_t e = 0; e < replicas.pair_sum.extent(1); ++e) {
      const double mean = static_cast<double>(replicas.pair_sum(t, e)) / kPairScale / n;  // NaN without replicas
      const double squares = static_cast<double>(replicas.pair_sum2(t, e)) / kPairScale - n * mean * mean;
      pairs.change(t, e) = mean;
      pairs.variance(t, e) = n > 1 ? std::max(0.0, squares) / (n - 1) : std::numeric_limits<double>::quiet_NaN();
    }
  }
  return pairs;
}

}  // namespace glassforge::iso
