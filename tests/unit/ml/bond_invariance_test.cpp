/// What no descriptor of bonds may see: rotation, reflection, translation, the order of particles, whole boxes.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ml/descriptors/descriptor.hpp"
#include "unit/ml/bond_support.hpp"

namespace glassforge::ml {
namespace {

using testing::changeStates;

class BondInvariance : public ::testing::TestWithParam<std::tuple<std::string, int>> {
 protected:
  int dimension = std::get<1>(GetParam());
  std::size_t axes = static_cast<std::size_t>(dimension);
  DescriptorInput periodic =
      dimension == 2 ? testing::randomInput(2, 220, 14.0, 3, 61) : testing::randomInput(3, 220, 6.0, 2, 62);
  DescriptorInput cluster = testing::clusterInput(dimension, 63);

  Array<double> valuesOf(const DescriptorInput& input) const {
    return makeDescriptor(std::get<0>(GetParam()), input.species_names, dimension)->describe(input).values;
  }
  /// Row i of `before` is row order[i] of what the input gives now.
  void expectSame(const Array<double>& before, const DescriptorInput& input, const std::vector<std::size_t>& order) {
    const Array<double> after = valuesOf(input);
    double worst = 0;
    for (std::size_t i = 0; i < order.size(); ++i)
      for (std::size_t f = 0; f < before.extent(1); ++f)
        worst = std::max(worst, std::abs(before(i, f) - after(order[i], f)) / (1 + std::abs(before(i, f))));
    EXPECT_LT(worst, 1e-10);
  }
  void expectSame(const Array<double>& before, const DescriptorInput& input) {
    std::vector<std::size_t> order(input.particles());
    std::iota(order.begin(), order.end(), std::size_t{0});
    expectSame(before, input, order);
  }
  /// An orthogonal matrix from random numbers, made a rotation.
  Eigen::MatrixXd rotation() const {
    testing::Draws draw(64);
    Eigen::MatrixXd numbers(dimension, dimension);
    for (int a = 0; a < dimension; ++a)
      for (int b = 0; b < dimension; ++b) numbers(a, b) = draw.normal();
    Eigen::MatrixXd q = numbers.householderQr().householderQ();
    if (q.determinant() < 0) q.col(0) *= -1;
    return q;
  }
};

TEST_P(BondInvariance, GeneralRotation) {
  const Array<double> before = valuesOf(cluster);
  const Eigen::MatrixXd turn = rotation();
  const Eigen::VectorXd middle = Eigen::VectorXd::Constant(dimension, 30.0);
  changeStates(cluster, [&](double* x, std::size_t) {
    Eigen::Map<Eigen::VectorXd> place(x, dimension);
    place = (middle + turn * (place - middle)).eval();
  });
  expectSame(before, cluster);
}

TEST_P(BondInvariance, ExchangeOfAxesAndReflection) {
  const Array<double> before = valuesOf(periodic);
  changeStates(periodic, [&](double* x, std::size_t) {
    std::rotate(x, x + 1, x + axes);
    x[0] = -x[0];
  });
  std::ranges::rotate(periodic.box, periodic.box.begin() + 1);
  expectSame(before, periodic);
}

TEST_P(BondInvariance, Translation) {
  const Array<double> before = valuesOf(periodic);
  changeStates(periodic, [&](double* x, std::size_t) {
    for (std::size_t k = 0; k < axes; ++k) x[k] += 1.234 + 2.1 * static_cast<double>(k);
  });
  expectSame(before, periodic);
}

TEST_P(BondInvariance, WholeBoxes) {
  const Array<double> before = valuesOf(periodic);
  changeStates(periodic, [&](double* x, std::size_t i) {
    x[i % axes] += (static_cast<double>(i % 5) - 2) * periodic.box[i % axes];
  });
  expectSame(before, periodic);
}

TEST_P(BondInvariance, ExchangeOfEquals) {
  const Array<double> before = valuesOf(periodic);
  const DescriptorInput old = periodic;
  std::vector<std::size_t> order(periodic.particles());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t to = order[i] = (i * 37 + 11) % order.size();
    periodic.species[to] = old.species[i];
    for (std::size_t k = 0; k < axes; ++k) {
      periodic.thermal[to * axes + k] = old.thermal[i * axes + k];
      periodic.inherent[to * axes + k] = old.inherent[i * axes + k];
      periodic.cage[to * axes + k] = old.cage[i * axes + k];
    }
  }
  expectSame(before, periodic, order);
}

TEST_P(BondInvariance, SameBitsAgain) {
  EXPECT_EQ(valuesOf(periodic), valuesOf(periodic));
}

/// A descriptor that sees nothing would pass all of the above.
TEST_P(BondInvariance, SeesAMovedParticle) {
  const Array<double> before = valuesOf(cluster);
  changeStates(cluster, [](double* x, std::size_t i) { x[0] += i == 7 ? 0.2 : 0.0; });
  EXPECT_NE(before, valuesOf(cluster));
}

INSTANTIATE_TEST_SUITE_P(Sets, BondInvariance,
                         ::testing::Combine(::testing::Values("radial_angular", "cage", "thermal_inherent_cage", "sbo",
                                                              "psi4", "psi6", "PSI4", "PSI6"),
                                            ::testing::Values(2, 3)),
                         [](const auto& set) {
                           return std::get<0>(set.param) + (std::get<1>(set.param) == 2 ? "_2D" : "_3D");
                         });

}  // namespace
}  // namespace glassforge::ml
