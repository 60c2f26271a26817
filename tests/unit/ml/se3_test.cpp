/// The SE(3) network as a whole.
#include "ml/models/se3.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "unit/ml/reference/se3_e3nn.hpp"
#include "unit/ml/se3_numbers.hpp"
#include "unit/ml/se3_support.hpp"

namespace glassforge::ml {
namespace {

using testing::clusterGraph;
using testing::clusterSample;
using testing::countOf;
using testing::hashedNumbers;
using testing::normals;

GraphNetworkRequest request(std::size_t species, std::size_t targets, double dropout, int dimension = 3) {
  GraphNetworkRequest wanted{"se3", {}, dimension, targets, {}};
  for (std::size_t s = 0; s < species; ++s) wanted.species_names.emplace_back(1, static_cast<char>('A' + s));
  wanted.settings.graphs["se3"].dropout = dropout;
  return wanted;
}

/// A network with parameters, and what a pass over a sample gives.
template <class Number>
struct Passed {
  Passed(const GraphNetworkRequest& wanted, const std::vector<double>& values) : network(makeSe3<Number>(wanted)) {
    for (const double v : values) parameters.push_back(static_cast<Number>(v));
    gradient.resize(parameters.size());
    statistics.resize(countOf(network->statisticsLayout()));
  }
  double pass(const GraphSample& sample, std::uint64_t number = 5) {
    std::ranges::fill(gradient, Number{0});
    return network->addGradient(parameters, sample, {1, 0, number}, {}, gradient, statistics);
  }
  std::unique_ptr<GraphNetwork<Number>> network;
  std::vector<Number> parameters, gradient, statistics;
};

std::vector<double> someParameters(const GraphNetworkRequest& wanted, std::uint64_t seed) {
  return normals(countOf(makeSe3<double>(wanted)->layout()), seed);
}

TEST(Se3, CountsOfParameters) {
  EXPECT_EQ(countOf(makeSe3<float>(request(2, 10, 0.3))->layout()), 52140u);  // published: 52,660
  EXPECT_EQ(countOf(makeSe3<float>(request(3, 8, 0.3))->layout()), 52840u);   // published: 53,394
  EXPECT_THROW(makeSe3<float>(request(8, 1, 0.3)), InputError);
}

/// The structure of make_se3.py.
GraphSample referenceSample() {
  GraphSample sample;
  sample.graph = clusterGraph(reference::se3_positions, 3, 2.0);
  for (int i = 0; i < 12; ++i) sample.species.push_back(i % 2);
  sample.features = Array<double>({12, 1}, reference::se3_energy);
  sample.node_targets = Array<double>({3, 12});
  for (std::size_t i = 0; i < 12; ++i)
    for (std::size_t k = 0; k < 3; ++k) sample.node_targets(k, i) = reference::se3_targets[3 * i + k];
  return sample;
}

template <class Number>
void compareWithE3nn(double tolerance) {
  const auto sample = referenceSample();
  const auto wanted = request(2, 3, 0.0);
  const auto layout = makeSe3<Number>(wanted)->layout();
  Passed<Number> passed(wanted, hashedNumbers(countOf(layout), 4));
  EXPECT_NEAR(passed.pass(sample) / reference::se3_loss[0], 1, tolerance);
  ASSERT_EQ(layout.size(), reference::se3_gradient_along.size());
  std::size_t at = 0;
  for (std::size_t n = 0; n < layout.size(); ++n) {
    const auto along = hashedNumbers(Array<char>::count(layout[n].shape), 5);
    double sum = 0, size = 0;
    for (const double a : along) {
      const auto g = static_cast<double>(passed.gradient[at++]);
      sum += g * a;
      size += g * g;
    }
    EXPECT_NEAR(sum, reference::se3_gradient_along[n], 10 * tolerance * std::sqrt(size)) << layout[n].name;
  }
  // With the statistics of this pass a prediction is what the pass saw, in units of the targets.
  const auto predicted = passed.network->predict(passed.parameters, passed.statistics, sample);
  const Number* mean = passed.statistics.data() + passed.statistics.size() - 12;
  for (std::size_t i = 0; i < 12; ++i)
    for (std::size_t k = 0; k < 3; ++k) {
      const std::size_t m = i % 2 * 3 + k;
      const double deviation = std::sqrt(static_cast<double>(mean[6 + m]));
      const double expected = static_cast<double>(mean[m]) + deviation * reference::se3_output[3 * i + k];
      EXPECT_NEAR(predicted.nodes(k, i), expected, 10 * tolerance * deviation) << i << " " << k;
    }
}

TEST(Se3, EqualsE3nn) {
  compareWithE3nn<double>(1e-9);
  compareWithE3nn<float>(3e-5);
}

/// Derivatives along a direction within each array of parameters, and of single parameters.
void compareWithDifferences(const GraphSample& sample, const GraphNetworkRequest& wanted) {
  Passed<double> passed(wanted, someParameters(wanted, 31));
  passed.pass(sample);
  const auto gradient = passed.gradient, kept = passed.parameters;
  const auto slope = [&](std::size_t first, const std::vector<double>& along) {
    const double step = 1e-5;
    std::array<double, 2> losses{};
    for (const int side : {0, 1}) {
      for (std::size_t k = 0; k < along.size(); ++k)
        passed.parameters[first + k] = kept[first + k] + (side == 0 ? step : -step) * along[k];
      losses[static_cast<std::size_t>(side)] = passed.pass(sample);
    }
    passed.parameters = kept;
    return (losses[0] - losses[1]) / (2 * step);
  };
  std::size_t at = 0;
  for (const auto& array : passed.network->layout()) {
    const std::size_t count = Array<char>::count(array.shape);
    auto along = normals(count, at + 1);
    double norm = 0, sum = 0, size = 0;
    for (const double a : along) norm += a * a;
    for (std::size_t k = 0; k < count; ++k) {
      along[k] /= std::sqrt(norm);
      sum += along[k] * gradient[at + k];
      size += gradient[at + k] * gradient[at + k];
    }
    EXPECT_NEAR(slope(at, along), sum, 1e-6 * std::sqrt(size)) << array.name;
    EXPECT_NEAR(slope(at + count / 2, {1.0}), gradient[at + count / 2], 1e-6 * std::sqrt(size)) << array.name;
    at += count;
  }
}

TEST(Se3, GradientWithDropout) {
  compareWithDifferences(clusterSample(14, 3, 2.5, 2, 3, 6), request(2, 3, 0.3));
  compareWithDifferences(clusterSample(12, 2, 3.0, 3, 2, 9), request(3, 2, 0.3, 2));
}

/// By the angles of Euler.
std::vector<double> rotated(const std::vector<double>& x) {
  const double a = 0.7, b = 1.9, c = -2.4;
  std::vector<double> y(x);
  for (std::size_t n = 0; n < y.size(); n += 3)
    for (const auto& [angle, one, other] : {std::tuple{a, 0, 1}, {b, 1, 2}, {c, 0, 1}}) {
      double &p = y[n + static_cast<std::size_t>(one)], &q = y[n + static_cast<std::size_t>(other)];
      const double kept = p;
      p = std::cos(angle) * kept - std::sin(angle) * q;
      q = std::sin(angle) * kept + std::cos(angle) * q;
    }
  return y;
}

TEST(Se3, RotationsLeaveTheOutputUnchanged) {
  const auto wanted = request(2, 3, 0.3);
  auto sample = clusterSample(25, 3, 3.0, 2, 3, 12);
  Passed<double> passed(wanted, someParameters(wanted, 32));
  const double loss = passed.pass(sample);
  const auto before = passed.network->predict(passed.parameters, passed.statistics, sample).nodes;
  sample.graph.offset = rotated(sample.graph.offset);
  EXPECT_NEAR(passed.pass(sample), loss, 1e-10 * loss);
  const auto after = passed.network->predict(passed.parameters, passed.statistics, sample).nodes;
  double spread = 0;
  for (std::size_t n = 0; n < before.size(); ++n) {
    EXPECT_NEAR(before.values()[n], after.values()[n], 1e-10);
    spread = std::max(spread, std::abs(before.values()[n] - before.values()[n % 2]));
  }
  EXPECT_GT(spread, 0.1);  // particles differ
}

TEST(Se3, RotationWithinThePlaneLeavesFlatOutputUnchanged) {
  const auto wanted = request(3, 2, 0.3, 2);
  auto sample = clusterSample(20, 2, 3.5, 3, 2, 13);
  Passed<double> passed(wanted, someParameters(wanted, 33));
  passed.pass(sample);
  const auto before = passed.network->predict(passed.parameters, passed.statistics, sample).nodes;
  for (std::size_t n = 0; n < sample.graph.offset.size(); n += 2) {
    double &x = sample.graph.offset[n], &y = sample.graph.offset[n + 1];
    const double kept = x;
    x = std::cos(0.8) * kept - std::sin(0.8) * y;
    y = std::sin(0.8) * kept + std::cos(0.8) * y;
  }
  const auto after = passed.network->predict(passed.parameters, passed.statistics, sample).nodes;
  for (std::size_t n = 0; n < before.size(); ++n) EXPECT_NEAR(before.values()[n], after.values()[n], 1e-10);
}

TEST(Se3, PermutingEqualParticlesPermutesTheOutput) {
  const auto wanted = request(2, 2, 0.0);
  const auto positions = normals(60, 41), energies = normals(20, 42);
  const auto make = [&](const std::vector<std::size_t>& order) {
    auto sample = clusterSample(20, 3, 1.0, 2, 2, 14);
    std::vector<double> moved;
    for (std::size_t i = 0; i < 20; ++i) {
      moved.insert(moved.end(), positions.begin() + static_cast<std::ptrdiff_t>(3 * order[i]),
                   positions.begin() + static_cast<std::ptrdiff_t>(3 * order[i] + 3));
      sample.features(i, 0u) = energies[order[i]];
    }
    sample.graph = clusterGraph(moved, 3, 2.0);
    return sample;
  };
  std::vector<std::size_t> order(20);
  std::iota(order.begin(), order.end(), 0u);
  const auto plain = make(order);
  std::rotate(order.begin(), order.begin() + 6, order.end());  // by an even number: species stay in turn
  std::swap(order[3], order[11]);
  const auto permuted = make(order);
  Passed<double> passed(wanted, someParameters(wanted, 34));
  passed.pass(plain);
  const auto before = passed.network->predict(passed.parameters, passed.statistics, plain).nodes;
  const auto after = passed.network->predict(passed.parameters, passed.statistics, permuted).nodes;
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t i = 0; i < 20; ++i) EXPECT_NEAR(after(k, i), before(k, order[i]), 1e-10);
}

TEST(Se3, DropoutFollowsThePassAndIsAbsentFromPredictions) {
  const auto wanted = request(2, 2, 0.3);
  const auto sample = clusterSample(15, 3, 2.5, 2, 2, 15);
  Passed<float> passed(wanted, someParameters(wanted, 35));
  const double loss = passed.pass(sample, 5);
  const auto gradient = passed.gradient;
  const auto predicted = passed.network->predict(passed.parameters, passed.statistics, sample).nodes;
  EXPECT_NE(passed.pass(sample, 6), loss);
  EXPECT_EQ(passed.pass(sample, 5), loss);
  EXPECT_EQ(passed.gradient, gradient);
  EXPECT_EQ(passed.network->predict(passed.parameters, passed.statistics, sample).nodes, predicted);
  Passed<float> whole(request(2, 2, 0.0), someParameters(wanted, 35));
  EXPECT_EQ(whole.network->predict(whole.parameters, passed.statistics, sample).nodes, predicted);
}

TEST(Se3, WhatIsNotLearntDoesNotCount) {
  auto wanted = request(2, 2, 0.0);
  auto sample = clusterSample(15, 3, 2.5, 2, 2, 16);
  sample.node_targets(1u, 4u) = std::numeric_limits<double>::quiet_NaN();
  const auto parameters = someParameters(wanted, 36);
  Passed<double> all(wanted, parameters);
  EXPECT_TRUE(std::isfinite(all.pass(sample)));
  wanted.settings.species = {"A"};
  Passed<double> one(wanted, parameters);
  const double loss = one.pass(sample);
  for (std::size_t i = 1; i < 15; i += 2) sample.node_targets(0u, i) = 1e3 + static_cast<double>(i);
  EXPECT_EQ(one.pass(sample), loss);  // targets of B
  const std::size_t decoder_b = 32 * 16 + 16 + 16 * 2 + 2;
  for (std::size_t n = one.gradient.size() - decoder_b; n < one.gradient.size(); ++n) EXPECT_EQ(one.gradient[n], 0);
  for (const double g : one.gradient) ASSERT_TRUE(std::isfinite(g));
}

TEST(Se3, ParticleWithoutNeighbours) {
  const auto wanted = request(2, 2, 0.0);
  auto positions = normals(30, 43);
  for (std::size_t d = 0; d < 3; ++d) positions[d] += 50;
  auto sample = clusterSample(10, 3, 1.0, 2, 2, 17);
  sample.graph = clusterGraph(positions, 3, 2.0);
  Passed<float> passed(wanted, someParameters(wanted, 37));
  EXPECT_TRUE(std::isfinite(passed.pass(sample)));
  for (const float g : passed.gradient) ASSERT_TRUE(std::isfinite(g));
}

TEST(Se3, FirstValuesAreKeyedAndTrainable) {
  const auto wanted = request(2, 2, 0.0);
  const auto sample = clusterSample(20, 3, 2.5, 2, 2, 18);
  Passed<double> passed(wanted, someParameters(wanted, 38)), again = Passed<double>(wanted, passed.parameters);
  const StreamKey key{5, Purpose::network_weights, 0, 0};
  passed.network->initialise(key, passed.parameters, passed.statistics);
  again.network->initialise(key, again.parameters, again.statistics);
  EXPECT_EQ(passed.parameters, again.parameters);
  again.network->initialise({5, Purpose::network_weights, 0, 1}, again.parameters, again.statistics);
  EXPECT_NE(passed.parameters, again.parameters);
  const double first = passed.pass(sample);
  for (int step = 0; step < 40; ++step) {
    for (std::size_t n = 0; n < passed.parameters.size(); ++n) passed.parameters[n] -= 0.02 * passed.gradient[n];
    passed.pass(sample);
  }
  EXPECT_LT(passed.pass(sample), 0.5 * first);
}

}  // namespace
}  // namespace glassforge::ml
