// BOTAN and Bapst's network: against torch, against finite differences, and what permutations do to them.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "ml/models/botan.hpp"
#include "ml/nn/adam.hpp"
#include "unit/ml/reference/bapst_torch.hpp"
#include "unit/ml/reference/botan_torch.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

/// u(k) of make_graph_networks.py.
double reference(std::uint32_t k) {
  std::uint32_t h = (k + 1u) * 2654435761u;
  h ^= h >> 15;
  h *= 2246822519u;
  h ^= h >> 13;
  return static_cast<double>(h) / 4294967296.0 - 0.5;
}

GraphSample sampleOf(const std::vector<double>& box, const std::vector<double>& positions,
                     const std::vector<double>& species, nn::SelfLoops loops) {
  GraphSample sample;
  sample.species.assign(species.begin(), species.end());
  const NeighbourSpace space{static_cast<int>(box.size()), box, positions, sample.species, 2};
  sample.graph = nn::makeGraph(space, 2.0, loops);
  const std::size_t nodes = species.size(), edges = sample.graph.sender.size();
  sample.node_targets = Array<double>({1, nodes});
  for (std::size_t i = 0; i < nodes; ++i) sample.node_targets(0, i) = 0.5 + reference(static_cast<std::uint32_t>(i));
  sample.edge_targets = Array<double>({1, edges});
  for (std::size_t e = 0; e < edges; ++e) {
    const auto i = static_cast<std::uint32_t>(sample.graph.sender[e]);
    const auto j = static_cast<std::uint32_t>(sample.graph.receiver[e]);
    sample.edge_targets(0, e) = reference(1000 + i * j + i + j);
  }
  return sample;
}

GraphNetworkRequest requestOf(int dimension) {
  GraphNetworkRequest request;
  request.species_names = {"A", "B"};
  request.dimension = dimension;
  return request;
}

/// Where the arrays stand in the order of make_graph_networks.py, which is torch's: place[k] of entry k of ours.
std::vector<std::size_t> torchPlaces(const std::vector<ParameterArray>& layout) {
  std::map<std::string, std::size_t> sizes, starts;
  for (const auto& array : layout)
    sizes[array.name] = std::accumulate(array.shape.begin(), array.shape.end(), std::size_t{1}, std::multiplies<>());
  std::size_t at = 0;
  for (const std::string part :
       {"node_encoder", "edge_encoder", "decoder", "network.edge_model.mlp", "network.node_model.mlp"})
    for (const std::string layer : {".fc1", ".fc2", ".fc3"})
      for (const std::string kind : {".weight", ".bias"}) {
        if (!sizes.contains(part + layer + kind)) continue;
        starts[part + layer + kind] = at;
        at += sizes.at(part + layer + kind);
      }
  std::vector<std::size_t> places;
  for (const auto& array : layout)
    for (std::size_t k = 0; k < sizes.at(array.name); ++k) places.push_back(starts.at(array.name) + k);
  return places;
}

/// The weights of make_graph_networks.py in our order; `received`: first column of the received edges.
template <class Number>
std::vector<Number> referenceWeights(const std::vector<ParameterArray>& layout, std::size_t received) {
  const auto places = torchPlaces(layout);
  std::vector<Number> weights;
  std::size_t inputs = 1;
  for (const auto& array : layout) {
    if (array.shape.size() == 2) inputs = array.shape[1];
    const std::size_t count = array.shape[0] * (array.shape.size() == 2 ? inputs : 1);
    for (std::size_t k = 0; k < count; ++k) {
      double w =
          4 * reference(static_cast<std::uint32_t>(places[weights.size()])) / std::sqrt(static_cast<double>(inputs));
      const bool received_column = k % inputs >= received && k % inputs < received + 64;
      if (array.name == "network.node_model.mlp.fc1.weight" && received_column) w /= 8;
      weights.push_back(static_cast<Number>(w));
    }
  }
  return weights;
}

/// Every 997th entry in torch's order.
template <class Number>
std::vector<double> inTorchOrder(const std::vector<Number>& values, const std::vector<ParameterArray>& layout) {
  const auto places = torchPlaces(layout);
  std::vector<double> ordered(values.size());
  for (std::size_t k = 0; k < values.size(); ++k) ordered[places[k]] = static_cast<double>(values[k]);
  std::vector<double> some;
  for (std::size_t k = 0; k < ordered.size(); k += 997) some.push_back(ordered[k]);
  return some;
}

void expectClose(const std::vector<double>& mine, const std::vector<double>& theirs, double tolerance) {
  ASSERT_EQ(mine.size(), theirs.size());
  double largest = 0;
  for (const double v : theirs) largest = std::max(largest, std::abs(v));
  for (std::size_t k = 0; k < mine.size(); ++k) EXPECT_NEAR(mine[k], theirs[k], tolerance * largest) << k;
}

struct Reference {
  std::vector<double> nodes, edges, loss, norm, gradient, one_step, three_steps;
};

/// Forward, loss, gradient and three steps of Adam.
template <class Number>
void compareWithTorch(const MessageNetworkOptions& options, const GraphSample& sample, const LossWeights& weights,
                      std::size_t received, const Reference& torch, double tolerance) {
  MessageNetworkOptions fixed = options;
  fixed.augmentation = Augmentation::none;
  MessageNetwork<Number> network(fixed);
  auto parameters = referenceWeights<Number>(network.layout(), received);
  const auto prediction = network.predict(parameters, {}, sample);
  expectClose(prediction.nodes.values(), torch.nodes, tolerance);
  if (!torch.edges.empty()) expectClose(prediction.edges.values(), torch.edges, tolerance);
  nn::Adam<Number> optimiser(parameters.size(), {1e-4, 0.9, 0.999, 1e-8, true});
  for (std::size_t step = 0; step < 3; ++step) {
    std::vector<Number> gradient(parameters.size());
    const double loss = network.addGradient(parameters, sample, {}, weights, gradient, {});
    EXPECT_NEAR(loss, torch.loss[step], tolerance * torch.loss[step]);
    if (step == 0) expectClose(inTorchOrder(gradient, network.layout()), torch.gradient, tolerance);
    const double norm = nn::clipNorm(std::span<Number>(gradient), 1.0);
    if (step == 0) {
      EXPECT_NEAR(norm, torch.norm[0], tolerance * torch.norm[0]);
    }
    optimiser.step(parameters, gradient);
    if (step == 0) expectClose(inTorchOrder(parameters, network.layout()), torch.one_step, tolerance);
  }
  expectClose(inTorchOrder(parameters, network.layout()), torch.three_steps, tolerance);
}

constexpr double kDouble = 1e-9, kSingle = 1e-5;

TEST(Botan, EqualsTorchIn3D) {
  using namespace reference;
  const auto sample = sampleOf(botan3d_box, botan3d_positions, botan3d_species, nn::SelfLoops::no);
  EXPECT_EQ(std::vector<double>(sample.graph.sender.begin(), sample.graph.sender.end()), botan3d_sender);
  const Reference in_double{botan3d_double_nodes,         botan3d_double_edges,    botan3d_double_loss,
                            botan3d_double_gradient_norm, botan3d_double_gradient, botan3d_double_after_one_step,
                            botan3d_double_after_3_steps};
  const Reference in_single{botan3d_single_nodes,         botan3d_single_edges,    botan3d_single_loss,
                            botan3d_single_gradient_norm, botan3d_single_gradient, botan3d_single_after_one_step,
                            botan3d_single_after_3_steps};
  compareWithTorch<double>(botanOptions(requestOf(3)), sample, {0.4, 0.6}, 128, in_double, kDouble);
  compareWithTorch<float>(botanOptions(requestOf(3)), sample, {0.4, 0.6}, 128, in_single, kSingle);
}

TEST(Botan, EqualsTorchIn2D) {
  using namespace reference;
  const auto sample = sampleOf(botan2d_box, botan2d_positions, botan2d_species, nn::SelfLoops::no);
  const Reference in_double{botan2d_double_nodes,         botan2d_double_edges,    botan2d_double_loss,
                            botan2d_double_gradient_norm, botan2d_double_gradient, botan2d_double_after_one_step,
                            botan2d_double_after_3_steps};
  const Reference in_single{botan2d_single_nodes,         botan2d_single_edges,    botan2d_single_loss,
                            botan2d_single_gradient_norm, botan2d_single_gradient, botan2d_single_after_one_step,
                            botan2d_single_after_3_steps};
  MessageNetworkOptions options = botanOptions(requestOf(2));
  EXPECT_EQ(options.order.rounds, 8);  // published; the reference has 7
  options.order.rounds = 7;
  compareWithTorch<double>(options, sample, {0.4, 0.6}, 128, in_double, kDouble);
  compareWithTorch<float>(options, sample, {0.4, 0.6}, 128, in_single, kSingle);
}

TEST(Bapst, EqualsTorchIn3D) {
  using namespace reference;
  const auto sample = sampleOf(bapst3d_box, bapst3d_positions, bapst3d_species, nn::SelfLoops::yes);
  EXPECT_EQ(static_cast<double>(sample.graph.edges()), bapst3d_edges[0]);
  const Reference in_double{bapst3d_double_nodes,        {},
                            bapst3d_double_loss,         bapst3d_double_gradient_norm,
                            bapst3d_double_gradient,     bapst3d_double_after_one_step,
                            bapst3d_double_after_3_steps};
  const Reference in_single{bapst3d_single_nodes,        {},
                            bapst3d_single_loss,         bapst3d_single_gradient_norm,
                            bapst3d_single_gradient,     bapst3d_single_after_one_step,
                            bapst3d_single_after_3_steps};
  compareWithTorch<double>(bapstOptions(requestOf(3)), sample, {1, 0}, 0, in_double, kDouble);
  compareWithTorch<float>(bapstOptions(requestOf(3)), sample, {1, 0}, 0, in_single, kSingle);
}

TEST(Botan, HasThePublishedNumberOfParameters) {
  EXPECT_EQ(numbersIn(MessageNetwork<float>(botanOptions(requestOf(3))).layout()), 54209u);
}

GraphSample smallSample(nn::SelfLoops loops) {
  using namespace reference;
  return sampleOf(botan3d_box, botan3d_positions, botan3d_species, loops);
}

/// Every 1499th parameter by itself.
void compareWithDifferences(const MessageNetworkOptions& options, const LossWeights& weights,
                            const GraphSample& sample) {
  MessageNetwork<double> network(options);
  const std::size_t count = numbersIn(network.layout());
  std::vector<double> parameters(count), gradient(count), unused(count);
  network.initialise({7, Purpose::network_weights, 0, 0}, parameters, {});
  const PassKey key{11, 0, 5};
  network.addGradient(parameters, sample, key, weights, gradient, {});
  double norm = 0;
  for (const double g : gradient) norm += g * g;
  norm = std::sqrt(norm);
  ASSERT_GT(norm, 1e-3);
  for (std::size_t k = 0; k < count; k += 1499) {
    const double kept = parameters[k], step = 1e-6;
    parameters[k] = kept + step;
    const double above = network.addGradient(parameters, sample, key, weights, unused, {});
    parameters[k] = kept - step;
    const double below = network.addGradient(parameters, sample, key, weights, unused, {});
    parameters[k] = kept;
    EXPECT_NEAR(gradient[k], (above - below) / (2 * step), 1e-6 * norm) << k;
  }
}

TEST(Botan, GradientEqualsFiniteDifferences) {
  for (const LossWeights weights : {LossWeights{0.4, 0.6}, LossWeights{1, 0}, LossWeights{0, 1}})
    compareWithDifferences(botanOptions(requestOf(3)), weights, smallSample(nn::SelfLoops::no));
}

TEST(Botan, GradientEqualsFiniteDifferencesUnderRotations) {
  auto options = botanOptions(requestOf(3));
  options.augmentation = Augmentation::rotations;
  compareWithDifferences(options, {0.4, 0.6}, smallSample(nn::SelfLoops::no));
}

/// Every third edge has no target.
GraphSample sampleWithGaps() {
  auto sample = smallSample(nn::SelfLoops::no);
  for (std::size_t e = 0; e < sample.edge_targets.size(); e += 3)
    sample.edge_targets(0, e) = std::numeric_limits<double>::quiet_NaN();
  return sample;
}

TEST(Botan, LearnsTheEdgesThatHaveTargets) {
  compareWithDifferences(botanOptions(requestOf(3)), {0.4, 0.6}, sampleWithGaps());
  auto options = botanOptions(requestOf(3));
  options.augmentation = Augmentation::none;
  MessageNetwork<double> network(options);
  const auto parameters = referenceWeights<double>(network.layout(), 128);
  const auto sample = sampleWithGaps();
  const auto predicted = network.predict(parameters, {}, sample).edges;
  double sum = 0, count = 0;
  for (std::size_t e = 0; e < predicted.size(); ++e) {
    const double off = predicted(0, e) - sample.edge_targets(0, e);
    if (std::isnan(off)) continue;
    sum += off * off;
    ++count;
  }
  std::vector<double> gradient(parameters.size());
  EXPECT_NEAR(network.addGradient(parameters, sample, {}, {0, 1}, gradient, {}), sum / count, 1e-12);
}

/// Turned offsets and turned space are the same: rotations in training are rotations of the structure.
TEST(Botan, RotationsTurnTheOffsets) {
  auto options = botanOptions(requestOf(3));
  options.augmentation = Augmentation::rotations;
  MessageNetwork<double> rotating(options);
  options.augmentation = Augmentation::none;
  MessageNetwork<double> fixed(options);
  const auto parameters = referenceWeights<double>(fixed.layout(), 128);
  const auto sample = smallSample(nn::SelfLoops::no);
  const PassKey key{11, 0, 5};
  const Turn turn = drawTurn(Augmentation::rotations, key, 3);
  auto turned = sample;
  for (std::size_t e = 0; e < sample.graph.sender.size(); ++e)
    for (std::size_t d = 0; d < 3; ++d) {
      double x = 0;
      for (std::size_t k = 0; k < 3; ++k) x += turn[d][k] * sample.graph.offset[3 * e + k];
      turned.graph.offset[3 * e + d] = x;
    }
  std::vector<double> gradient(parameters.size());
  const double loss = rotating.addGradient(parameters, sample, key, {0.4, 0.6}, gradient, {});
  EXPECT_NEAR(loss, fixed.addGradient(parameters, turned, key, {0.4, 0.6}, gradient, {}), 1e-12);
  EXPECT_GT(std::abs(loss - fixed.addGradient(parameters, sample, key, {0.4, 0.6}, gradient, {})), 1e-9);
}

TEST(Bapst, GradientEqualsFiniteDifferences) {
  compareWithDifferences(bapstOptions(requestOf(3)), {1, 0}, smallSample(nn::SelfLoops::yes));
}

TEST(Botan, PermutingParticlesPermutesTheOutput) {
  using namespace reference;
  std::vector<std::size_t> order(botan3d_species.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t k = order.size(); k-- > 1;) std::swap(order[k], order[(k * 7919) % (k + 1)]);
  std::vector<double> positions, species;
  for (const std::size_t i : order) {
    positions.insert(positions.end(), botan3d_positions.begin() + static_cast<std::ptrdiff_t>(3 * i),
                     botan3d_positions.begin() + static_cast<std::ptrdiff_t>(3 * i + 3));
    species.push_back(botan3d_species[i]);
  }
  MessageNetwork<double> network(botanOptions(requestOf(3)));
  const auto parameters = referenceWeights<double>(network.layout(), 128);
  const auto before = network.predict(parameters, {}, smallSample(nn::SelfLoops::no)).nodes;
  const auto after =
      network.predict(parameters, {}, sampleOf(botan3d_box, positions, species, nn::SelfLoops::no)).nodes;
  for (std::size_t k = 0; k < order.size(); ++k) EXPECT_NEAR(after(0, k), before(0, order[k]), 1e-10);
}

/// Offsets enter by the edge encoder alone: permuted axes are permuted columns of its kernel.
TEST(Botan, PermutedAxesArePermutedColumns) {
  auto sample = smallSample(nn::SelfLoops::no);
  MessageNetwork<double> network(botanOptions(requestOf(3)));
  auto parameters = referenceWeights<double>(network.layout(), 128);
  const auto before = network.predict(parameters, {}, sample);
  for (std::size_t e = 0; e < sample.graph.sender.size(); ++e) {
    double* r = sample.graph.offset.data() + 3 * e;
    std::rotate(r, r + 1, r + 3);
    r[0] = -r[0];
  }
  const std::size_t kernel = 64 * 1 + 64 + 64 * 64 + 64;  // after the node encoder
  for (std::size_t o = 0; o < 64; ++o) {
    double* w = parameters.data() + kernel + 3 * o;
    std::rotate(w, w + 1, w + 3);
    w[0] = -w[0];
  }
  const auto after = network.predict(parameters, {}, sample);
  expectClose(after.nodes.values(), before.nodes.values(), 1e-12);
  expectClose(after.edges.values(), before.edges.values(), 1e-12);
}

/// Losses of passes are among those of torch with all permutations and signs of the axes, and most of these are met
/// soon (that all are, AxesChangeFromPassToPassAndTakeAllForms shows).
void expectLossesOfTurnedAxes(int dimension, const GraphSample& sample, const std::vector<double>& torch) {
  MessageNetworkOptions options = botanOptions(requestOf(dimension));
  options.order.rounds = 7;
  MessageNetwork<double> network(options);
  const auto parameters = referenceWeights<double>(network.layout(), 128);
  std::vector<double> gradient(parameters.size());
  std::vector<int> met(torch.size(), 0);
  for (std::uint64_t pass = 0; pass < 50; ++pass) {
    const double loss = network.addGradient(parameters, sample, {5, 0, pass}, {0.4, 0.6}, gradient, {});
    const auto near = std::lower_bound(torch.begin(), torch.end(), loss - 1e-9);
    ASSERT_TRUE(near != torch.end() && *near < loss + 1e-9) << loss;
    ++met[static_cast<std::size_t>(near - torch.begin())];
  }
  EXPECT_LT(std::count(met.begin(), met.end(), 0), static_cast<std::ptrdiff_t>(torch.size() / 2));
}

TEST(Botan, ChangesAxesAsTorchWould) {
  using namespace reference;
  ASSERT_EQ(botan3d_turned_losses.size(), 48u);
  ASSERT_EQ(botan2d_turned_losses.size(), 8u);
  expectLossesOfTurnedAxes(3, sampleOf(botan3d_box, botan3d_positions, botan3d_species, nn::SelfLoops::no),
                           botan3d_turned_losses);
  expectLossesOfTurnedAxes(2, sampleOf(botan2d_box, botan2d_positions, botan2d_species, nn::SelfLoops::no),
                           botan2d_turned_losses);
}

TEST(Botan, AxesChangeFromPassToPassAndTakeAllForms) {
  const auto sample = smallSample(nn::SelfLoops::no);
  MessageNetwork<double> network(botanOptions(requestOf(3)));
  const auto parameters = referenceWeights<double>(network.layout(), 128);
  std::vector<double> gradient(parameters.size());
  std::map<long long, int> losses;
  for (std::uint64_t pass = 0; pass < 350; ++pass)
    ++losses[std::llround(1e9 * network.addGradient(parameters, sample, {3, 0, pass}, {1, 0}, gradient, {}))];
  EXPECT_EQ(losses.size(), 48u);
  const double again = network.addGradient(parameters, sample, {3, 0, 17}, {1, 0}, gradient, {});
  EXPECT_EQ(again, network.addGradient(parameters, sample, {3, 0, 17}, {1, 0}, gradient, {}));
}

}  // namespace
}  // namespace glassforge::ml
