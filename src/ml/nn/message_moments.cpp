#include "ml/nn/message_passing.hpp"

namespace glassforge::ml::nn {

namespace {

enum Kernel : std::size_t { node_encoder, edge_encoder = 2, edge_update = 4, node_update = 6, kernels = 8 };

}  // namespace

template <class Number>
std::vector<InputMoments> MessagePassing<Number>::inputMoments() {
  constexpr auto width = static_cast<std::size_t>(kWidth);
  std::vector<InputMoments> moments;
  for (const std::size_t inputs :
       {std::size_t{1}, static_cast<std::size_t>(graph_->dimension), order_.edgeParts() * width, 3 * width}) {
    moments.emplace_back(inputs);
    moments.emplace_back(width);
  }
  addEncoderMoments(moments);
  for (std::size_t round = 0; round < received_.size(); ++round) addUpdateMoments(round, moments);
  return moments;
}

template <class Number>
void MessagePassing<Number>::addEncoderMoments(std::vector<InputMoments>& moments) {
  Number *hidden = hidden_tile_.data(), *result = result_tile_.data();
  const auto add = [&](Kernel kernel, const HiddenPair<Number>& encoder, Index rows, const Number* input, Index width) {
    moments[kernel].add(0, rows, input, width);
    encoder.startHidden(rows, input, hidden);
    encoder.finish(rows, hidden, result);
    moments[kernel + 1].add(0, rows, hidden, kWidth);
  };
  forEachTile(graph_->nodes,
              [&](Index first, Index rows) { add(node_encoder, node_encoder_, rows, node_input_ + first, 1); });
  forSomeTiles(graph_->edges(), kEdgeTilesEach, [&](Index first, Index rows) {
    add(edge_encoder, edge_encoder_, rows, offsets_ + first * graph_->dimension, graph_->dimension);
  });
}

/// What nodes send and receive is counted once a node.
template <class Number>
void MessagePassing<Number>::addUpdateMoments(std::size_t round, std::vector<InputMoments>& moments) {
  constexpr auto width = static_cast<std::size_t>(kWidth);
  Number *hidden = hidden_tile_.data(), *result = result_tile_.data();
  forSomeTiles(graph_->edges(), kEdgeTilesEach, [&](Index first, Index rows) {
    const auto add = [&](std::size_t part, const HiddenRows<Number>& states) {
      moments[edge_update].add(part * width, rows, states.data() + first * kWidth, kWidth);
    };
    add(order_.edge.edge, edge_state_[round]);
    add(order_.edge.edge_encoded, edge_state_.front());
    startMessages(round, first, rows, hidden);
    edge_update_.finish(rows, hidden, result);
    moments[edge_update + 1].add(0, rows, hidden, kWidth);
  });
  forEachTile(graph_->nodes, [&](Index first, Index rows) {
    const auto add = [&](Kernel kernel, std::size_t part, const HiddenRows<Number>& states) {
      moments[kernel].add(part * width, rows, states.data() + first * kWidth, kWidth);
    };
    for (const std::size_t part : {order_.edge.sender, order_.edge.receiver})
      add(edge_update, part, node_state_[round]);
    for (const auto& part : {order_.edge.sender_encoded, order_.edge.receiver_encoded})
      if (part) add(edge_update, *part, node_state_.front());
    add(node_update, order_.node.node, node_state_[round]);
    add(node_update, order_.node.node_encoded, node_state_.front());
    add(node_update, order_.node.sum, received_[round]);
    startNodes(round, first, rows, hidden);
    node_update_.finish(rows, hidden, result);
    moments[node_update + 1].add(0, rows, hidden, kWidth);
  });
}

template std::vector<InputMoments> MessagePassing<float>::inputMoments();
template std::vector<InputMoments> MessagePassing<double>::inputMoments();

}  // namespace glassforge::ml::nn
