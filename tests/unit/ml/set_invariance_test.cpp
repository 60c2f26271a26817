/// What a descriptor may not see: rotation, reflection, translation, the order of equals, whole boxes.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ml/descriptors/descriptor.hpp"
#include "unit/ml/packed_support.hpp"

namespace glassforge::ml {
namespace {

class SetInvariance : public ::testing::TestWithParam<std::tuple<std::string, int>> {
 protected:
  void SetUp() override {
#ifndef GLASSFORGE_HAVE_VORO
    if (name != "softness_functions" && name != "EINH") GTEST_SKIP() << "built without Voro++";
#endif
    before = describe();
    order.resize(input.particles());
    std::iota(order.begin(), order.end(), std::size_t{0});
  }
  FeatureSet describe() const {
    return makeDescriptor(name, input.species_names, dimension)->describe(input);
  }
  /// change(position of a particle, its number) in all states.
  template <class Change>
  void changeAll(const Change& change) {
    for (auto* x : {&input.thermal, &input.inherent, &input.cage})
      for (std::size_t i = 0; i < input.particles(); ++i) change(x->data() + i * axes, i);
  }
  void expectSame() const {
    const Array<double> after = describe().values;
    double worst = 0;
    for (std::size_t i = 0; i < order.size(); ++i)
      for (std::size_t f = 0; f < after.extent(1); ++f)
        worst =
            std::max(worst, std::abs(before.values(i, f) - after(order[i], f)) / (1 + std::abs(before.values(i, f))));
    EXPECT_LT(worst, 1e-10);
  }

  std::string name = std::get<0>(GetParam());
  int dimension = std::get<1>(GetParam());
  std::size_t axes = static_cast<std::size_t>(dimension);
  DescriptorInput input = testing::packedInput(dimension, 101);
  FeatureSet before;
  std::vector<std::size_t> order;
};

TEST_P(SetInvariance, Translation) {
  changeAll([&](double* x, std::size_t) {
    for (std::size_t k = 0; k < axes; ++k) x[k] += 1.2345 + 2.1 * static_cast<double>(k);
  });
  expectSame();
}

TEST_P(SetInvariance, WholeBoxes) {
  changeAll([&](double* x, std::size_t i) { x[i % axes] += (static_cast<double>(i % 5) - 2) * input.box[i % axes]; });
  expectSame();
}

TEST_P(SetInvariance, QuarterTurnsAndReflection) {
  changeAll([&](double* x, std::size_t) {
    std::rotate(x, x + 1, x + axes);
    x[0] = -x[0];
  });
  std::ranges::rotate(input.box, input.box.begin() + 1);
  expectSame();
}

TEST_P(SetInvariance, ExchangeOfEquals) {
  const DescriptorInput old = input;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t to = order[i] = (i * 37 + 11) % order.size();
    input.species[to] = old.species[i];
    input.inherent_energy[to] = old.inherent_energy[i];
    input.thermal_energy[to] = old.thermal_energy[i];
    for (std::size_t k = 0; k < axes; ++k) {
      input.thermal[to * axes + k] = old.thermal[i * axes + k];
      input.inherent[to * axes + k] = old.inherent[i * axes + k];
      input.cage[to * axes + k] = old.cage[i * axes + k];
    }
  }
  expectSame();
}

TEST_P(SetInvariance, SameBitsAgain) {
  EXPECT_EQ(before.values, describe().values);
}

/// The structure as a cluster in a large empty box. Cells at its rim end at the walls of the box, so only what
/// particles in its middle see of their own cells is looked at.
TEST_P(SetInvariance, GeneralRotationOfTheMiddleOfACluster) {
  if (name == "TT") GTEST_SKIP() << "an average over the whole cluster with its rim";
  const std::vector<double> old_box = input.box;
  const Eigen::VectorXd centre = 0.5 * Eigen::Map<const Eigen::VectorXd>(old_box.data(), dimension);
  input.box.assign(axes, 60.0);
  before = describe();
  const DescriptorInput old = input;
  testing::Draws draw(102);
  Eigen::MatrixXd numbers(dimension, dimension);
  for (int n = 0; n < dimension * dimension; ++n) numbers(n / dimension, n % dimension) = draw.normal();
  const Eigen::MatrixXd turn = numbers.householderQr().householderQ();
  changeAll([&](double* x, std::size_t) {
    Eigen::Map<Eigen::VectorXd> place(x, dimension);
    place = (centre + turn * (place - centre)).eval();
  });
  const FeatureSet after = describe();
  int compared = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if ((Eigen::Map<const Eigen::VectorXd>(old.inherent.data() + i * axes, dimension) - centre).norm() > 1.0) continue;
    for (std::size_t f = 0; f < after.names.size(); ++f) {
      if (after.names[f].starts_with("P_L") && !after.names[f].starts_with("P_L0_")) continue;
      EXPECT_NEAR(before.values(i, f), after.values(i, f), 1e-10 * (1 + std::abs(before.values(i, f))))
          << after.names[f];
      ++compared;
    }
  }
  EXPECT_GT(compared, 0);
}

INSTANTIATE_TEST_SUITE_P(Sets, SetInvariance,
                         ::testing::Combine(::testing::Values("glassmlp", "softness_functions", "theta", "TT", "EINH"),
                                            ::testing::Values(2, 3)),
                         [](const auto& set) {
                           return std::get<0>(set.param) + (std::get<1>(set.param) == 2 ? "_2D" : "_3D");
                         });

}  // namespace
}  // namespace glassforge::ml
