#include "ml/models/message_network.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.hpp"

namespace glassforge::ml {

namespace {

template <class Number>
void setOffsets(const nn::Graph& graph, const Turn& turn, std::vector<Number>& offsets) {
  const auto axes = static_cast<std::size_t>(graph.dimension);
  offsets.resize(graph.offset.size());
  for (std::size_t e = 0; e < graph.sender.size(); ++e) {
    const double* offset = graph.offset.data() + e * axes;
    for (std::size_t d = 0; d < axes; ++d)
      offsets[e * axes + d] = static_cast<Number>(std::inner_product(offset, offset + axes, turn[d].begin(), 0.0));
  }
}

struct PairName {
  const char* name;
  std::size_t inputs;
};

void addLayer(std::vector<ParameterArray>& list, const std::string& name, std::size_t outputs, std::size_t inputs) {
  list.push_back({name + ".weight", {outputs, inputs}});
  list.push_back({name + ".bias", {outputs}});
}

}  // namespace

template <class Number>
MessageNetwork<Number>::MessageNetwork(const MessageNetworkOptions& options)
    : options_(options), messages_(options.order, options.dimension) {}

template <class Number>
std::vector<ParameterArray> MessageNetwork<Number>::layout() const {
  const auto width = static_cast<std::size_t>(nn::kWidth);
  const std::array<PairName, 5> pairs{{{"node_encoder", 1},
                                       {"edge_encoder", static_cast<std::size_t>(options_.dimension)},
                                       {"network.edge_model.mlp", options_.order.edgeParts() * width},
                                       {"network.node_model.mlp", 3 * width},
                                       {"decoder", width}}};
  std::vector<ParameterArray> list;
  for (const PairName& pair : pairs) {
    addLayer(list, std::string(pair.name) + ".fc1", width, pair.inputs);
    addLayer(list, std::string(pair.name) + ".fc2", width, width);
  }
  addLayer(list, "decoder.fc3", 1, width);
  return list;
}

template <class Number>
void MessageNetwork<Number>::initialise(const StreamKey& key, std::span<Number> parameters, std::span<Number>) const {
  const RandomStream stream(key);
  std::size_t at = 0, inputs = 1;
  std::uint64_t array = 0;
  for (const ParameterArray& a : layout()) {
    const bool kernel = a.shape.size() == 2;
    if (kernel) inputs = a.shape[1];
    const double limit = 1 / std::sqrt(static_cast<double>(inputs));
    // Of a normal distribution cut off at two deviations 0.87962566103423978 of the deviation is left.
    const auto normal = [&](std::uint32_t k) {
      for (std::uint32_t attempt = 0;; ++attempt) {
        const double x = stream.normals(array + (static_cast<std::uint64_t>(attempt) << 32), k)[0];
        if (std::abs(x) <= 2) return limit / 0.87962566103423978 * x;
      }
    };
    const std::size_t count = a.shape[0] * (kernel ? inputs : 1);
    for (std::size_t k = 0; k < count; ++k) {
      const auto index = static_cast<std::uint32_t>(k);
      const double value = options_.first == FirstWeights::uniform ? limit * (2 * stream.uniforms(array, index)[0] - 1)
                           : kernel                                ? normal(index)
                                                                   : 0.1;
      parameters[at + k] = static_cast<Number>(value);
    }
    at += count;
    ++array;
  }
}

template <class Number>
void MessageNetwork<Number>::take(std::span<const Number> parameters) {
  require(parameters.size() == messages_.parameters() + decoder_.parameters(),
          "a network of {} parameters was given {}", messages_.parameters() + decoder_.parameters(), parameters.size());
  messages_.take(parameters.first(messages_.parameters()));
  decoder_.take(parameters.subspan(messages_.parameters()));
}

template <class Number>
void MessageNetwork<Number>::setNodes(const GraphSample& sample) {
  node_input_.assign(sample.species.begin(), sample.species.end());
}

template <class Number>
double MessageNetwork<Number>::addGradient(std::span<const Number> parameters, const GraphSample& sample,
                                           const PassKey& key, const LossWeights& weights, std::span<Number> gradient,
                                           std::span<Number>) {
  take(parameters);
  setNodes(sample);
  setOffsets(sample.graph, drawTurn(options_.augmentation, key, options_.dimension), offsets_);
  messages_.forward(sample.graph, node_input_.data(), offsets_.data());
  double loss = 0;
  if (weights.node > 0) loss += learnNodes(sample, weights.node);
  if (weights.edge > 0) loss += learnEdges(sample, weights.edge);
  messages_.backward();
  messages_.addGradient(gradient.first(messages_.parameters()));
  decoder_.addGradient(gradient.subspan(messages_.parameters()));
  return loss;
}

template <class Number>
double MessageNetwork<Number>::learnNodes(const GraphSample& sample, double weight) {
  const std::size_t nodes = sample.species.size();
  require(
      sample.node_targets.rank() == 2 && sample.node_targets.extent(0) == 1 && sample.node_targets.extent(1) == nodes,
      "structure {}: this network learns one number for each of {} particles", sample.structure, nodes);
  value_.resize(nodes);
  slope_.assign(nodes, Number{0});
  decoder_.forward(sample.graph.nodes, messages_.nodes(), value_.data());
  double count = 0, sum = 0;
  for (const std::int32_t b : sample.species) count += options_.learns[static_cast<std::size_t>(b)] ? 1 : 0;
  for (std::size_t i = 0; i < nodes; ++i) {
    if (!options_.learns[static_cast<std::size_t>(sample.species[i])]) continue;
    const double off = static_cast<double>(value_[i]) - sample.node_targets(0, i);
    sum += off * off;
    slope_[i] = static_cast<Number>(2 * weight / count * off);
  }
  if (count == 0) return 0;
  decoder_.backward(sample.graph.nodes, messages_.nodes(), slope_.data(), messages_.nodeGradient());
  return weight * sum / count;
}

template <class Number>
double MessageNetwork<Number>::learnEdges(const GraphSample& sample, double weight) {
  const std::size_t edges = sample.graph.sender.size();
  require(
      sample.edge_targets.rank() == 2 && sample.edge_targets.extent(0) == 1 && sample.edge_targets.extent(1) == edges,
      "structure {}: there is no change of distance for each of {} edges to learn", sample.structure, edges);
  value_.resize(edges);
  slope_.resize(edges);
  decoder_.forward(sample.graph.edges(), messages_.edges(), value_.data());
  const auto targets = sample.edge_targets.row(0);
  const auto learnt =
      edges - static_cast<std::size_t>(std::ranges::count_if(targets, [](double y) { return std::isnan(y); }));
  if (learnt == 0) return 0;
  double sum = 0;
  for (std::size_t e = 0; e < edges; ++e) {
    const double off = std::isnan(targets[e]) ? 0 : static_cast<double>(value_[e]) - targets[e];
    sum += off * off;
    slope_[e] = static_cast<Number>(2 * weight / static_cast<double>(learnt) * off);
  }
  decoder_.backward(sample.graph.edges(), messages_.edges(), slope_.data(), messages_.edgeGradient());
  return weight * sum / static_cast<double>(learnt);
}

template <class Number>
GraphPrediction MessageNetwork<Number>::predict(std::span<const Number> parameters, std::span<const Number>,
                                                const GraphSample& sample) {
  take(parameters);
  setNodes(sample);
  setOffsets(sample.graph, unturned, offsets_);
  messages_.forward(sample.graph, node_input_.data(), offsets_.data());
  const auto decoded = [&](std::size_t rows, const Number* states) {
    value_.resize(rows);
    decoder_.forward(static_cast<nn::Index>(rows), states, value_.data());
    return Array<double>({1, rows}, std::vector<double>(value_.begin(), value_.end()));
  };
  return {decoded(sample.species.size(), messages_.nodes()),
          sample.edge_targets.empty() ? Array<double>{} : decoded(sample.graph.sender.size(), messages_.edges())};
}

template <class Number>
std::vector<double> MessageNetwork<Number>::inputMoments() {
  std::vector<nn::InputMoments> of_decoder(3, nn::InputMoments(static_cast<std::size_t>(nn::kWidth)));
  decoder_.addInputMoments(messages_.graph().nodes, 1, messages_.nodes(), of_decoder);
  decoder_.addInputMoments(messages_.graph().edges(), nn::kEdgeTilesEach, messages_.edges(), of_decoder);
  std::vector<double> values;
  for (const auto& moments : messages_.inputMoments()) moments.pack(values);
  for (const auto& moments : of_decoder) moments.pack(values);
  return values;
}

template class MessageNetwork<float>;
template class MessageNetwork<double>;

}  // namespace glassforge::ml
