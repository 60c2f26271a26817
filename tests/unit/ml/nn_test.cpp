#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/error.hpp"
#include "ml/descriptors/exponential.hpp"
#include "ml/nn/adam.hpp"
#include "ml/nn/losses.hpp"
#include "ml/nn/network.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml::nn {
namespace {

using ml::testing::Draws;

Table<double> randomTable(Index rows, Index columns, std::uint64_t seed) {
  Draws draw(seed);
  Table<double> t(rows, columns);
  for (Index i = 0; i < t.size(); ++i) t.data()[i] = draw.normal();
  return t;
}

ConstBatch<double> batch(const Table<double>& t) {
  return {t.data(), t.rows(), t.cols()};
}

/// Each derivative by central differences, to 1e-6 of the largest.
void expectGradient(std::span<double> x, std::span<const double> gradient, const std::function<double()>& loss) {
  double largest = 0;
  for (const double g : gradient) largest = std::max(largest, std::abs(g));
  ASSERT_GT(largest, 0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double kept = x[i], step = 1e-5;
    x[i] = kept + step;
    const double above = loss();
    x[i] = kept - step;
    const double below = loss();
    x[i] = kept;
    EXPECT_NEAR(gradient[i], (above - below) / (2 * step), 1e-6 * largest) << i;
  }
}

TEST(Exponential, SinglePrecision) {
  for (float x = 0; x > -79; x -= 0.00371f)
    EXPECT_NEAR(static_cast<double>(expNonPositive(x)) / std::exp(static_cast<double>(x)), 1, 2e-7) << x;
  EXPECT_EQ(expNonPositive(0.0f), 1.0f);
  EXPECT_LT(expNonPositive(-1e30f), 1e-34f);
}

TEST(Activation, ValuesAndDerivatives) {
  for (const Activation activation : {Activation::linear, Activation::elu, Activation::relu}) {
    std::vector<double> x{-30, -2, -0.3, -1e-9, 1e-9, 0.4, 7}, y(x), gradient(x.size(), 2.0);
    activate(activation, std::span<double>(y));
    multiplyByDerivative(activation, std::span<const double>(y), std::span<double>(gradient));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const bool straight = x[i] > 0 || activation == Activation::linear, elu = activation == Activation::elu;
      EXPECT_NEAR(y[i], straight ? x[i] : elu ? std::expm1(x[i]) : 0.0, 1e-15);
      EXPECT_NEAR(gradient[i], straight ? 2.0 : elu ? 2 * std::exp(x[i]) : 0.0, 1e-15);
    }
  }
}

TEST(Dense, ForwardIsTheDoubleLoop) {
  for (const Index outputs : {2, 7}) {  // the narrow and the wide form
    Dense<double> layer({5, outputs, Activation::relu}, 9);
    const Table<double> x = randomTable(6, 5, 1), w = randomTable(outputs, 6, 2);
    const std::span<const double> parameters(w.data(), static_cast<std::size_t>(w.size()));
    const auto y = layer.forward(parameters, batch(x));
    for (Index r = 0; r < 6; ++r)
      for (Index o = 0; o < outputs; ++o) {
        double sum = w.data()[5 * outputs + o];
        for (Index i = 0; i < 5; ++i) sum += x(r, i) * w.data()[o * 5 + i];
        EXPECT_NEAR(y(r, o), std::max(0.0, sum), 1e-14);
      }
  }
}

TEST(Dense, RefusesOtherShapes) {
  Dense<double> layer({5, 2, Activation::linear}, 4);
  const std::vector<double> parameters(12);
  EXPECT_THROW(layer.forward(parameters, batch(randomTable(5, 5, 1))), InputError);
  EXPECT_THROW(layer.forward(parameters, batch(randomTable(4, 6, 1))), InputError);
  EXPECT_THROW(Dense<double>({0, 2, Activation::linear}, 4), InputError);
  EXPECT_THROW(Network<double>({{3, 2, Activation::elu}, {3, 1, Activation::linear}}, 4), InputError);
  EXPECT_THROW(Network<double>({}, 4), InputError);
}

TEST(Dense, GlorotUniform) {
  Dense<double> layer({200, 10, Activation::linear}, 1);
  std::vector<double> p(layer.shape().parameters()), again(p), other(p);
  layer.initialise(p, 200, {5, Purpose::test, 0, 0}, 3);
  layer.initialise(again, 200, {5, Purpose::test, 0, 0}, 3);
  layer.initialise(other, 200, {5, Purpose::test, 0, 1}, 3);
  EXPECT_EQ(p, again);
  EXPECT_NE(p, other);
  const double limit = std::sqrt(6.0 / 210.0);
  double square = 0, sum = 0;
  for (std::size_t k = 0; k < 2000; ++k) {
    EXPECT_LT(std::abs(p[k]), limit);
    sum += p[k];
    square += p[k] * p[k];
  }
  EXPECT_NEAR(square / 2000 / (limit * limit / 3), 1, 0.08);
  EXPECT_NEAR(sum / 2000, 0, 4 * limit / std::sqrt(3 * 2000.0));
  for (std::size_t k = 2000; k < p.size(); ++k) EXPECT_EQ(p[k], 0);
}

TEST(Losses, GradientsAndValues) {
  Draws draw(11);
  std::vector<double> p, y;
  for (int i = 0; i < 20; ++i) {
    p.push_back(draw.normal());
    y.push_back(draw.normal());
  }
  const std::span<const double> cp(p), cy(y);
  using Loss = std::function<double(std::span<double>)>;
  const std::vector<Loss> losses{[&](std::span<double> g) { return absoluteError<double>(cp, cy, 0.7, g); },
                                 [&](std::span<double> g) { return squareError<double>(cp, cy, 0.7, g); },
                                 [&](std::span<double> g) { return varianceError<double>(cp, 0.3, 0.7, g); },
                                 [&](std::span<double> g) { return varianceError<double>(cp, 3.0, 0.7, g); }};
  for (const Loss& loss : losses) {
    std::vector<double> gradient(20);
    loss(gradient);
    expectGradient(p, gradient, [&] { return loss({}); });
  }
  double absolute = 0, square = 0, mean = 0, variance = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    absolute += std::abs(p[i] - y[i]);
    square += (p[i] - y[i]) * (p[i] - y[i]);
    mean += p[i] / 20;
  }
  for (const double v : p) variance += (v - mean) * (v - mean) / 20;
  EXPECT_NEAR(losses[0]({}), 0.7 * absolute, 1e-12);
  EXPECT_NEAR(losses[1]({}), 0.7 * square, 1e-12);
  EXPECT_NEAR(losses[3]({}), 0.7 * (3 - variance), 1e-12);
}

/// A network of every activation and of narrow and wide layers.
Network<double> mixedNetwork(Index rows) {
  Network<double> network(
      denseShapes(6, {{3, Activation::elu}, {8, Activation::relu}, {7, Activation::elu}, {2, Activation::linear}}),
      rows);
  network.initialise({9, Purpose::test, 1, 2}, 6);
  for (std::size_t i = 0; i < network.parameters().size(); ++i)
    network.parameters()[i] += 0.05 * std::sin(static_cast<double>(i));  // biases off zero
  return network;
}

TEST(Network, GradientByParametersAndInputEqualsFiniteDifferences) {
  Network<double> network = mixedNetwork(16);
  Table<double> x = randomTable(13, 6, 21);
  const Table<double> y = randomTable(13, 2, 22);
  const std::span<const double> labels(y.data(), 26);
  const auto loss = [&](std::span<double> gradient) {
    const auto p = network.forward(batch(x));
    return squareError(std::span<const double>(p.data(), 26), labels, 1.0 / 13, gradient);
  };
  std::vector<double> slope(26);
  loss(slope);
  network.backward({slope.data(), 13, 2});
  const std::vector<double> gradient(network.gradient().begin(), network.gradient().end());
  const auto by_input = network.inputGradient();
  const std::vector<double> input_gradient(by_input.data(), by_input.data() + by_input.size());
  expectGradient(network.parameters(), gradient, [&] { return loss({}); });
  expectGradient({x.data(), 78}, input_gradient, [&] { return loss({}); });
}

TEST(Network, GradientAddsUpOverBlocks) {
  Network<double> whole = mixedNetwork(13), blocks = mixedNetwork(5);
  const Table<double> x = randomTable(13, 6, 23), slope = randomTable(13, 2, 24);
  whole.forward(batch(x));
  whole.backward(batch(slope));
  for (const Index first : {0, 5, 10}) {
    const Index rows = std::min<Index>(5, 13 - first);
    blocks.forward({x.data() + 6 * first, rows, 6});
    blocks.backward({slope.data() + 2 * first, rows, 2});
  }
  for (std::size_t i = 0; i < whole.gradient().size(); ++i)
    EXPECT_NEAR(whole.gradient()[i], blocks.gradient()[i], 1e-12);
  blocks.clearGradient();
  for (const double g : blocks.gradient()) EXPECT_EQ(g, 0);
}

TEST(Adam, StepsAreThoseOfTheFormula) {
  for (const bool corrected : {false, true}) {
    Adam<double> adam(1, {0.1, 0.8, 0.9, 0.01, corrected});
    std::vector<double> x{1.0};
    double m = 0, v = 0, expected = 1.0;
    for (int t = 1; t <= 3; ++t) {
      const std::vector<double> g{0.5 * t - 2.0};
      m = 0.8 * m + 0.2 * g[0];
      v = 0.9 * v + 0.1 * g[0] * g[0];
      const double c1 = 1 - std::pow(0.8, t), c2 = 1 - std::pow(0.9, t);
      expected -= corrected ? 0.1 * (m / c1) / (std::sqrt(v / c2) + 0.01)
                            : 0.1 * std::sqrt(c2) / c1 * m / (std::sqrt(v) + 0.01);
      adam.step(x, g);
      EXPECT_NEAR(x[0], expected, 1e-14);
    }
    EXPECT_THROW(adam.step(x, std::vector<double>(2)), InputError);
  }
}

TEST(Adam, ClipsToTheNorm) {
  std::vector<double> g{3, 4};
  EXPECT_NEAR(clipNorm<double>(g, 6), 5, 1e-15);
  EXPECT_EQ(g, (std::vector<double>{3, 4}));
  EXPECT_NEAR(clipNorm<double>(g, 1), 5, 1e-15);
  EXPECT_NEAR(g[0], 0.6, 1e-15);
  EXPECT_NEAR(g[1], 0.8, 1e-15);
}

}  // namespace
}  // namespace glassforge::ml::nn
