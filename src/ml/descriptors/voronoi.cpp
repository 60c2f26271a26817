#include "ml/descriptors/voronoi.hpp"

#include "core/error.hpp"

#ifdef GLASSFORGE_HAVE_VORO

#include <algorithm>
#include <array>
#include <cmath>
#include <voro++.hh>

#include "core/box.hpp"

namespace glassforge::ml {

namespace {

constexpr double particles_per_block = 5;  // what Voro++'s manual finds the fastest

/// All particles in a Voro++ container, put in the order of their ids: the order in which planes cut a cell, and so the
/// bits of its vertices, follow from the positions and ids alone.
template <int D>
class Container {
 public:
  Container(const NeighbourSpace& space, std::span<const double> radius)
      : container_(0, space.box[0], 0, space.box[1], lowest(), highest(space), blocks(space, 0), blocks(space, 1),
                   D == 3 ? blocks(space, 2) : 1, true, true, D == 3, 8) {
    std::array<double, D> lengths;
    std::copy_n(space.box.begin(), D, lengths.begin());
    const Box<D> box(lengths);
    for (std::size_t i = 0; i < space.species.size(); ++i) {
      std::array<double, 3> x{};
      for (int k = 0; k < D; ++k) {
        x[static_cast<std::size_t>(k)] = space.position[i * D + static_cast<std::size_t>(k)];
        box.wrap(x[static_cast<std::size_t>(k)], k);
      }
      container_.put(static_cast<int>(i), x[0], x[1], x[2], radius[static_cast<std::size_t>(space.species[i])]);
    }
  }

  /// Calls visit(id, cell) for every particle whose cell does not vanish.
  template <class Cell, class Visit>
  void forEachCell(const Visit& visit) {
    Cell cell;
    voro::c_loop_all loop(container_);
    if (!loop.start()) return;
    do {
      if (container_.compute_cell(cell, loop)) visit(static_cast<std::size_t>(loop.pid()), cell);
    } while (loop.inc());
  }

 private:
  // In 2D the particles lie in the middle of a slab of height 1 between walls.
  static double lowest() { return D == 3 ? 0.0 : -0.5; }
  static double highest(const NeighbourSpace& space) { return D == 3 ? space.box[D - 1] : 0.5; }

  static int blocks(const NeighbourSpace& space, std::size_t axis) {
    double volume = 1;
    for (const double length : space.box) volume *= length;
    const double side = std::pow(volume * particles_per_block / static_cast<double>(space.species.size()), 1.0 / D);
    return std::clamp(static_cast<int>(space.box[axis] / side), 1, 1000);
  }

  voro::container_poly container_;
};

void requireFit(const NeighbourSpace& space, std::span<const double> radius) {
  require(radius.size() == static_cast<std::size_t>(space.species_count), "{} radii do not fit {} species",
          radius.size(), space.species_count);
}

template <int D>
VoronoiCells cellsIn(const NeighbourSpace& space, std::span<const double> radius) {
  const std::size_t particles = space.species.size();
  VoronoiCells cells{std::vector<double>(particles), std::vector<double>(particles)};
  Container<D>(space, radius).template forEachCell<voro::voronoicell>([&](std::size_t i, voro::voronoicell& cell) {
    cells.volume[i] = cell.volume();
    cells.surface[i] = cell.surface_area();
    if (D == 2) cells.surface[i] -= 2 * cells.volume[i];  // the two bases of the prism of height 1
  });
  return cells;
}

template <int D>
std::vector<std::vector<std::int32_t>> neighboursIn(const NeighbourSpace& space, std::span<const double> radius) {
  std::vector<std::vector<std::int32_t>> neighbours(space.species.size());
  std::vector<int> found;
  Container<D>(space, radius)
      .template forEachCell<voro::voronoicell_neighbor>([&](std::size_t i, voro::voronoicell_neighbor& cell) {
        cell.neighbors(found);
        for (const int j : found) {  // walls have negative numbers
          if (j < 0 || static_cast<std::size_t>(j) == i) continue;
          neighbours[i].push_back(j);
          neighbours[static_cast<std::size_t>(j)].push_back(static_cast<std::int32_t>(i));
        }
      });
  for (auto& list : neighbours) {
    std::ranges::sort(list);
    const auto repeated = std::ranges::unique(list);
    list.erase(repeated.begin(), repeated.end());
  }
  return neighbours;
}

}  // namespace

void requireVoronoi(std::string_view) {}

VoronoiCells radicalCells(const NeighbourSpace& space, std::span<const double> radius) {
  requireFit(space, radius);
  return space.dimension == 2 ? cellsIn<2>(space, radius) : cellsIn<3>(space, radius);
}

std::vector<std::vector<std::int32_t>> radicalNeighbours(const NeighbourSpace& space, std::span<const double> radius) {
  requireFit(space, radius);
  return space.dimension == 2 ? neighboursIn<2>(space, radius) : neighboursIn<3>(space, radius);
}

}  // namespace glassforge::ml

#else

namespace glassforge::ml {

void requireVoronoi(std::string_view who) {
  throw InputError(
      fmt::format("{} needs Voronoi cells, and this program was built without Voro++ (Debian: voro++-dev)", who));
}

VoronoiCells radicalCells(const NeighbourSpace&, std::span<const double>) {
  requireVoronoi("a tessellation");
  return {};
}

std::vector<std::vector<std::int32_t>> radicalNeighbours(const NeighbourSpace&, std::span<const double>) {
  requireVoronoi("a tessellation");
  return {};
}

}  // namespace glassforge::ml

#endif
