/// Small graphs and finite differences for the tests of the SE(3) network.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "ml/models/graph_network.hpp"
#include "ml/nn/channels.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml::testing {

template <class Number = double>
std::vector<Number> normals(std::size_t count, std::uint64_t seed) {
  Draws draw(seed);
  std::vector<Number> x;
  for (std::size_t i = 0; i < count; ++i) x.push_back(static_cast<Number>(draw.normal()));
  return x;
}

/// (rows) of eight channels.
inline nn::ChannelTable<double> channelTable(std::size_t rows, std::uint64_t seed) {
  const auto values = normals(rows * nn::kChannels, seed);
  nn::ChannelTable<double> table(rows);
  for (std::size_t n = 0; n < values.size(); ++n) table[n / nn::kChannels].data()[n % nn::kChannels] = values[n];
  return table;
}

inline std::span<double> numbersOf(nn::ChannelTable<double>& table) {
  return {table[0].data(), table.size() * nn::kChannels};
}

inline double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t n = 0; n < a.size(); ++n) sum += a[n] * b[n];
  return sum;
}

/// Every `every`-th derivative by central differences, to 1e-6 of the largest.
inline void expectDerivatives(std::span<double> x, std::span<const double> gradient,
                              const std::function<double()>& loss, std::size_t every = 1) {
  double largest = 0;
  for (const double g : gradient) largest = std::max(largest, std::abs(g));
  ASSERT_GT(largest, 0);
  for (std::size_t i = 0; i < x.size(); i += every) {
    const double kept = x[i], step = 1e-5;
    x[i] = kept + step;
    const double above = loss();
    x[i] = kept - step;
    const double below = loss();
    x[i] = kept;
    EXPECT_NEAR(gradient[i], (above - below) / (2 * step), 1e-6 * largest) << i;
  }
}

/// All pairs within the cutoff, no box.
inline nn::Graph clusterGraph(const std::vector<double>& positions, int dimension, double cutoff) {
  nn::Graph graph;
  const auto axes = static_cast<std::size_t>(dimension), nodes = positions.size() / axes;
  graph.nodes = static_cast<std::int64_t>(nodes);
  graph.dimension = dimension;
  graph.begin.push_back(0);
  for (std::size_t i = 0; i < nodes; ++i) {
    for (std::size_t j = 0; j < nodes; ++j) {
      std::vector<double> offset;
      for (std::size_t d = 0; d < axes; ++d) offset.push_back(positions[i * axes + d] - positions[j * axes + d]);
      if (i == j || dot(offset, offset) >= cutoff * cutoff) continue;
      graph.sender.push_back(static_cast<std::int32_t>(j));
      graph.receiver.push_back(static_cast<std::int32_t>(i));
      graph.offset.insert(graph.offset.end(), offset.begin(), offset.end());
    }
    graph.begin.push_back(graph.edges());
  }
  for (std::size_t e = 0; e < graph.sender.size(); ++e)
    for (std::size_t f = 0; f < graph.sender.size(); ++f)
      if (graph.sender[f] == graph.receiver[e] && graph.receiver[f] == graph.sender[e])
        graph.reverse.push_back(static_cast<std::int32_t>(f));
  return graph;
}

/// Particles at random in a cube of the given side, species in turn, with energies and targets.
inline GraphSample clusterSample(std::size_t particles, int dimension, double side, std::size_t species,
                                 std::size_t targets, std::uint64_t seed) {
  Draws draw(seed);
  std::vector<double> positions;
  for (std::size_t n = 0; n < particles * static_cast<std::size_t>(dimension); ++n)
    positions.push_back(side * draw.uniform());
  GraphSample sample;
  sample.graph = clusterGraph(positions, dimension, 2.0);
  for (std::size_t i = 0; i < particles; ++i) sample.species.push_back(static_cast<std::int32_t>(i % species));
  sample.features = Array<double>({particles, 1}, normals(particles, seed + 1));
  sample.node_targets = Array<double>({targets, particles}, normals(targets * particles, seed + 2));
  return sample;
}

inline std::size_t countOf(const std::vector<ParameterArray>& arrays) {
  std::size_t count = 0;
  for (const auto& array : arrays) count += Array<char>::count(array.shape);
  return count;
}

}  // namespace glassforge::ml::testing
