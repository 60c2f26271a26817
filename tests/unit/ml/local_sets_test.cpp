/// Softness functions and the order parameter of Tong and Tanaka against their definitions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "ml/descriptors/descriptor.hpp"
#include "ml/descriptors/softness_functions.hpp"
#include "ml/descriptors/voronoi.hpp"
#include "unit/ml/packed_support.hpp"

namespace glassforge::ml {
namespace {

using testing::imageDistance;
using testing::packedInput;

FeatureSet describe(const std::string& name, const DescriptorInput& input) {
  return makeDescriptor(name, input.species_names, input.dimension)->describe(input);
}

double halfBox(const DescriptorInput& input) {
  return *std::ranges::min_element(input.box) / 2;
}

/// Numbers of the particles of a species within range of i, i not among them.
std::vector<std::size_t> within(const DescriptorInput& input, std::size_t i, double range, int species) {
  std::vector<std::size_t> found;
  for (std::size_t j = 0; j < input.particles(); ++j)
    if (j != i && (species < 0 || input.species[j] == species) && imageDistance(input, input.inherent, i, j) < range)
      found.push_back(j);
  return found;
}

/// x_b - x_a, the shortest of all copies.
std::array<double, 3> vectorBetween(const DescriptorInput& input, std::size_t a, std::size_t b) {
  std::array<double, 3> v{};
  for (std::size_t k = 0; k < input.box.size(); ++k) {
    const double d = input.inherent[b * input.box.size() + k] - input.inherent[a * input.box.size() + k];
    v[k] = d - input.box[k] * std::round(d / input.box[k]);
  }
  return v;
}

/// Of {j, k} around i; r_jk is that between the copies next to i.
double definedAngular(const DescriptorInput& input, std::size_t i, std::size_t j, std::size_t k,
                      const AngularParameters& p) {
  const auto a = vectorBetween(input, i, j), b = vectorBetween(input, i, k);
  const double rj = std::hypot(a[0], a[1], a[2]), rk = std::hypot(b[0], b[1], b[2]);
  const double rjk = std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  const double cosine = (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / (rj * rk);
  return std::exp(-(rj * rj + rk * rk + rjk * rjk) / (p.xi * p.xi)) * std::pow(1 + p.lambda * cosine, p.zeta);
}

void compareAngular(const DescriptorInput& input, const FeatureSet& set, std::size_t i, std::size_t column) {
  const double range = std::min(2.5, halfBox(input));
  for (int b = 0; b < input.speciesCount(); ++b)
    for (int c = b; c < input.speciesCount(); ++c)
      for (const AngularParameters& p : SoftnessFunctions::angularTable()) {
        double sum = 0;
        for (const std::size_t j : within(input, i, range, b))
          for (const std::size_t k : within(input, i, range, c))
            if (b != c || j < k) sum += definedAngular(input, i, j, k, p);
        EXPECT_NEAR(set.values(i, column), sum, 1e-12 * (1 + sum)) << set.names[column];
        ++column;
      }
  EXPECT_EQ(column, set.names.size());
}

TEST(SoftnessFunctions, AgreeWithTheirDefinition) {
  for (const auto& [dimension, columns] : {std::pair{2, 222u}, std::pair{3, 126u}}) {
    const DescriptorInput input = packedInput(dimension, 91);
    const FeatureSet set = describe("softness_functions", input);
    ASSERT_EQ(set.names.size(), columns);
    for (const std::size_t i : {0u, 101u, 202u}) {
      std::size_t column = 0;
      for (int b = 0; b < input.speciesCount(); ++b)
        for (int m = 1; m <= 30; ++m, ++column) {
          double sum = 0;
          for (const std::size_t j : within(input, i, std::min(3.6, halfBox(input)), b))
            sum += std::exp(-std::pow((imageDistance(input, input.inherent, i, j) - m / 10.0) / 0.1, 2));
          EXPECT_NEAR(set.values(i, column), sum, 1e-12) << set.names[column];
        }
      compareAngular(input, set, i, column);
    }
  }
}

TEST(SoftnessFunctions, KnowSpeciesAndPositions) {
  const DescriptorInput input = packedInput(3, 92);
  EXPECT_EQ(describe("softness_functions@inherent", input).values, describe("softness_functions", input).values);
  EXPECT_NE(describe("softness_functions@thermal", input).values, describe("softness_functions", input).values);
  const FeatureSet set = describe("softness_functions", input);
  EXPECT_EQ(set.names[30 + 10], "G_mu1.1_B");
  EXPECT_EQ(set.names[60], "psi_xi14.638_zeta1_lambda-1_AA");
  EXPECT_EQ(set.names.back(), "psi_xi0.695_zeta16_lambda1_BB");
}

/// The angle at i of the triangle with sides ij, ik, jk.
double triangleAngle(double ij, double ik, double jk) {
  return std::acos((ij * ij + ik * ik - jk * jk) / (2 * ij * ik));
}

TEST(TongTanaka, AgreesWithItsDefinitionIn2D) {
  const DescriptorInput input = packedInput(2, 93);
  const FeatureSet theta = describe("theta", input);
  for (std::size_t i = 0; i < input.particles(); i += 7) {
    double sum = 0, count = 0;
    const auto near = within(input, i, 1.4, -1);
    for (const std::size_t j : near)
      for (const std::size_t k : near) {
        if (j >= k || imageDistance(input, input.inherent, j, k) >= 1.4) continue;
        const auto a = vectorBetween(input, i, j), b = vectorBetween(input, i, k);
        const double angle = std::abs(std::arg(std::complex(a[0], a[1]) / std::complex(b[0], b[1])));
        const auto sigma = [&](std::size_t p, std::size_t q) {
          return 1 - 0.06 * (input.species[p] + input.species[q]);
        };
        sum += std::abs(angle - triangleAngle(sigma(i, j), sigma(i, k), sigma(j, k)));
        count += 1;
      }
    ASSERT_GT(count, 0);
    EXPECT_NEAR(theta.values(i, 0), sum / count, 1e-12);
  }
}

TEST(TongTanaka, IsZeroForTheTriangularLattice) {
  const double h = std::sqrt(3.0);
  const auto lattice = testing::repeated({1, h}, {{0, 0}, {0.5, h / 2}}, {7, 4});
  DescriptorInput input = packedInput(2, 94);
  input.box = lattice.box;
  input.inherent = input.thermal = input.cage = lattice.places;
  input.species = lattice.species;
  input.inherent_energy.resize(lattice.species.size());
  input.thermal_energy.resize(lattice.species.size());
  const FeatureSet set = describe("theta", input);
  for (const double theta : set.values.values()) EXPECT_NEAR(theta, 0, 1e-12);
}

TEST(TongTanaka, AveragedIsTheMeanOverNeighbours) {
  const DescriptorInput input = packedInput(2, 95);
  const FeatureSet theta = describe("theta", input), averaged = describe("TT", input);
  EXPECT_EQ(averaged.names, std::vector<std::string>{"theta_cg5"});
  for (std::size_t i = 0; i < input.particles(); i += 57) {
    double weight = 0, sum = 0;
    for (std::size_t j = 0; j < input.particles(); ++j) {
      const double r = imageDistance(input, input.thermal, i, j);
      if (r >= halfBox(input)) continue;
      weight += std::exp(-r / 5);
      sum += std::exp(-r / 5) * theta.values(j, 0);
    }
    EXPECT_NEAR(averaged.values(i, 0), sum / weight, 1e-12);
  }
  EXPECT_TRUE(isHandMade("theta") && isHandMade("TT"));
}

#ifdef GLASSFORGE_HAVE_VORO

TEST(TongTanaka, AgreesWithItsDefinitionIn3D) {
  const DescriptorInput input = packedInput(3, 96);
  const FeatureSet theta = describe("theta", input);
  const NeighbourSpace space{3, input.box, input.inherent, input.species, 2};
  const auto near = radicalNeighbours(space, std::vector{0.5, 0.44});
  const auto bonded = [&](std::int32_t a, std::int32_t b) {
    const auto& list = near[static_cast<std::size_t>(a)];
    return std::ranges::find(list, b) != list.end();
  };
  for (std::int32_t i = 0; i < 343; i += 19) {
    double sum = 0, count = 0;
    for (const std::int32_t j : near[static_cast<std::size_t>(i)])
      for (const std::int32_t k : near[static_cast<std::size_t>(i)])
        for (const std::int32_t l : near[static_cast<std::size_t>(i)]) {
          if (j >= k || k >= l || !bonded(j, k) || !bonded(j, l) || !bonded(k, l)) continue;
          double deviation = 0, sigmas = 0;
          for (const auto& [a, b] : {std::pair{i, j}, {i, k}, {i, l}, {j, k}, {j, l}, {k, l}}) {
            const auto p = static_cast<std::size_t>(a), q = static_cast<std::size_t>(b);
            const double sigma = 1 - 0.06 * (input.species[p] + input.species[q]);
            deviation += std::abs(imageDistance(input, input.inherent, p, q) - sigma);
            sigmas += sigma;
          }
          sum += deviation / sigmas;
          count += 1;
        }
    ASSERT_GT(count, 0);
    EXPECT_NEAR(theta.values(i, 0), sum / count, 1e-12);
  }
}

TEST(TongTanaka, OfTheBodyCentredLattice) {
  const double c = 1.2, half = c / 2, diagonal = c * std::sqrt(3.0) / 2;
  const auto lattice = testing::repeated({c, c, c}, {{0, 0, 0}, {half, half, half}}, {4, 4, 4});
  DescriptorInput input = packedInput(3, 97);
  input.box = lattice.box;
  input.inherent = input.thermal = input.cage = lattice.places;
  input.species = lattice.species;
  input.inherent_energy.resize(lattice.species.size());
  input.thermal_energy.resize(lattice.species.size());
  const double expected = (2 * std::abs(c - 1) + 4 * std::abs(diagonal - 1)) / 6;
  const FeatureSet set = describe("theta", input);
  for (const double theta : set.values.values()) EXPECT_NEAR(theta, expected, 1e-12);
}

#endif

}  // namespace
}  // namespace glassforge::ml
