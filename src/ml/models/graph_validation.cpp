#include "ml/models/graph_validation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ml/linalg/moments.hpp"

namespace glassforge::ml {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Those at the places given.
std::vector<double> chosen(std::span<const double> values, const std::vector<std::size_t>& places) {
  std::vector<double> some;
  for (const std::size_t i : places) some.push_back(values[i]);
  return some;
}

std::vector<std::size_t> nodesOf(const GraphSample& sample, int species) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < sample.species.size(); ++i)
    if (sample.species[i] == species) places.push_back(i);
  return places;
}

bool hasTarget(const GraphSample& sample, std::size_t edge) {
  return !std::isnan(sample.edge_targets(0, edge));
}

std::vector<std::size_t> scoredEdges(const GraphSample& sample, const std::vector<int>& scored) {
  const auto counts = [&](std::int32_t node) {
    return std::ranges::find(scored, sample.species[static_cast<std::size_t>(node)]) != scored.end();
  };
  std::vector<std::size_t> places;
  for (std::size_t e = 0; e < sample.graph.sender.size(); ++e) {
    if (sample.graph.squaredLength(e) < scored_edge_length * scored_edge_length && counts(sample.graph.sender[e]) &&
        counts(sample.graph.receiver[e]) && hasTarget(sample, e))
      places.push_back(e);
  }
  return places;
}

/// Over the edges that have targets, and how many numbers these are.
std::pair<double, double> squaredError(const Array<double>& p, const Array<double>& y) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (std::isnan(y.data()[i])) continue;
    sum += (p.data()[i] - y.data()[i]) * (p.data()[i] - y.data()[i]);
    ++count;
  }
  return {sum, count};
}

/// Moments of every row and species, then of the scored edges of every row, then the squared error over all edges and
/// their number.
std::vector<double> blockOf(const GraphPrediction& prediction, const GraphSample& sample,
                            const std::vector<int>& scored) {
  std::vector<double> block;
  const auto add = [&](const Array<double>& p, const Array<double>& y, const std::vector<std::size_t>& places) {
    for (std::size_t k = 0; k < y.extent(0); ++k)
      Moments::of(chosen(p.row(k), places), chosen(y.row(k), places)).pack(block);
  };
  for (const int species : scored) add(prediction.nodes, sample.node_targets, nodesOf(sample, species));
  if (sample.edge_targets.empty()) return block;
  add(prediction.edges, sample.edge_targets, scoredEdges(sample, scored));
  const auto [error, count] = squaredError(prediction.edges, sample.edge_targets);
  block.insert(block.end(), {error, count});
  return block;
}

/// A mean over what is finite; NaN where nothing is.
class FiniteMean {
 public:
  void add(double value) {
    if (!std::isfinite(value)) return;
    sum_ += value;
    ++count_;
  }
  double mean() const { return count_ > 0 ? sum_ / count_ : not_a_number; }

 private:
  double sum_ = 0, count_ = 0;
};

/// The k-th moments of every structure.
std::vector<Moments> momentsAt(const std::vector<std::vector<double>>& blocks, std::size_t k) {
  std::vector<Moments> moments;
  for (const auto& block : blocks)
    moments.push_back(Moments::unpack(std::span(block).subspan(k * Moments::packed_size, Moments::packed_size)));
  return moments;
}

double meanOverStructures(const std::vector<Moments>& structures) {
  FiniteMean mean;
  for (const Moments& m : structures) mean.add(m.pearson());
  return mean.mean();
}

double lossOf(double nodes, double edges, const LossWeights& weights) {
  return (weights.node > 0 ? weights.node * nodes : 0.0) + (weights.edge > 0 ? weights.edge * edges : 0.0);
}

}  // namespace

GraphScores scoreGraphs(GraphNetwork<float>& network, std::span<const float> parameters,
                        std::span<const float> statistics, GraphData& data, const std::vector<std::int64_t>& structures,
                        const GraphValidation& how, Reducer& reducer) {
  GraphScores scores{not_a_number, not_a_number, not_a_number, not_a_number};
  if (structures.empty()) return scores;
  const auto blocks = reducer.gather(structures, [&](std::int64_t structure) {
    const auto sample = data.sample(structure);
    return blockOf(network.predict(parameters, statistics, *sample), *sample, how.scored);
  });
  const std::size_t of_nodes = how.scored.size() * data.targets().size();
  const std::size_t of_edges = (blocks.front().size() - of_nodes * Moments::packed_size) / Moments::packed_size;
  FiniteMean each, pooled, edges;
  double node_error = 0, rows = 0, edge_error = 0, all_edges = 0;
  for (std::size_t k = 0; k < of_nodes; ++k) {
    const auto structure = momentsAt(blocks, k);
    each.add(meanOverStructures(structure));
    Moments all;
    for (const Moments& m : structure) all = Moments::merge(all, m);
    pooled.add(all.pearson());
    if (std::isfinite(all.squared_error)) node_error += all.squared_error;
    if (std::isfinite(all.squared_error)) rows += all.rows;
  }
  for (std::size_t k = 0; k < of_edges; ++k) edges.add(meanOverStructures(momentsAt(blocks, of_nodes + k)));
  for (const auto& block : blocks) {
    if (of_edges == 0) continue;
    edge_error += block[block.size() - 2];
    all_edges += block.back();
  }
  scores.loss = lossOf(node_error / rows, all_edges > 0 ? edge_error / all_edges : not_a_number, how.weights);
  scores.pearson = each.mean();
  scores.pearson_pooled = pooled.mean();
  scores.pearson_edges = edges.mean();
  return scores;
}

}  // namespace glassforge::ml
