/// The one neighbour search of all descriptors: for every particle the distances to all within range, by minimum image.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace glassforge::ml {

/// Where the particles are and what they are. The spans must outlive the search.
struct NeighbourSpace {
  int dimension = 3;
  std::span<const double> box;            ///< (D)
  std::span<const double> position;       ///< (N, D), wrapped or not
  std::span<const std::int32_t> species;  ///< (N)
  int species_count = 0;
};

/// All particles within range of one centre, the centre itself (distance 0) included. Grouped by species, ids ascending
/// within a group: neighbours of species b are at [begin[b], begin[b + 1]).
struct NeighbourRow {
  std::int32_t centre = 0;
  std::span<const std::int32_t> ids;
  std::span<const double> distance;
  std::span<const std::size_t> begin;  ///< (species + 1)
  /// Components of r_j - r_i by minimum image, axis by axis; empty unless the row is directed.
  std::array<std::span<const double>, 3> offset{};
};

/// Calls `visit` once for every particle; neighbours have r < range. The rows depend on the positions alone. The spans
/// of a row are valid during the call. InputError unless 0 < range <= half the shortest box length.
void forEachRow(const NeighbourSpace& space, double range, const std::function<void(const NeighbourRow&)>& visit);

/// The same with the offsets of all neighbours, for whatever needs directions.
void forEachDirectedRow(const NeighbourSpace& space, double range,
                        const std::function<void(const NeighbourRow&)>& visit);

/// The wanted range, or half the shortest box length where that is less: beyond it a sphere would see its own images.
double rangeWithin(std::span<const double> box, double wanted);

}  // namespace glassforge::ml
