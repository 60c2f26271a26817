#include "ml/nn/message_passing.hpp"

#include <algorithm>

namespace glassforge::ml::nn {

namespace {

std::vector<Index> widths(std::size_t parts) {
  return std::vector<Index>(parts, kWidth);
}

template <class Number>
void addRow(const Number* from, Number* to) {
  for (Index c = 0; c < kWidth; ++c) to[c] += from[c];
}

}  // namespace

template <class Number>
Number* HiddenRows<Number>::make(Index rows) {
  const auto count = static_cast<std::size_t>(rows * kWidth);
  if (values_.size() < count) values_ = decltype(values_)(count + count / 16);  // the next graph may be a little larger
  return values_.data();
}

template <class Number>
Number* HiddenRows<Number>::zero(Index rows) {
  Number* values = make(rows);
  std::fill_n(values, rows * kWidth, Number{0});
  return values;
}

template <class Number>
MessagePassing<Number>::MessagePassing(const MessageOrder& order, Index dimension)
    : order_(order),
      node_encoder_({1}),
      edge_encoder_({dimension}),
      edge_update_(widths(order.edgeParts())),
      node_update_(widths(3)) {
  const auto rounds = static_cast<std::size_t>(order.rounds);
  node_state_.resize(rounds + 1);
  edge_state_.resize(rounds + 1);
  received_.resize(rounds);
  sent_.resize(rounds);
  receiver_.resize(rounds);
  for (auto* tile : {&hidden_tile_, &result_tile_, &gradient_tile_}) tile->make(kTileRows);
}

template <class Number>
std::size_t MessagePassing<Number>::parameters() const {
  return node_encoder_.parameters() + edge_encoder_.parameters() + edge_update_.parameters() +
         node_update_.parameters();
}

template <class Number>
void MessagePassing<Number>::take(std::span<const Number> parameters) {
  std::size_t at = 0;
  for (auto* pair : {&node_encoder_, &edge_encoder_, &edge_update_, &node_update_}) {
    pair->take(parameters.subspan(at, pair->parameters()));
    at += pair->parameters();
  }
}

template <class Number>
void MessagePassing<Number>::addGradient(std::span<Number> gradient) const {
  std::size_t at = 0;
  for (const auto* pair : {&node_encoder_, &edge_encoder_, &edge_update_, &node_update_}) {
    pair->addGradient(gradient.subspan(at, pair->parameters()));
    at += pair->parameters();
  }
}

template <class Number>
void MessagePassing<Number>::forward(const Graph& graph, const Number* node_input, const Number* offsets) {
  graph_ = &graph;
  node_input_ = node_input;
  offsets_ = offsets;
  encodeNodes(node_input);
  encodeEdges(offsets);
  for (std::size_t round = 0; round < received_.size(); ++round) {
    projectNodes(round);
    updateEdges(round);
    updateNodes(round);
  }
  node_gradient_.zero(graph.nodes);
  edge_gradient_.zero(graph.edges());
}

template <class Number>
void MessagePassing<Number>::encodeNodes(const Number* input) {
  Number* encoded = node_state_.front().make(graph_->nodes);
  Number* hidden = hidden_tile_.data();
  forEachTile(graph_->nodes, [&](Index first, Index rows) {
    node_encoder_.startHidden(rows, input + first, hidden);
    node_encoder_.finish(rows, hidden, encoded + first * kWidth);
  });
}

template <class Number>
void MessagePassing<Number>::encodeEdges(const Number* offsets) {
  Number* encoded = edge_state_.front().make(graph_->edges());
  Number* part = encoded_part_.zero(graph_->edges());
  Number* hidden = hidden_tile_.data();
  forEachTile(graph_->edges(), [&](Index first, Index rows) {
    edge_encoder_.startHidden(rows, offsets + first * graph_->dimension, hidden);
    edge_encoder_.finish(rows, hidden, encoded + first * kWidth);
    edge_update_.addPart(order_.edge.edge_encoded, rows, encoded + first * kWidth, part + first * kWidth);
  });
}

/// What nodes contribute to the hidden sums of the edges they send and receive, and the bias.
template <class Number>
void MessagePassing<Number>::projectNodes(std::size_t round) {
  const Number *state = node_state_[round].data(), *encoded = node_state_.front().data();
  Number *sent = sent_[round].zero(graph_->nodes), *receiver = receiver_[round].make(graph_->nodes);
  forEachTile(graph_->nodes, [&](Index first, Index rows) {
    const Index at = first * kWidth;
    edge_update_.startHidden(rows, receiver + at);
    edge_update_.addPart(order_.edge.sender, rows, state + at, sent + at);
    edge_update_.addPart(order_.edge.receiver, rows, state + at, receiver + at);
    if (order_.edge.sender_encoded) edge_update_.addPart(*order_.edge.sender_encoded, rows, encoded + at, sent + at);
    if (order_.edge.receiver_encoded)
      edge_update_.addPart(*order_.edge.receiver_encoded, rows, encoded + at, receiver + at);
  });
}

/// The hidden sums of a tile of edges.
template <class Number>
void MessagePassing<Number>::startMessages(std::size_t round, Index first, Index rows, Number* hidden) const {
  const Number *sent = sent_[round].data(), *receiver = receiver_[round].data(), *encoded = encoded_part_.data();
  for (Index r = 0; r < rows; ++r) {
    const auto e = static_cast<std::size_t>(first + r);
    const Number* from = sent + graph_->sender[e] * kWidth;
    const Number* to = receiver + graph_->receiver[e] * kWidth;
    const Number* own = encoded + (first + r) * kWidth;
    for (Index c = 0; c < kWidth; ++c) hidden[r * kWidth + c] = from[c] + to[c] + own[c];
  }
  edge_update_.addPart(order_.edge.edge, rows, edge_state_[round].data() + first * kWidth, hidden);
}

template <class Number>
void MessagePassing<Number>::updateEdges(std::size_t round) {
  Number* updated = edge_state_[round + 1].make(graph_->edges());
  Number* received = received_[round].zero(graph_->nodes);
  Number* hidden = hidden_tile_.data();
  forEachTile(graph_->edges(), [&](Index first, Index rows) {
    startMessages(round, first, rows, hidden);
    edge_update_.finish(rows, hidden, updated + first * kWidth);
    for (Index e = first; e < first + rows; ++e)
      addRow(updated + e * kWidth, received + graph_->receiver[static_cast<std::size_t>(e)] * kWidth);
  });
}

template <class Number>
void MessagePassing<Number>::startNodes(std::size_t round, Index first, Index rows, Number* hidden) const {
  const Index at = first * kWidth;
  node_update_.startHidden(rows, hidden);
  node_update_.addPart(order_.node.node, rows, node_state_[round].data() + at, hidden);
  node_update_.addPart(order_.node.node_encoded, rows, node_state_.front().data() + at, hidden);
  node_update_.addPart(order_.node.sum, rows, received_[round].data() + at, hidden);
}

template <class Number>
void MessagePassing<Number>::updateNodes(std::size_t round) {
  Number* updated = node_state_[round + 1].make(graph_->nodes);
  Number* hidden = hidden_tile_.data();
  forEachTile(graph_->nodes, [&](Index first, Index rows) {
    startNodes(round, first, rows, hidden);
    node_update_.finish(rows, hidden, updated + first * kWidth);
  });
}

template <class Number>
void MessagePassing<Number>::backward() {
  encoded_gradient_.zero(graph_->nodes);
  encoded_part_gradient_.zero(graph_->edges());
  message_gradient_.make(graph_->edges());
  for (std::size_t round = received_.size(); round-- > 0;) {
    updateNodesBackward(round);
    updateEdgesBackward(round);
    gatherSent();
    projectNodesBackward(round);
    std::swap(node_gradient_, node_gradient_before_);
  }
  encodeEdgesBackward();
  encodeNodesBackward();
}

template <class Number>
void MessagePassing<Number>::updateNodesBackward(std::size_t round) {
  const Index nodes = graph_->nodes;
  Number *before = node_gradient_before_.zero(nodes), *received = received_gradient_.zero(nodes);
  Number *hidden = hidden_tile_.data(), *d = gradient_tile_.data();
  forEachTile(nodes, [&](Index first, Index rows) {
    const Index at = first * kWidth;
    startNodes(round, first, rows, hidden);
    node_update_.finishBackward(rows, hidden, node_state_[round + 1].data() + at, node_gradient_.data() + at, d);
    node_update_.addPartBackward(order_.node.node, rows, node_state_[round].data() + at, d, before + at);
    node_update_.addPartBackward(order_.node.node_encoded, rows, node_state_.front().data() + at, d,
                                 encoded_gradient_.data() + at);
    node_update_.addPartBackward(order_.node.sum, rows, received_[round].data() + at, d, received + at);
  });
}

/// Leaves the gradient by the edge states before the round in edge_gradient_, and that by the hidden sums in
/// message_gradient_.
template <class Number>
void MessagePassing<Number>::updateEdgesBackward(std::size_t round) {
  Number* receiver = receiver_gradient_.zero(graph_->nodes);
  Number *hidden = hidden_tile_.data(), *dy = result_tile_.data();
  forEachTile(graph_->edges(), [&](Index first, Index rows) {
    const Index at = first * kWidth, count = rows * kWidth;
    Number *edge = edge_gradient_.data() + at, *d = message_gradient_.data() + at;
    for (Index r = 0; r < rows; ++r) {
      const Number* sum = received_gradient_.data() + graph_->receiver[static_cast<std::size_t>(first + r)] * kWidth;
      for (Index c = 0; c < kWidth; ++c) dy[r * kWidth + c] = edge[r * kWidth + c] + sum[c];
    }
    startMessages(round, first, rows, hidden);
    edge_update_.finishBackward(rows, hidden, edge_state_[round + 1].data() + at, dy, d);
    std::fill_n(edge, count, Number{0});
    edge_update_.addPartBackward(order_.edge.edge, rows, edge_state_[round].data() + at, d, edge);
    Number* encoded = encoded_part_gradient_.data() + at;
    for (Index k = 0; k < count; ++k) encoded[k] += d[k];
    for (Index r = 0; r < rows; ++r)
      addRow(d + r * kWidth, receiver + graph_->receiver[static_cast<std::size_t>(first + r)] * kWidth);
  });
}

/// What a node sends leaves on the reverse of the edges it receives.
template <class Number>
void MessagePassing<Number>::gatherSent() {
  Number* sent = sent_gradient_.zero(graph_->nodes);
  for (std::size_t e = 0; e < graph_->reverse.size(); ++e)
    addRow(message_gradient_.data() + graph_->reverse[e] * kWidth, sent + graph_->receiver[e] * kWidth);
}

template <class Number>
void MessagePassing<Number>::projectNodesBackward(std::size_t round) {
  const Number *state = node_state_[round].data(), *encoded = node_state_.front().data();
  const auto& edge = order_.edge;
  forEachTile(graph_->nodes, [&](Index first, Index rows) {
    const Index at = first * kWidth;
    const Number *sent = sent_gradient_.data() + at, *receiver = receiver_gradient_.data() + at;
    Number *before = node_gradient_before_.data() + at, *encoded_gradient = encoded_gradient_.data() + at;
    edge_update_.addPartBackward(edge.sender, rows, state + at, sent, before);
    edge_update_.addPartBackward(edge.receiver, rows, state + at, receiver, before);
    if (edge.sender_encoded)
      edge_update_.addPartBackward(*edge.sender_encoded, rows, encoded + at, sent, encoded_gradient);
    if (edge.receiver_encoded)
      edge_update_.addPartBackward(*edge.receiver_encoded, rows, encoded + at, receiver, encoded_gradient);
  });
}

template <class Number>
void MessagePassing<Number>::encodeEdgesBackward() {
  const Number* encoded = edge_state_.front().data();
  Number *hidden = hidden_tile_.data(), *d = gradient_tile_.data();
  forEachTile(graph_->edges(), [&](Index first, Index rows) {
    const Index at = first * kWidth;
    Number* gradient = edge_gradient_.data() + at;
    edge_update_.addPartBackward(order_.edge.edge_encoded, rows, encoded + at, encoded_part_gradient_.data() + at,
                                 gradient);
    const Number* input = offsets_ + first * graph_->dimension;
    edge_encoder_.startHidden(rows, input, hidden);
    edge_encoder_.finishBackward(rows, hidden, encoded + at, gradient, d);
    edge_encoder_.addPartBackward(0, rows, input, d, nullptr);
  });
}

template <class Number>
void MessagePassing<Number>::encodeNodesBackward() {
  const Number* encoded = node_state_.front().data();
  Number *hidden = hidden_tile_.data(), *d = gradient_tile_.data();
  forEachTile(graph_->nodes, [&](Index first, Index rows) {
    const Index at = first * kWidth;
    Number* gradient = node_gradient_.data() + at;
    for (Index k = 0; k < rows * kWidth; ++k) gradient[k] += encoded_gradient_.data()[at + k];
    node_encoder_.startHidden(rows, node_input_ + first, hidden);
    node_encoder_.finishBackward(rows, hidden, encoded + at, gradient, d);
    node_encoder_.addPartBackward(0, rows, node_input_ + first, d, nullptr);
  });
}

template class HiddenRows<float>;
template class HiddenRows<double>;
template class MessagePassing<float>;
template class MessagePassing<double>;

}  // namespace glassforge::ml::nn
