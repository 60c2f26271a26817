// Layers with standardised inputs: the same functions, the gradient that belongs to them, and what networks begin with.
#include "ml/nn/standardised.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "ml/models/botan.hpp"
#include "ml/models/standardised_training.hpp"
#include "unit/ml/graph_support.hpp"

namespace glassforge::ml {
namespace {

using testing::Draws;

// Two kernels with their biases and a number that belongs to none, columns of the first in parts of 2, 2 and 1.
const std::vector<nn::StandardisedKernel> kernels{{0, 15, 3, 5, 2}, {19, 25, 2, 3, 2}};
constexpr std::size_t numbers = 27, moments_count = 2 * (5 + 3);

std::vector<double> drawn(std::size_t count, std::uint64_t seed, double middle = 0) {
  Draws draw(seed);
  std::vector<double> values(count);
  for (double& v : values) v = middle + draw.normal();
  return values;
}

/// Means, then variances, for each kernel.
std::vector<double> someMoments(std::uint64_t seed) {
  auto moments = drawn(moments_count, seed);
  for (const std::size_t first : {std::size_t{5}, std::size_t{13}})
    for (std::size_t k = first; k < first + (first == 5 ? 5u : 3u); ++k) moments[k] = 0.1 + moments[k] * moments[k];
  return moments;
}

double layer(const std::vector<double>& p, const nn::StandardisedKernel& at, std::size_t row,
             const std::vector<double>& x) {
  double sum = p[at.bias + row];
  for (std::size_t c = 0; c < at.columns; ++c) sum += p[at.kernel + row * at.columns + c] * x[c];
  return sum;
}

TEST(Standardised, LayersGiveWhatThoseWithStandardisedInputsGive) {
  nn::Standardised standardised(kernels);
  const auto moments = someMoments(1);
  standardised.take(moments);
  const auto own = drawn(numbers, 2);
  auto made = own;
  standardised.parameters(std::span(made));
  EXPECT_EQ(made[18], own[18]);
  const auto x = drawn(5, 3, 2);
  std::vector<double> scaled(5);
  for (std::size_t c = 0; c < 5; ++c) {
    const double variance = c < 2 ? (moments[5] + moments[6]) / 2 : c < 4 ? (moments[7] + moments[8]) / 2 : moments[9];
    scaled[c] = (x[c] - moments[c]) / std::sqrt(variance);
  }
  for (std::size_t row = 0; row < 3; ++row)
    EXPECT_NEAR(layer(made, kernels[0], row, x), layer(own, kernels[0], row, scaled), 1e-12);
}

TEST(Standardised, GradientIsThatOfTheSameFunction) {
  nn::Standardised standardised(kernels);
  standardised.take(someMoments(4));
  const auto gradient = drawn(numbers, 5), change = drawn(numbers, 6);
  auto of_own = gradient, made = change;
  standardised.gradient(std::span(of_own));
  standardised.parameters(std::span(made));
  double here = 0, there = 0;
  for (std::size_t k = 0; k < numbers; ++k) {
    here += of_own[k] * change[k];
    there += gradient[k] * made[k];
  }
  EXPECT_NEAR(here, there, 1e-12 * (1 + std::abs(here)));
}

TEST(Standardised, ApproachesByAShareAndNeverByMoreThanAFactor) {
  std::vector<double> moments(moments_count, 0.0);
  for (std::size_t k = 5; k < 10; ++k) moments[k] = 9;
  for (std::size_t k = 13; k < 16; ++k) moments[k] = 1e20;
  moments[0] = 6;
  nn::Standardised standardised(kernels);
  standardised.approach(moments, 0.5);
  std::vector<double> p(numbers, 1.0);
  standardised.parameters(std::span(p));
  EXPECT_NEAR(p[0], 1 / std::sqrt(3.0), 1e-12) << "half the way to 3 in the logarithm";
  EXPECT_NEAR(p[15], 1 - 1.0, 1e-12) << "a mean of 2 deviations, half of which is taken";
  EXPECT_NEAR(p[19], 0.25, 1e-12);
  for (int k = 0; k < 60; ++k) standardised.approach(moments, 0.5);
  nn::Standardised taken(kernels);
  taken.take(moments);
  std::vector<double> q(numbers, 1.0), r(numbers, 1.0);
  standardised.parameters(std::span(q));
  taken.parameters(std::span(r));
  for (std::size_t k = 0; k < numbers; ++k) EXPECT_NEAR(q[k], r[k], 1e-12);
  EXPECT_THROW(taken.take(std::span(moments).first(15)), InputError);
}

TEST(InputMoments, AreMeansAndVariancesOfEachPart) {
  nn::InputMoments moments(3);
  const std::vector<float> first{1, 2, 3, 6}, last{5, 8, 5};
  moments.add(0, 2, first.data(), 2);
  moments.add(2, 3, last.data(), 1);
  std::vector<double> values;
  moments.pack(values);
  const std::vector<double> expected{2, 4, 6, 1, 4, 2};
  ASSERT_EQ(values.size(), 6u);
  for (std::size_t k = 0; k < 6; ++k) EXPECT_NEAR(values[k], expected[k], 1e-12);
}

// ---- networks -------------------------------------------------------------------------------------------------------

GraphNetworkRequest requestOf() {
  GraphNetworkRequest request;
  request.species_names = {"A", "B"};
  return request;
}

GraphSample gas(nn::SelfLoops loops, std::size_t particles = 400) {
  const testing::GasSource source(1, particles);
  GraphNetworkTraits traits;
  traits.loops = loops;
  return makeGraphSample(source.samples.front(), traits, 2);
}

/// Parameters of layers with standardised inputs, by the inverse of Standardised::parameters.
std::vector<double> kernelVariances(const std::vector<ParameterArray>& layout, const std::vector<float>& parameters,
                                    const std::vector<double>& moments) {
  std::vector<double> found;
  std::size_t at = 0, of_moments = 0;
  for (const auto& array : layout) {
    const std::size_t size = Array<double>::count(array.shape);
    if (array.shape.size() == 2) {
      const std::size_t columns = array.shape[1];
      double sum = 0;
      for (std::size_t k = 0; k < size; ++k) {
        const std::size_t part = (k % columns) / 64 * 64, end = std::min(part + 64, columns);
        double variance = 0;
        for (std::size_t c = part; c < end; ++c) variance += moments[of_moments + columns + c];
        sum += std::pow(static_cast<double>(parameters[at + k]), 2) * variance / static_cast<double>(end - part);
      }
      found.push_back(sum / static_cast<double>(array.shape[0]));
      of_moments += 2 * columns;
    }
    at += size;
  }
  EXPECT_EQ(of_moments, moments.size());
  return found;
}

/// Only the second bias of every pair, one number after the other, so that all states are known: those of `block` begin
/// at 100 block.
double stateOf(int block, std::size_t unit) {
  return 100.0 * block + static_cast<double>(unit);
}

std::vector<double> constantStates(const std::vector<ParameterArray>& layout) {
  std::vector<double> parameters;
  int block = 0;
  for (const auto& array : layout) {
    const bool is_second = array.name.ends_with(".fc2.bias");
    block += is_second ? 1 : 0;
    for (std::size_t k = 0; k < Array<double>::count(array.shape); ++k)
      parameters.push_back(is_second ? stateOf(block, k) : array.name.ends_with(".bias") ? 0.5 : 0.0);
  }
  return parameters;
}

TEST(Botan, InputMomentsAreThoseOfTheStatesInTheirPlaces) {
  const auto network = makeBotan<double>(requestOf());
  const auto sample = gas(nn::SelfLoops::no, 14);
  const auto nodes = static_cast<double>(sample.graph.nodes), edges = static_cast<double>(sample.graph.edges());
  ASSERT_LE(edges, 96) << "one tile, so that all edges count";
  ASSERT_GT(edges, 20);
  network->predict(constantStates(network->layout()), {}, sample);
  const auto moments = network->inputMoments();
  enum Block : int { node_encoder = 1, edge_encoder, edge_update, node_update, decoder };
  const std::size_t edge_kernel = 2 * (1 + 64 + 3 + 64), node_kernel = edge_kernel + 2 * (256 + 64),
                    decoder_kernel = node_kernel + 2 * (192 + 64);
  const auto expect = [&](std::size_t kernel, std::size_t columns, std::size_t at, double mean, double variance) {
    EXPECT_NEAR(moments[kernel + at], mean, 1e-9 * (1 + mean)) << kernel << " " << at;
    EXPECT_NEAR(moments[kernel + columns + at], variance, 1e-9 * (1 + mean * mean)) << kernel << " " << at;
  };
  for (const std::size_t u : {std::size_t{0}, std::size_t{5}, std::size_t{63}}) {
    const double x0 = stateOf(node_encoder, u), e0 = stateOf(edge_encoder, u), e = stateOf(edge_update, u),
                 x = stateOf(node_update, u);
    const double of_rounds = 6.0 / 49;  // the first of seven rounds has the encoded state, the others the updated one
    for (const std::size_t part : {std::size_t{0}, std::size_t{1}})
      expect(edge_kernel, 256, part * 64 + u, (x0 + 6 * x) / 7, of_rounds * (x - x0) * (x - x0));
    expect(edge_kernel, 256, 128 + u, (e0 + 6 * e) / 7, of_rounds * (e - e0) * (e - e0));
    expect(edge_kernel, 256, 192 + u, e0, 0);
    expect(edge_kernel + 512, 64, u, 0.5, 0);
    expect(node_kernel, 192, u, (x0 + 6 * x) / 7, of_rounds * (x - x0) * (x - x0));
    expect(node_kernel, 192, 64 + u, x0, 0);
    double squares = 0;
    for (std::size_t i = 0; i < sample.species.size(); ++i)
      squares += std::pow(static_cast<double>(sample.graph.begin[i + 1] - sample.graph.begin[i]) - edges / nodes, 2);
    expect(node_kernel, 192, 128 + u, e * edges / nodes, e * e * squares / nodes);
    const double share = nodes / (nodes + edges);
    expect(decoder_kernel, 64, u, share * x + (1 - share) * e, share * (1 - share) * (x - e) * (x - e));
    expect(decoder_kernel + 256, 64, u, stateOf(decoder, u), 0);
  }
  expect(0, 1, 0, 0.5, 0.25);
  EXPECT_EQ(moments.size(), decoder_kernel + 6 * 64);
}

class StandardisedNetworks : public ::testing::TestWithParam<bool> {};

TEST_P(StandardisedNetworks, BeginWithInputsOfEveryLayerOfOneSize) {
  const bool bapst = GetParam();
  const auto network = bapst ? makeBapst<float>(requestOf()) : makeBotan<float>(requestOf());
  const auto sample = gas(bapst ? nn::SelfLoops::yes : nn::SelfLoops::no);
  std::vector<float> parameters(numbersIn(network->layout())), none;
  network->initialise({7, Purpose::network_weights, 0, 0}, parameters, none);
  StandardisedTraining training(*network, sample, parameters, none);
  const auto before = kernelVariances(network->layout(), parameters, training.moments());
  training.bringFirst(sample, parameters, none);
  network->predict(parameters, none, sample);
  EXPECT_EQ(training.moments(), network->inputMoments());
  const auto variances = kernelVariances(network->layout(), parameters, training.moments());
  ASSERT_EQ(variances.size(), 11u);
  for (std::size_t k = 0; k + 1 < variances.size(); ++k) EXPECT_NEAR(variances[k], 1, 0.25) << k;
  EXPECT_NEAR(variances.back(), 0.01, 0.0025);
  EXPECT_LT(*std::ranges::min_element(before), 0.2) << "without it signals fade from layer to layer";
}

INSTANTIATE_TEST_SUITE_P(BotanAndBapst, StandardisedNetworks, ::testing::Bool());

TEST(StandardisedTraining, AStepChangesWhatTheOptimiserChangesInStandardisedParameters) {
  const auto network = makeBotan<float>(requestOf());
  const auto sample = gas(nn::SelfLoops::no);
  std::vector<float> parameters(numbersIn(network->layout())), none;
  network->initialise({7, Purpose::network_weights, 0, 0}, parameters, none);
  StandardisedTraining training(*network, sample, parameters, none);
  const auto before = parameters;
  std::vector<float> gradient(parameters.size(), 0.0F);
  gradient[0] = 1;  // of node_encoder.fc1.weight, whose one input is the species
  GraphLearning learning;
  training.step(*makeOptimiser(learning, network->layout()), 0.01, 0, gradient, parameters);
  const double mean = 0.5, deviation = 0.5;  // half of the particles are of species 0, half of species 1
  EXPECT_NEAR(parameters[0] - before[0], -0.01 / deviation, 1e-6);
  EXPECT_NEAR(parameters[64] - before[64], 0.01 / deviation * mean, 1e-6) << "the first step of Adam for the bias is 0";
  for (std::size_t k = 1; k < 64; ++k) EXPECT_EQ(parameters[k], before[k]);
}

TEST(StandardisedTraining, RefusesWhatItCannotStandardise) {
  const auto sample = gas(nn::SelfLoops::no);
  const auto botan = makeBotan<float>(requestOf());
  std::vector<float> parameters(numbersIn(botan->layout()), std::numeric_limits<float>::max());
  EXPECT_THROW(StandardisedTraining(*botan, sample, parameters, {}), InputError);
  testing::ToyNetwork<float> silent(1);
  silent.offers_moments = false;
  std::vector<float> few(numbersIn(silent.layout()), 0.1F), mean(1);
  EXPECT_THROW(StandardisedTraining(silent, sample, few, mean), InputError);
}

}  // namespace
}  // namespace glassforge::ml
