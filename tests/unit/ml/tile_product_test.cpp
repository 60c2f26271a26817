#include "ml/nn/tile_product.hpp"

#include <gtest/gtest.h>

#include "ml/nn/hidden_pair.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using nn::Index;
using nn::kWidth;

template <class Number>
nn::Table<Number> drawn(Index rows, Index columns, testing::Draws& draw) {
  nn::Table<Number> table(rows, columns);
  for (Index k = 0; k < table.size(); ++k) table.data()[k] = static_cast<Number>(draw.normal());
  return table;
}

/// All numbers of rows that leave each kind of remainder, and widths of the input that are and are not kWidth.
template <class Number>
void compareWithEigen(double tolerance) {
  testing::Draws draw(1);
  for (const Index rows : {1, 3, 4, 6, 11, 17, 96})
    for (const Index inputs : {1, 2, 3, 5, 10, 64}) {
      const auto x = drawn<Number>(rows, inputs, draw), p = drawn<Number>(inputs, kWidth, draw);
      const auto d = drawn<Number>(rows, kWidth, draw);
      nn::Table<Number> y = d, g = p;
      nn::addProduct(rows, x.data(), inputs, p.data(), y.data());
      nn::addTransposedProduct(rows, x.data(), inputs, d.data(), g.data());
      const nn::Table<Number> product = d + x * p, transposed = p + x.transpose() * d;
      EXPECT_LT((y - product).cwiseAbs().maxCoeff(), tolerance) << rows << " x " << inputs;
      EXPECT_LT((g - transposed).cwiseAbs().maxCoeff(), tolerance) << rows << " x " << inputs;
    }
}

TEST(TileProduct, EqualsEigen) {
  compareWithEigen<double>(1e-12);
  compareWithEigen<float>(1e-4);
}

TEST(TileProduct, RowsAreSummed) {
  testing::Draws draw(2);
  const auto d = drawn<double>(37, kWidth, draw);
  std::vector<double> sum(kWidth, 1.0);
  nn::addRows(Index{37}, d.data(), sum.data());
  for (Index c = 0; c < kWidth; ++c) EXPECT_NEAR(sum[static_cast<std::size_t>(c)], 1 + d.col(c).sum(), 1e-12);
}

/// The last row of a tile gives the same bits wherever tiles begin: a row's sum does not depend on its neighbours.
TEST(TileProduct, BitsOfARowDoNotDependOnTheOthers) {
  testing::Draws draw(3);
  const auto x = drawn<float>(50, kWidth, draw), p = drawn<float>(kWidth, kWidth, draw);
  nn::Table<float> together = nn::Table<float>::Zero(50, kWidth), alone = together;
  nn::addProduct(Index{50}, x.data(), kWidth, p.data(), together.data());
  for (Index r = 0; r < 50; ++r)
    nn::addProduct(Index{1}, x.data() + r * kWidth, kWidth, p.data(), alone.data() + r * kWidth);
  EXPECT_EQ(together, alone);
}

TEST(HiddenPair, GradientAddsUpAndPartsWithoutGradientPassNone) {
  testing::Draws draw(4);
  nn::HiddenPair<double> pair({3, kWidth});
  std::vector<double> parameters(pair.parameters());
  for (double& w : parameters) w = 0.2 * draw.normal();
  const auto x0 = drawn<double>(7, 3, draw), x1 = drawn<double>(7, kWidth, draw),
             target = drawn<double>(7, kWidth, draw);
  const auto run = [&](const std::vector<double>& values, const nn::Table<double>& input, std::vector<double>* gradient,
                       nn::Table<double>* dx) {
    pair.take(values);
    nn::Table<double> h(7, kWidth), y(7, kWidth), d(7, kWidth);
    pair.startHidden(7, h.data());
    pair.addPart(0, 7, x0.data(), h.data());
    pair.addPart(1, 7, input.data(), h.data());
    pair.finish(7, h.data(), y.data());
    nn::Table<double> dy = y - target;
    const double loss = 0.5 * dy.squaredNorm();
    if (gradient == nullptr) return loss;
    pair.finishBackward(7, h.data(), y.data(), dy.data(), d.data());
    pair.addPartBackward(0, 7, x0.data(), d.data(), nullptr);
    pair.addPartBackward(1, 7, x1.data(), d.data(), dx->data());
    pair.addGradient(*gradient);
    return loss;
  };
  std::vector<double> gradient(parameters.size());
  nn::Table<double> dx = nn::Table<double>::Zero(7, kWidth);
  run(parameters, x1, &gradient, &dx);
  constexpr double step = 1e-6;
  for (std::size_t k = 0; k < parameters.size(); k += 97) {
    auto above = parameters, below = parameters;
    above[k] += step;
    below[k] -= step;
    EXPECT_NEAR(gradient[k], (run(above, x1, nullptr, nullptr) - run(below, x1, nullptr, nullptr)) / (2 * step), 1e-5);
  }
  for (Index k = 0; k < x1.size(); k += 31) {
    auto above = x1, below = x1;
    above.data()[k] += step;
    below.data()[k] -= step;
    const double slope =
        (run(parameters, above, nullptr, nullptr) - run(parameters, below, nullptr, nullptr)) / (2 * step);
    EXPECT_NEAR(dx.data()[k], slope, 1e-5);
  }
}

}  // namespace
}  // namespace glassforge::ml
