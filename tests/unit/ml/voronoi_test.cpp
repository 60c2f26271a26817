#ifdef GLASSFORGE_HAVE_VORO

#include "ml/descriptors/voronoi.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "unit/ml/packed_support.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using testing::Lattice;
using testing::latticeSpace;
using testing::packedInput;
using testing::randomInput;

NeighbourSpace spaceOf(const DescriptorInput& input) {
  return {input.dimension, input.box, input.inherent, input.species, input.speciesCount()};
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST(Voronoi, VolumesSumToTheBox) {
  for (const int dimension : {2, 3})
    for (const auto& input : {randomInput(dimension, 500, 9.0, 2, 71), packedInput(dimension, 72)}) {
      double box = 1;
      for (const double length : input.box) box *= length;
      EXPECT_NEAR(sum(radicalCells(spaceOf(input), input.radii()).volume) / box, 1, 1e-10);
    }
}

void expectCells(const Lattice& lattice, double volume, double surface) {
  const std::vector<double> radius{0.4};
  const VoronoiCells cells = radicalCells(latticeSpace(lattice), radius);
  ASSERT_GT(cells.volume.size(), 20u);
  for (std::size_t i = 0; i < cells.volume.size(); ++i) {
    EXPECT_NEAR(cells.volume[i] / volume, 1, 1e-10);
    EXPECT_NEAR(cells.surface[i] / surface, 1, 1e-10);
  }
}

TEST(Voronoi, PerfectLatticesHaveTheirKnownCells) {
  const double d = 1.07;
  expectCells(testing::repeated({d, d}, {{0, 0}}, {7, 6}), d * d, 4 * d);
  const double h = std::sqrt(3.0);
  expectCells(testing::repeated({d, h * d}, {{0, 0}, {d / 2, h * d / 2}}, {8, 5}), h / 2 * d * d, 2 * h * d);
  expectCells(testing::repeated({d, d, d}, {{0, 0, 0}}, {4, 5, 4}), d * d * d, 6 * d * d);
  const double half = d / std::sqrt(2.0);
  expectCells(testing::repeated({2 * half, 2 * half, 2 * half},
                                {{0, 0, 0}, {half, half, 0}, {half, 0, half}, {0, half, half}}, {3, 3, 3}),
              d * d * d / std::sqrt(2.0), 3 * std::sqrt(2.0) * d * d);  // rhombic dodecahedron
  const double edge = d * std::sqrt(2.0) / 4;
  const Lattice bcc = testing::repeated({d, d, d}, {{0, 0, 0}, {d / 2, d / 2, d / 2}}, {4, 4, 4});
  expectCells(bcc, d * d * d / 2, (6 + 12 * h) * edge * edge);  // truncated octahedron
  for (const auto& near : radicalNeighbours(latticeSpace(bcc), std::vector{0.4})) EXPECT_EQ(near.size(), 14u);
}

TEST(Voronoi, LargerSpheresHaveLargerCells) {
  const double d = 1.2, large = 0.5, small = 0.3;
  Lattice board = testing::repeated({2 * d, 2 * d}, {{0, 0}, {d, d}, {d, 0}, {0, d}}, {3, 3});
  for (std::size_t i = 0; i < board.species.size(); ++i) board.species[i] = i % 4 >= 2;
  board.species_count = 2;
  const VoronoiCells cells = radicalCells(latticeSpace(board), std::vector{large, small});
  const double near = (d * d + small * small - large * large) / (2 * d), far = d - near, cut = 2 * far - d;
  EXPECT_NEAR(cells.surface[2], 8 * near, 1e-10);  // a square
  EXPECT_NEAR(cells.volume[2], 4 * near * near, 1e-10);
  EXPECT_NEAR(cells.surface[0], 8 * far - 8 * cut + 4 * cut * std::sqrt(2.0), 1e-10);  // its corners cut off
}

TEST(Voronoi, VanishingCellsHaveNoSize) {
  DescriptorInput input = packedInput(3, 73);
  for (std::size_t k = 0; k < 3; ++k) input.inherent[k] = input.inherent[3 + k] + 0.03;
  input.species_names = {"A", "B"};
  std::ranges::fill(input.species, 0);
  input.species[0] = 1;
  const VoronoiCells cells = radicalCells(spaceOf(input), std::vector{0.9, 0.1});
  EXPECT_EQ(cells.volume[0], 0.0);
  EXPECT_EQ(cells.surface[0], 0.0);
  EXPECT_NEAR(sum(cells.volume) / (input.box[0] * input.box[1] * input.box[2]), 1, 1e-10);
}

using Corner = std::array<double, 2>;

/// What is left of a polygon where a x + b y <= c.
std::vector<Corner> cutOff(const std::vector<Corner>& polygon, double a, double b, double c) {
  std::vector<Corner> rest;
  for (std::size_t n = 0; n < polygon.size(); ++n) {
    const Corner &p = polygon[n], &q = polygon[(n + 1) % polygon.size()];
    const double at_p = a * p[0] + b * p[1] - c, at_q = a * q[0] + b * q[1] - c;
    if (at_p <= 0) rest.push_back(p);
    if (at_p * at_q < 0) {
      const double s = at_p / (at_p - at_q);
      rest.push_back({p[0] + s * (q[0] - p[0]), p[1] + s * (q[1] - p[1])});
    }
  }
  return rest;
}

TEST(Voronoi, PlaneCellsAgreeWithCuttingPolygons) {
  const DescriptorInput input = packedInput(2, 74);
  const auto& x = input.inherent;
  const VoronoiCells cells = radicalCells(spaceOf(input), input.radii());
  const auto radius = [&](std::size_t i) { return input.radii()[static_cast<std::size_t>(input.species[i])]; };
  for (std::size_t i = 0; i < input.particles(); i += 13) {
    std::vector<Corner> cell{{-4, -4}, {4, -4}, {4, 4}, {-4, 4}};
    for (std::size_t j = 0; j < input.particles(); ++j)
      for (int u = -2; u <= 2; ++u)
        for (int v = -2; v <= 2; ++v) {
          const double dx = x[2 * j] - x[2 * i] + u * input.box[0], dy = x[2 * j + 1] - x[2 * i + 1] + v * input.box[1];
          if (dx == 0 && dy == 0) continue;
          const double c = (dx * dx + dy * dy + radius(i) * radius(i) - radius(j) * radius(j)) / 2;
          cell = cutOff(cell, dx, dy, c);
        }
    double area = 0, perimeter = 0;
    for (std::size_t n = 0; n < cell.size(); ++n) {
      const Corner &p = cell[n], &q = cell[(n + 1) % cell.size()];
      area += (p[0] * q[1] - p[1] * q[0]) / 2;
      perimeter += std::hypot(p[0] - q[0], p[1] - q[1]);
    }
    EXPECT_NEAR(cells.volume[i], area, 1e-10);
    EXPECT_NEAR(cells.surface[i], perimeter, 1e-10);
  }
}

TEST(Voronoi, NeighboursAreMutual) {
  const DescriptorInput input = packedInput(3, 75);
  const auto near = radicalNeighbours(spaceOf(input), input.radii());
  double count = 0;
  for (std::size_t i = 0; i < near.size(); ++i) {
    count += static_cast<double>(near[i].size());
    for (const std::int32_t j : near[i]) {
      EXPECT_NE(j, static_cast<std::int32_t>(i));
      EXPECT_TRUE(std::ranges::binary_search(near[static_cast<std::size_t>(j)], static_cast<std::int32_t>(i)));
    }
  }
  EXPECT_NEAR(count / static_cast<double>(near.size()), 14.5, 1.5);
}

TEST(Voronoi, RadiiMustFitTheSpecies) {
  const DescriptorInput input = packedInput(2, 76);
  EXPECT_THROW(radicalCells(spaceOf(input), std::vector{0.5}), InputError);
}

}  // namespace
}  // namespace glassforge::ml

#endif
