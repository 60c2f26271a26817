#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "ml/descriptors/smoothed_bond_order.hpp"
#include "unit/ml/bond_support.hpp"
#include "unit/ml/reference/smoothed_bond_order_reference.hpp"

namespace glassforge::ml {
namespace {

using testing::definedBondOrder;
using testing::imageDistance;
using testing::randomInput;

Array<double> valuesOf(const std::string& name, const DescriptorInput& input) {
  return makeDescriptor(name, input.species_names, input.dimension)->describe(input).values;
}

/// The same in all rows, 1e-10 from `expected`.
void expectColumn(const Array<double>& values, std::size_t f, double expected) {
  for (std::size_t i = 0; i < values.extent(0); ++i) ASSERT_NEAR(values(i, f), expected, 1e-10) << "column " << f;
}

/// Q_l of equally weighted bonds by the addition theorem: Q_l^2 = 1/n^2 sum_jk P_l(u_j . u_k). Sums that are rounding
/// alone count as 0, since the root would make them 1e-8.
double bondOrderOfVectors(const std::vector<std::array<double, 3>>& bonds, unsigned l) {
  double sum = 0;
  for (const auto& u : bonds)
    for (const auto& v : bonds) {
      const double cosine =
          (u[0] * v[0] + u[1] * v[1] + u[2] * v[2]) / (std::hypot(u[0], u[1], u[2]) * std::hypot(v[0], v[1], v[2]));
      sum += std::legendre(l, std::min(1.0, std::max(-1.0, cosine)));
    }
  return sum < 1e-12 ? 0.0 : std::sqrt(sum) / static_cast<double>(bonds.size());
}

std::vector<std::array<double, 3>> faceCentredCubicBonds() {
  std::vector<std::array<double, 3>> bonds;
  for (const double s : {-1.0, 1.0})
    for (const double t : {-1.0, 1.0}) {
      bonds.push_back({s, t, 0});
      bonds.push_back({s, 0, t});
      bonds.push_back({0, s, t});
    }
  return bonds;
}

/// Six in the plane and the same three above and below.
std::vector<std::array<double, 3>> hexagonalClosePackedBonds() {
  std::vector<std::array<double, 3>> bonds;
  for (int k = 0; k < 6; ++k) bonds.push_back({std::cos(M_PI / 3 * k), std::sin(M_PI / 3 * k), 0});
  for (int k = 0; k < 3; ++k)
    for (const double side : {-1.0, 1.0}) {
      const double angle = M_PI / 6 + 2 * M_PI / 3 * k;
      bonds.push_back({std::cos(angle) / std::sqrt(3.0), std::sin(angle) / std::sqrt(3.0), side * std::sqrt(2.0 / 3)});
    }
  return bonds;
}

void expectClosePacking(const DescriptorInput& lattice, const std::vector<std::array<double, 3>>& bonds) {
  for (const auto& [name, l] :
       {std::pair("psi4", 4u), std::pair("psi6", 6u), std::pair("PSI4", 4u), std::pair("PSI6", 6u)})
    expectColumn(valuesOf(name, lattice), 0, bondOrderOfVectors(bonds, l));
  const Array<double> smoothed = valuesOf("sbo", lattice);
  for (unsigned l = 0; l <= 8; l += 2) expectColumn(smoothed, l, bondOrderOfVectors(bonds, l));
}

TEST(BondOrder, FaceCentredCubicIsKnown) {
  const auto bonds = faceCentredCubicBonds();
  EXPECT_NEAR(bondOrderOfVectors(bonds, 4), std::sqrt(7.0 / 192), 1e-14);
  EXPECT_NEAR(bondOrderOfVectors(bonds, 4), 0.1909, 5e-5);
  EXPECT_NEAR(bondOrderOfVectors(bonds, 6), 13 / std::sqrt(512.0), 1e-14);
  EXPECT_NEAR(bondOrderOfVectors(bonds, 6), 0.5745, 5e-5);
  const DescriptorInput lattice = testing::faceCentredCubic(1.5);  // the second shell, at 2.12, is out of range
  expectClosePacking(lattice, bonds);
  const Array<double> smoothed = valuesOf("sbo", lattice);
  for (const std::size_t odd : {1u, 3u, 5u, 7u}) expectColumn(smoothed, odd, 0.0);
}

TEST(BondOrder, HexagonalClosePackingIsKnown) {
  const auto bonds = hexagonalClosePackedBonds();
  EXPECT_NEAR(bondOrderOfVectors(bonds, 4), 7.0 / 72, 1e-14);
  EXPECT_NEAR(bondOrderOfVectors(bonds, 4), 0.0972, 5e-5);
  EXPECT_NEAR(bondOrderOfVectors(bonds, 6), 0.4848, 5e-5);
  expectClosePacking(testing::hexagonalClosePacked(1.5), bonds);
}

TEST(BondOrder, TriangularLatticeIsKnown) {
  const DescriptorInput lattice = testing::triangular(1.3);
  for (const std::string name : {"psi6", "PSI6"}) expectColumn(valuesOf(name, lattice), 0, 1.0);
  for (const std::string name : {"psi4", "PSI4"}) expectColumn(valuesOf(name, lattice), 0, 0.0);
  const Array<double> smoothed = valuesOf("sbo", lattice);
  for (std::size_t l = 0; l <= 8; ++l) expectColumn(smoothed, l, l % 6 == 0 ? 1.0 : 0.0);
}

TEST(BondOrder, RadialAngularSetKnowsLattices) {
  const DescriptorInput lattice = testing::faceCentredCubic(2.0);  // the second shell is more than 8 widths away
  const FeatureSet set = makeDescriptor("radial_angular", lattice.species_names, 3)->describe(lattice);
  const auto bonds = faceCentredCubicBonds();
  for (int generation = 0; generation < 3; ++generation)
    for (unsigned l = 2; l <= 12; l += 2) {
      const auto it = std::ranges::find(set.names, fmt::format("Q{}_r2_g{}_thermal", l, generation));
      ASSERT_NE(it, set.names.end());
      expectColumn(set.values, static_cast<std::size_t>(it - set.names.begin()), bondOrderOfVectors(bonds, l));
    }
}

/// Kob-Andersen diameters for two species, those of the ternary mixture in 2D for three.
void useMixtureDiameters(DescriptorInput& input) {
  input.sigma = input.speciesCount() == 2 ? std::vector{1.0, 0.8, 0.8, 0.88}
                                          : std::vector{1.0, 0.8, 0.9, 0.8, 0.88, 0.8, 0.9, 0.8, 0.94};
}

void compareSmoothedWithDefinition(DescriptorInput input, const std::vector<double>& shells) {
  useMixtureDiameters(input);
  const Array<double> values = valuesOf("sbo", input);
  const auto count = static_cast<std::size_t>(input.speciesCount());
  double half = input.box[0];
  for (const double length : input.box) half = std::min(half, length / 2);
  for (std::size_t i = 0; i < input.particles(); i += 7)
    for (int l = 0; l <= 8; ++l) {
      const double expected = definedBondOrder(input, input.thermal, i, l, [&](std::size_t j, double r) {
        const double shell =
            shells[static_cast<std::size_t>(input.species[i]) * count + static_cast<std::size_t>(input.species[j])];
        return r < half && r < 1.3 * shell ? std::exp(-std::pow(r / shell, 8)) : 0.0;
      });
      ASSERT_NEAR(values(i, static_cast<std::size_t>(l)), expected, 1e-11) << l;
    }
}

TEST(SmoothedBondOrder, AgreesWithDefinition) {
  const std::vector<double> two{1.45, 1.35, 1.35, 1.25};
  const std::vector<double> three{1.45, 1.35, 1.4, 1.35, 1.25, 1.3, 1.4, 1.3, 1.35};
  compareSmoothedWithDefinition(randomInput(3, 400, 7.0, 2, 41), two);
  compareSmoothedWithDefinition(randomInput(3, 40, 3.2, 2, 42), two);  // half the box is less than the range
  compareSmoothedWithDefinition(randomInput(2, 300, 16.0, 3, 43), three);
}

TEST(SmoothedBondOrder, EqualsPartycls) {
  DescriptorInput input =
      testing::latticeInput(3, std::vector<double>(3, testing::reference_side),
                            {testing::reference_positions.begin(), testing::reference_positions.end()}, 1.0);
  input.species_names = {"A", "B"};
  useMixtureDiameters(input);
  for (std::size_t i = 0; i < input.particles(); ++i) input.species[i] = i % 5 == 4;
  const Array<double> values = valuesOf("sbo", input);
  ASSERT_EQ(values.shape(), (std::vector<std::size_t>{216, 9}));
  for (std::size_t n = 0; n < values.size(); ++n)
    ASSERT_NEAR(values.values()[n], testing::reference_bond_order[n], 1e-10) << n / 9 << ", l = " << n % 9;
}

TEST(SmoothedBondOrder, ShellsFollowTheDiameters) {
  DescriptorInput input = randomInput(3, 10, 5.0, 2, 44);
  useMixtureDiameters(input);
  std::vector<double> shells = shellRadii(input);
  const std::vector<double> published{1.45, 1.35, 1.35, 1.25};
  for (std::size_t n = 0; n < 4; ++n) EXPECT_DOUBLE_EQ(shells[n], published[n]);
  for (double& sigma : input.sigma) sigma *= 2;
  for (std::size_t n = 0; n < 4; ++n) EXPECT_DOUBLE_EQ(shellRadii(input)[n], 2 * published[n]);
  input.sigma = {1.0, 0.75, 0.75, 0.5};
  EXPECT_DOUBLE_EQ(shellRadii(input)[3], 1.35 * 0.5);
}

void comparePsiWithDefinition(const DescriptorInput& input, double range) {
  for (const int l : {4, 6}) {
    const Array<double> own = valuesOf(fmt::format("psi{}", l), input);
    const Array<double> coarse = valuesOf(fmt::format("PSI{}", l), input);
    double half = 20;
    for (const double length : input.box) half = std::min(half, length / 2);
    for (std::size_t i = 0; i < input.particles(); i += 9) {
      const auto near = [&](std::size_t, double r) { return r < std::min(range, half) ? 1.0 : 0.0; };
      ASSERT_NEAR(own(i, 0), definedBondOrder(input, input.inherent, i, l, near), 1e-11);
      double weight = 0, value = 0;
      for (std::size_t j = 0; j < input.particles(); ++j) {
        const double r = imageDistance(input, input.inherent, i, j);
        if (r >= half) continue;
        weight += std::exp(-r / 5);
        value += std::exp(-r / 5) * own(j, 0);
      }
      ASSERT_NEAR(coarse(i, 0), value / weight, 1e-12);
    }
  }
}

TEST(Psi, AgreesWithDefinition) {
  comparePsiWithDefinition(randomInput(3, 350, 7.0, 2, 45), 2.0);
  comparePsiWithDefinition(randomInput(2, 300, 16.0, 3, 46), 1.4);
  comparePsiWithDefinition(randomInput(3, 30, 3.0, 2, 47), 2.0);  // half the box is less than the range
}

TEST(Psi, LooksAtInherentPositionsUnlessToldOtherwise) {
  DescriptorInput input = randomInput(3, 100, 5.0, 2, 48);
  const Array<double> inherent = valuesOf("psi6", input);
  const Array<double> thermal = valuesOf("psi6@thermal", input);
  EXPECT_NE(inherent, thermal);
  input.inherent = input.thermal;
  EXPECT_EQ(valuesOf("psi6", input), thermal);
}

TEST(Psi, ColumnsAreModelsByThemselves) {
  for (const std::string name : {"psi4", "psi6", "PSI4", "PSI6", "psi6@thermal", "PSI6@thermal"}) {
    EXPECT_TRUE(isHandMade(name)) << name;
    EXPECT_EQ(makeDescriptor(name, {"A"}, 3)->columns().names, std::vector{name});
  }
  for (const std::string name : {"sbo", "radial_angular", "cage", "thermal_inherent_cage"})
    EXPECT_FALSE(isHandMade(name));
}

TEST(BondOrder, ParticlesWithoutBondsAndOnOnePointGiveNumbers) {
  for (const int dimension : {2, 3}) {
    DescriptorInput input = testing::clusterInput(dimension, 49);
    const auto axes = static_cast<std::size_t>(dimension);
    testing::changeStates(input, [&](double* x, std::size_t i) {
      if (i == 0)
        for (std::size_t k = 0; k < axes; ++k) x[k] = 1.0;  // far from all
    });
    for (auto* x : {&input.thermal, &input.inherent, &input.cage})
      std::copy_n(x->begin() + static_cast<std::ptrdiff_t>(axes), axes,
                  x->begin() + static_cast<std::ptrdiff_t>(2 * axes));
    for (const std::string name : {"sbo", "psi6", "cage"}) {
      const Array<double> values = valuesOf(name, input);
      for (const double v : values.values()) ASSERT_TRUE(std::isfinite(v)) << name;
    }
    EXPECT_EQ(valuesOf("sbo", input)(0, 6), 0.0);
    EXPECT_EQ(valuesOf("psi6", input)(0, 0), 0.0);
    const Array<double> functions = valuesOf("radial_angular", input);
    for (const double v : functions.row(0)) EXPECT_EQ(v, 0.0);
  }
}

}  // namespace
}  // namespace glassforge::ml
