#include "ml/models/botan.hpp"

namespace glassforge::ml {

namespace {

constexpr int kRoundsIn3D = 7, kRoundsIn2D = 8;  // of messages, as published for KA and KA2D

std::vector<bool> learntSpecies(const GraphNetworkRequest& request) {
  std::vector<bool> learns;
  for (const std::string& name : request.species_names) learns.push_back(request.settings.learns(name));
  return learns;
}

Augmentation augmentationOf(const GraphNetworkRequest& request) {
  return parseAugmentation(request.settings.graph(request.name).augmentation);
}

/// In pyg_botan a message is made of [sender, receiver, edge, encoded edge], a node of [node, encoded node, messages].
nn::MessageOrder botanOrder(int dimension) {
  nn::MessageOrder order;
  order.edge = {.edge = 2, .edge_encoded = 3, .sender = 0, .receiver = 1, .sender_encoded = {}, .receiver_encoded = {}};
  order.node = {.node = 0, .node_encoded = 1, .sum = 2};
  order.rounds = dimension == 3 ? kRoundsIn3D : kRoundsIn2D;
  return order;
}

/// [edge, encoded edge, receiver, encoded receiver, sender, encoded sender] and [messages, node, encoded node].
nn::MessageOrder bapstOrder() {
  nn::MessageOrder order;
  order.edge = {.edge = 0, .edge_encoded = 1, .sender = 4, .receiver = 2, .sender_encoded = 5, .receiver_encoded = 3};
  order.node = {.node = 1, .node_encoded = 2, .sum = 0};
  order.rounds = kRoundsIn3D;
  return order;
}

}  // namespace

MessageNetworkOptions botanOptions(const GraphNetworkRequest& request) {
  return {.order = botanOrder(request.dimension),
          .dimension = request.dimension,
          .learns = learntSpecies(request),
          .first = FirstWeights::uniform,
          .augmentation = augmentationOf(request)};
}

MessageNetworkOptions bapstOptions(const GraphNetworkRequest& request) {
  auto learns = learntSpecies(request);
  if (request.settings.species.empty()) std::fill(learns.begin() + 1, learns.end(), false);
  return {.order = bapstOrder(),
          .dimension = request.dimension,
          .learns = learns,
          .first = FirstWeights::truncated_normal,
          .augmentation = augmentationOf(request)};
}

GraphNetworkTraits botanTraits() {
  return {.cutoff = 2.0,
          .loops = nn::SelfLoops::no,
          .descriptor_set = "",
          .all_targets_at_once = false,
          .edge_targets = true};
}

template <class Number>
std::unique_ptr<GraphNetwork<Number>> makeBotan(const GraphNetworkRequest& request) {
  return std::make_unique<MessageNetwork<Number>>(botanOptions(request));
}

GraphNetworkTraits bapstTraits() {
  return {.cutoff = 2.0,
          .loops = nn::SelfLoops::yes,
          .descriptor_set = "",
          .all_targets_at_once = false,
          .edge_targets = false,
          .first_species_alone = true};
}

template <class Number>
std::unique_ptr<GraphNetwork<Number>> makeBapst(const GraphNetworkRequest& request) {
  return std::make_unique<MessageNetwork<Number>>(bapstOptions(request));
}

template std::unique_ptr<GraphNetwork<float>> makeBotan(const GraphNetworkRequest&);
template std::unique_ptr<GraphNetwork<double>> makeBotan(const GraphNetworkRequest&);
template std::unique_ptr<GraphNetwork<float>> makeBapst(const GraphNetworkRequest&);
template std::unique_ptr<GraphNetwork<double>> makeBapst(const GraphNetworkRequest&);

}  // namespace glassforge::ml
