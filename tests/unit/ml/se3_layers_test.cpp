/// The parts of the SE(3) network: values against e3nn or plain formulas, gradients against finite differences.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "ml/models/se3_decoder.hpp"
#include "ml/nn/batch_norm.hpp"
#include "ml/nn/clebsch_gordan.hpp"
#include "ml/nn/convolution.hpp"
#include "ml/nn/gate.hpp"
#include "ml/nn/silu.hpp"
#include "ml/nn/spherical_harmonics.hpp"
#include "unit/ml/reference/se3_e3nn.hpp"
#include "unit/ml/se3_numbers.hpp"
#include "unit/ml/se3_support.hpp"

namespace glassforge::ml::nn {
namespace {

using testing::channelTable;
using testing::clusterSample;
using testing::dot;
using testing::expectDerivatives;
using testing::hashedNumbers;
using testing::normals;
using testing::numbersOf;

template <class Number>
void compareHarmonics(double tolerance) {
  const auto directions = hashedNumbers(15, 1);
  for (std::size_t n = 0; n < 5; ++n) {
    const auto y = sphericalHarmonics<Number>({directions[3 * n], directions[3 * n + 1], directions[3 * n + 2]});
    for (std::size_t c = 0; c < kComponents; ++c)
      EXPECT_NEAR(static_cast<double>(y[c]), reference::se3_harmonics[n * kComponents + c], tolerance) << n << " " << c;
  }
}

TEST(SphericalHarmonics, EqualThoseOfE3nn) {
  compareHarmonics<float>(1e-6);
  compareHarmonics<double>(1e-13);
}

TEST(EdgeBasis, BesselFunctionsAndFlatGraphs) {
  for (const double r : {0.03, 0.7, 1.31, 1.999})
    for (std::size_t n = 1; n <= kRadialFunctions; ++n)
      EXPECT_NEAR(besselFunctions(r, 2.0)[n - 1], std::sin(std::numbers::pi * static_cast<double>(n) * r / 2) / r,
                  1e-12 / r);
  const auto sample = clusterSample(7, 2, 2.5, 3, 1, 1);
  EdgeBasis<double> basis;
  basis.compute(sample.graph, 2.0);
  for (std::size_t e = 0; e < sample.graph.sender.size(); ++e) {
    const double x = sample.graph.offset[2 * e], y = sample.graph.offset[2 * e + 1];
    const auto expected = sphericalHarmonics<double>({x, y, 0});
    for (std::size_t c = 0; c < kComponents; ++c) EXPECT_DOUBLE_EQ(*basis.harmonic(c, e), expected[c]);
    EXPECT_NEAR(basis.radial(e)[3], besselFunctions(std::hypot(x, y), 2.0)[3], 1e-12);
  }
}

TEST(ClebschGordan, KnownOnesAndSelectionRule) {
  // Two vectors couple to their scalar product and to their vector product.
  const auto scalar = clebschGordan(1, 1, 0), vector = clebschGordan(1, 1, 1);
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) {
      EXPECT_NEAR(std::abs(scalar(a, b, 0u)), a == b ? 1 / std::sqrt(3.0) : 0.0, 1e-14);
      for (std::size_t c = 0; c < 3; ++c)
        EXPECT_NEAR(std::abs(vector(a, b, c)), a != b && b != c && a != c ? 1 / std::sqrt(6.0) : 0.0, 1e-14);
      EXPECT_NEAR(vector(a, b, (3 - a - b) % 3), -vector(b, a, (3 - a - b) % 3), 1e-14);
    }
  EXPECT_THROW(clebschGordan(1, 1, 3), InputError);
}

template <class Number>
void compareProduct(double tolerance) {
  const auto numbers = hashedNumbers(128, 2), weights = hashedNumbers(272, 3);
  ChannelTable<Number> features(kComponents), packed(kTensorPaths * kTileEdges);
  for (std::size_t n = 0; n < numbers.size(); ++n) features[n / 8].data()[n % 8] = static_cast<Number>(numbers[n]);
  for (std::size_t n = 0; n < weights.size(); ++n)
    packed[n / 8 * kTileEdges].data()[n % 8] = static_cast<Number>(weights[n]);
  std::vector<Number> harmonics(kComponents * kTileEdges);
  for (std::size_t c = 0; c < kComponents; ++c)
    harmonics[c * kTileEdges] = static_cast<Number>(reference::se3_harmonics[c]);
  TensorProduct<Number> product(kMaxDegree);
  ASSERT_EQ(product.outputs() * kChannels, reference::se3_product.size());
  ChannelTable<Number> out(product.outputs());
  product.addForward({1, harmonics.data(), kTileEdges, features.data(), packed.data()}, out.data());
  for (std::size_t n = 0; n < reference::se3_product.size(); ++n)
    EXPECT_NEAR(static_cast<double>(out[n / 8].data()[n % 8]), reference::se3_product[n], tolerance) << n;
}

TEST(TensorProduct, EqualsThatOfE3nn) {
  double largest = 0;
  for (const double x : reference::se3_product) largest = std::max(largest, std::abs(x));
  compareProduct<float>(1e-6 * largest);
  compareProduct<double>(1e-13 * largest);
}

/// A tile of edges with numbers at random everywhere.
struct MadeTile {
  std::size_t edges;
  std::vector<double> harmonics = normals(kComponents * kTileEdges, 11);
  ChannelTable<double> features = channelTable(kTileEdges * kComponents, 12);
  ChannelTable<double> weights = channelTable(kTensorPaths * kTileEdges, 13);

  EdgeTile<double> view() const { return {edges, harmonics.data(), kTileEdges, features.data(), weights.data()}; }
};

TEST(TensorProduct, SumsEdgesLikeTheTripleLoop) {
  const MadeTile tile{11};
  for (const int max_in : {0, 3}) {
    TensorProduct<double> product(max_in);
    ChannelTable<double> out(product.outputs());
    product.addForward(tile.view(), out.data());
    for (std::size_t p = 0; p < product.paths().size(); ++p) {
      const auto [in, filter, degree] = product.paths()[p];
      const auto c = clebschGordan(in, filter, degree);
      for (std::size_t m = 0; m < c.extent(2); ++m) {
        double sum = 0;
        for (std::size_t e = 0; e < tile.edges; ++e)
          for (std::size_t a = 0; a < c.extent(0); ++a)
            for (std::size_t b = 0; b < c.extent(1); ++b)
              sum += tile.weights[p * kTileEdges + e].data()[5] * std::sqrt(2.0 * degree + 1) * c(a, b, m) *
                     tile.features[e * kComponents + firstComponent(in) + a].data()[5] *
                     tile.harmonics[(firstComponent(filter) + b) * kTileEdges + e];
        EXPECT_NEAR(out[product.first()[p] + m].data()[5], sum, 1e-12) << in << filter << degree;
      }
    }
  }
}

TEST(TensorProduct, Gradient) {
  MadeTile tile{3};
  tile.features.resize(tile.edges * kComponents);
  TensorProduct<double> product(kMaxDegree);
  auto along = channelTable(product.outputs(), 14);
  const auto loss = [&] {
    ChannelTable<double> out(product.outputs());
    product.addForward(tile.view(), out.data());
    return dot(numbersOf(out), numbersOf(along));
  };
  ChannelTable<double> by_weights(tile.weights.size()), by_features(tile.features.size());
  product.backward(tile.view(), along.data(), by_weights.data(), by_features.data());
  expectDerivatives(numbersOf(tile.features), numbersOf(by_features), loss, 7);
  expectDerivatives(numbersOf(tile.weights), numbersOf(by_weights), loss, 13);
}

Dropout someDropout() {
  return {{3, Purpose::graph_dropout, 2, 1}, 17, 0.3};
}

TEST(RadialNetwork, GradientWithDropout) {
  const auto sample = clusterSample(4, 3, 1.5, 2, 1, 2);
  EdgeBasis<double> basis;
  basis.compute(sample.graph, 2.0);
  const std::size_t edges = sample.graph.sender.size();
  RadialNetwork<double> radial(4, 3);
  auto parameters = normals(radial.parameters(), 15);
  auto along = channelTable(4 * kTileEdges, 16);
  for (std::size_t row = 0; row < along.size(); ++row)
    if (row % kTileEdges >= edges) along[row] = {};
  const auto loss = [&] {
    radial.load(parameters);
    const Channels<double>* weights = radial.forward(basis, 0, edges, someDropout());
    return dot({weights[0].data(), along.size() * kChannels}, numbersOf(along));
  };
  loss();
  for (auto& row : along) std::fill(row.data() + 3, row.data() + kChannels, 0.0);  // as in a layer of three channels
  radial.backward(basis, 0, edges, along.data());
  std::vector<double> gradient(parameters.size());
  radial.addGradient(gradient);
  expectDerivatives(parameters, gradient, loss);
}

TEST(RadialNetwork, DropsTheShareOfUnits) {
  // With W1 and W2 of one number each the weights tell which units of the hidden layer are left.
  const auto sample = clusterSample(30, 3, 2.0, 2, 1, 3);
  EdgeBasis<double> basis;
  basis.compute(sample.graph, 2.0);
  RadialNetwork<double> radial(2, 8);
  std::vector<double> parameters(radial.parameters());
  std::fill_n(parameters.begin(), kRadialHidden, 1.0);
  for (std::size_t k = 0; k < kRadialHidden; ++k) parameters[10 * kRadialHidden + k * 16 + k % 16] = 1;
  radial.load(parameters);
  double left = 0, all = 0;
  for (std::size_t e = 0; e + 8 <= sample.graph.sender.size(); e += 8) {
    const Channels<double>* weights = radial.forward(basis, e, 8, someDropout());
    for (std::size_t k = 0; k < 16; ++k)
      for (std::size_t n = 0; n < 8; ++n) {
        const double whole = silu(basis.radial(e + n)[0] / std::sqrt(10.0)) / 4;
        const double weight = weights[k / 8 * kTileEdges + n].data()[k % 8];
        if (weight != 0) {
          EXPECT_NEAR(weight * 0.7, whole, 1e-5 * std::abs(whole));
        }
        left += weight != 0;
        all += 1;
      }
  }
  EXPECT_NEAR(left / all, 0.7, 4 * std::sqrt(0.21 / all));
}

TEST(BatchNorm, MomentsAndGradient) {
  auto x = channelTable(9 * kComponents, 17), along = channelTable(9 * kComponents, 18);
  for (auto& row : x) row += Channels<double>::all(0.4);
  auto parameters = normals(kNormParameters, 19);
  const auto loss = [&] {
    ChannelTable<double> y;
    normalise<double>(normMoments(x), parameters, x, y);
    return dot(numbersOf(y), numbersOf(along));
  };
  double mean = 0, square = 0, degree_two = 0;
  for (std::size_t i = 0; i < 9; ++i) mean += x[i * kComponents].data()[3] / 9;
  for (std::size_t i = 0; i < 9; ++i) {
    square += std::pow(x[i * kComponents].data()[3] - mean, 2) / 9;
    for (std::size_t m = 4; m < 9; ++m) degree_two += std::pow(x[i * kComponents + m].data()[3], 2) / 45;
  }
  const auto moments = normMoments(x);
  EXPECT_NEAR(moments.mean[3], mean, 1e-14);
  EXPECT_NEAR(moments.variance[3], square, 1e-13);
  EXPECT_NEAR(moments.variance[2 * kChannels + 3], degree_two, 1e-13);
  auto gradient = along;
  std::vector<double> by_parameters(parameters.size());
  normaliseBackward<double>(moments, parameters, x, gradient, by_parameters);
  expectDerivatives(parameters, by_parameters, loss);
  expectDerivatives(numbersOf(x), numbersOf(gradient), loss);
}

TEST(Gate, Gradient) {
  auto x = channelTable(3 * kComponents, 20), along = channelTable(3 * kComponents, 21);
  auto parameters = normals(kGateParameters, 22);
  const auto loss = [&] {
    ChannelTable<double> y;
    gate<double>(parameters, x, y);
    return dot(numbersOf(y), numbersOf(along));
  };
  auto gradient = along;
  std::vector<double> by_parameters(parameters.size());
  gateBackward<double>(parameters, x, gradient, by_parameters);
  expectDerivatives(parameters, by_parameters, loss);
  expectDerivatives(numbersOf(x), numbersOf(gradient), loss);
}

TEST(Se3Decoder, Gradient) {
  const Se3Decoder<double> decoder({"A", "B"}, 3);
  auto features = channelTable(4 * kComponents, 23);
  auto parameters = normals(decoder.parameters(), 24);
  const auto along = normals(12, 25);
  const std::vector<std::int32_t> species{0, 1, 1, 0};
  const auto loss = [&] { return dot(decoder.forward(parameters, species, features), along); };
  std::vector<double> by_parameters(parameters.size());
  ChannelTable<double> by_features;
  decoder.backward(parameters, species, features, along, by_parameters, by_features);
  expectDerivatives(parameters, by_parameters, loss, 3);
  expectDerivatives(numbersOf(features), numbersOf(by_features), loss);
}

void compareConvolution(const ConvolutionShape& shape, std::size_t particles, double side, std::size_t every) {
  const auto sample = clusterSample(particles, 3, side, 2, 1, 4);
  EdgeBasis<double> basis;
  basis.compute(sample.graph, 2.0);
  auto features = channelTable(particles * kComponents, 26), along = channelTable(particles * kComponents, 27);
  Convolution<double> convolution(shape);
  auto parameters = normals(convolution.parameters(), 28);
  const Dropout dropout = someDropout();
  const ConvolutionInput<double> input{sample.graph, basis, dropout, features};
  ChannelTable<double> sums, out;
  const auto loss = [&] {
    convolution.load(parameters);
    convolution.forward(input, sums, out);
    return dot(numbersOf(out), numbersOf(along));
  };
  if (shape.channels < kChannels)
    for (auto& row : features) std::fill(row.data() + shape.channels, row.data() + kChannels, 0.0);
  loss();
  std::vector<double> by_parameters(parameters.size());
  ChannelTable<double> by_features;
  convolution.backward(input, sums, along, &by_features);
  convolution.addGradient(by_parameters);
  expectDerivatives(parameters, by_parameters, loss, every);
  if (shape.channels == kChannels) expectDerivatives(numbersOf(features), numbersOf(by_features), loss, every);
}

TEST(Convolution, Gradient) {
  compareConvolution({kMaxDegree, kChannels}, 5, 2.0, 11);
  compareConvolution({0, 3}, 5, 2.0, 1);
  compareConvolution({kMaxDegree, kChannels}, 70, 1.0, 997);  // more neighbours than a tile holds
}

}  // namespace
}  // namespace glassforge::ml::nn
