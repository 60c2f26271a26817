/// Pairs of neighbours and how their distances change: the edge target of BOTAN (Shiba et al. 2023; docs/formulas.md).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/labels.hpp"
#include "core/structure.hpp"

namespace glassforge::iso {

/// Pairs i < j of one configuration that are closer than a cutoff (minimum image), ascending.
class PairDistances {
 public:
  /// InputError where the cutoff is beyond half of the shortest edge of the box.
  PairDistances(const Snapshot& start, double cutoff);

  std::size_t size() const { return distance_.size(); }
  const Array<std::int32_t>& edges() const { return edges_; }
  /// Adds r_ij - r_ij(0) at positions x (N, D), and its square, to the sums (E); both in units of 1 / kPairScale.
  void accumulate(const std::vector<double>& x, std::span<std::int64_t> sum, std::span<std::int64_t> sum2) const;

 private:
  std::vector<double> box_;
  Array<std::int32_t> edges_;     ///< (E, 2)
  std::vector<double> distance_;  ///< (E) at the start
};

/// Mean and unbiased variance over the replicas that are in the sums of `replicas`.
PairLabels reducePairs(const ReplicaLabels& replicas, Array<std::int32_t> edges);

}  // namespace glassforge::iso
