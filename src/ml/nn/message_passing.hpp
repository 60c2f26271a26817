/// Encoders and rounds of messages between particles, as in BOTAN (Shiba et al., JCP 158, 084503) and the network of
/// Bapst et al. (Nat. Phys. 16, 448); docs/formulas_ml.md, "Message passing".
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ml/nn/graph.hpp"
#include "ml/nn/hidden_pair.hpp"
#include "ml/nn/input_moments.hpp"

namespace glassforge::ml::nn {

/// Which part of the rows that enter the two updates is what: places in their order, and how many rounds there are.
struct MessageOrder {
  struct Edge {
    std::size_t edge, edge_encoded, sender, receiver;
    std::optional<std::size_t> sender_encoded, receiver_encoded;
  } edge;
  struct Node {
    std::size_t node, node_encoded, sum;
  } node;
  int rounds = 7;

  std::size_t edgeParts() const { return 4 + (edge.sender_encoded ? 1 : 0) + (edge.receiver_encoded ? 1 : 0); }
};

/// Rows of kWidth numbers in memory that only grows, so that graphs of different size do not move it each time.
template <class Number>
class HiddenRows {
 public:
  Number* make(Index rows);
  Number* zero(Index rows);
  Number* data() { return values_.data(); }
  const Number* data() const { return values_.data(); }

 private:
  std::vector<Number, Eigen::aligned_allocator<Number>> values_;
};

/// Rows of a tile: with its two neighbours in the update it stays in the second cache.
constexpr Index kTileRows = 96;

/// Calls f(first, rows) for every n-th tile, one after another.
template <class Function>
void forSomeTiles(Index rows, Index n, const Function& f) {
  for (Index first = 0; first < rows; first += n * kTileRows) f(first, std::min(kTileRows, rows - first));
}

/// For all of them.
template <class Function>
void forEachTile(Index rows, const Function& f) {
  forSomeTiles(rows, 1, f);
}

/// Of so many tiles of edges one is enough for means and variances.
constexpr Index kEdgeTilesEach = 16;

/// e' = edge update [e, e_0, x_sender, x_receiver], x' = node update [x, x_0, sum of e' received], the same weights in
/// every round. All edge states are kept for the backward pass, 1 + rounds tables of (E, kWidth); what lies between the
/// layers is computed again. N nodes, E edges, D axes.
template <class Number>
class MessagePassing {
 public:
  MessagePassing(const MessageOrder& order, Index dimension);

  /// In order: node encoder, edge encoder, edge update, node update.
  std::size_t parameters() const;
  void take(std::span<const Number> parameters);
  void addGradient(std::span<Number> gradient) const;

  /// `node_input` (N): one number a node; `offsets` (E, D). Graph and inputs must stay until backward has been called.
  void forward(const Graph& graph, const Number* node_input, const Number* offsets);
  /// Of the last forward pass.
  const Graph& graph() const { return *graph_; }
  /// States after the last round.
  const Number* nodes() const { return node_state_.back().data(); }
  const Number* edges() const { return edge_state_.back().data(); }

  /// Tables that take the gradient by nodes() and edges() before backward; zero after forward.
  Number* nodeGradient() { return node_gradient_.data(); }
  Number* edgeGradient() { return edge_gradient_.data(); }
  void backward();

  /// Of what entered each kernel in the last forward pass, in the order of parameters (8 kernels): over all nodes and
  /// rounds, and every kEdgeTilesEach-th tile of edges.
  std::vector<InputMoments> inputMoments();

 private:
  void addEncoderMoments(std::vector<InputMoments>& moments);
  void addUpdateMoments(std::size_t round, std::vector<InputMoments>& moments);

  void encodeNodes(const Number* input);
  void encodeEdges(const Number* offsets);
  void projectNodes(std::size_t round);
  void startMessages(std::size_t round, Index first, Index rows, Number* hidden) const;
  void updateEdges(std::size_t round);
  void startNodes(std::size_t round, Index first, Index rows, Number* hidden) const;
  void updateNodes(std::size_t round);

  void updateNodesBackward(std::size_t round);
  void updateEdgesBackward(std::size_t round);
  void gatherSent();
  void projectNodesBackward(std::size_t round);
  void encodeEdgesBackward();
  void encodeNodesBackward();

  MessageOrder order_;
  HiddenPair<Number> node_encoder_, edge_encoder_, edge_update_, node_update_;
  const Graph* graph_ = nullptr;
  const Number *node_input_ = nullptr, *offsets_ = nullptr;

  std::vector<HiddenRows<Number>> node_state_, edge_state_;     // (rounds + 1): before each round and at the end
  std::vector<HiddenRows<Number>> received_, sent_, receiver_;  // (rounds): sums of messages, parts of the hidden sums
  HiddenRows<Number> encoded_part_;                             // of the hidden sums of edges, the same in every round
  HiddenRows<Number> node_gradient_, node_gradient_before_, encoded_gradient_, received_gradient_, sent_gradient_,
      receiver_gradient_;
  HiddenRows<Number> edge_gradient_, encoded_part_gradient_, message_gradient_;
  HiddenRows<Number> hidden_tile_, result_tile_, gradient_tile_;
};

}  // namespace glassforge::ml::nn
