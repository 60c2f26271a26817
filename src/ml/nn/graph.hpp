/// Particles as nodes, and directed edges between all that are closer than a cutoff.
#pragma once

#include <cstdint>
#include <vector>

#include "ml/descriptors/neighbour_rows.hpp"

namespace glassforge::ml::nn {

/// Edges in the order of (receiver, sender). Every edge has its reverse, so what senders sum up is a gather too, and no
/// sum needs atomics: sum over edges of sender s = sum over reverse[e], e in [begin[s], begin[s + 1]).
struct Graph {
  std::int64_t nodes = 0;
  int dimension = 3;
  std::vector<std::int64_t> begin;     ///< (N + 1): edges [begin[i], begin[i + 1]) are received by node i
  std::vector<std::int32_t> sender;    ///< (E), ascending within a receiver
  std::vector<std::int32_t> receiver;  ///< (E), ascending
  std::vector<std::int32_t> reverse;   ///< (E): the edge from receiver to sender; of a self loop itself
  std::vector<double> offset;          ///< (E, D): r_receiver - r_sender by minimum image

  std::int64_t edges() const { return static_cast<std::int64_t>(sender.size()); }
  double squaredLength(std::size_t edge) const {
    double sum = 0;
    const auto axes = static_cast<std::size_t>(dimension);
    for (std::size_t d = 0; d < axes; ++d) sum += offset[edge * axes + d] * offset[edge * axes + d];
    return sum;
  }
};

/// Whether each node also sends to itself (offset 0).
enum class SelfLoops { no, yes };

/// InputError unless 0 < cutoff <= half the shortest box length, or where two particles are in one place.
Graph makeGraph(const NeighbourSpace& space, double cutoff, SelfLoops loops);

}  // namespace glassforge::ml::nn
