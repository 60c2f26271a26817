/// Radical (Laguerre) Voronoi cells in a periodic box, by Voro++ (Rycroft, Chaos 19, 041111 (2009)).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ml/descriptors/neighbour_rows.hpp"

namespace glassforge::ml {

/// Sizes of the cells of N particles, reduced units. A particle whose radical cell vanishes (it lies deep within a
/// larger one) has volume 0 and surface 0.
struct VoronoiCells {
  std::vector<double> volume;   ///< (N) volume in 3D, area in 2D
  std::vector<double> surface;  ///< (N) surface area in 3D, perimeter in 2D
};

/// InputError that names `who` where the program was built without Voro++.
void requireVoronoi(std::string_view who);

/// The cell of i is where |x - r_i|^2 - R_i^2 is the least, R the radius of its species. radius: (K). In 2D the cells
/// are the bases of prisms of height 1. A pure function of positions and ids. InputError without Voro++.
VoronoiCells radicalCells(const NeighbourSpace& space, std::span<const double> radius);

/// For every particle those whose cells share a face with its own, ids ascending, itself not among them; j is a
/// neighbour of i where i is one of j. InputError without Voro++.
std::vector<std::vector<std::int32_t>> radicalNeighbours(const NeighbourSpace& space, std::span<const double> radius);

}  // namespace glassforge::ml
