/// From the length of an edge to the weights of the tensor product.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.hpp"
#include "ml/nn/channels.hpp"
#include "ml/nn/edge_basis.hpp"

namespace glassforge::ml::nn {

constexpr std::size_t kRadialHidden = 16;

/// Which hidden units are left out: unit k of edge e where 16 bits of word (step, 2 e + k / 8) of the stream say so.
struct Dropout {
  StreamKey key;
  std::uint64_t step = 0;
  double share = 0;  ///< of units left out; the others grow by 1 / (1 - share); 0: all stay
};

/// w = W2^T dropout(silu(W1^T b / sqrt(10))) / sqrt(16) without biases, so that w is 0 at the cutoff: e3nn's
/// FullyConnectedNet. Parameters: W1 (10, 16), W2 (16, paths, channels). Works on one tile of edges at a time.
template <class Number>
class RadialNetwork {
 public:
  RadialNetwork(std::size_t paths, std::size_t channels);

  std::size_t parameters() const { return kRadialFunctions * kRadialHidden + kRadialHidden * paths_ * channels_; }
  /// Takes the parameters, and clears the gradient.
  void load(std::span<const Number> parameters);
  /// What all backward calls since have given.
  void addGradient(std::span<Number> gradient) const;

  /// (paths, kTileEdges) weights of the tile that begins at `edge`; channels beyond the last are 0.
  const Channels<Number>* forward(const EdgeBasis<Number>& basis, std::size_t edge, std::size_t edges,
                                  const Dropout& dropout);
  /// Of the tile of the last forward, given the gradient (paths, kTileEdges) by its weights.
  void backward(const EdgeBasis<Number>& basis, std::size_t edge, std::size_t edges, const Channels<Number>* gradient);

 private:
  using Hidden = std::vector<Number>;  // (kTileEdges, kRadialHidden)

  void hiddenUnits(const Number* radial, std::size_t edges);
  void dropUnits(std::size_t edge, std::size_t edges, const Dropout& dropout);
  void addSecondGradient(std::size_t edges, const Channels<Number>* gradient);
  void hiddenGradient(std::size_t edges, const Channels<Number>* gradient);

  std::size_t paths_, channels_;
  ChannelTable<Number> first_, first_gradient_;    // (10, 2): sixteen units are two registers of eight
  ChannelTable<Number> second_, second_gradient_;  // (16, paths)
  ChannelTable<Number> transposed_;                // (paths, 8, 2)
  ChannelTable<Number> weights_;                   // (paths, kTileEdges)
  Hidden hidden_, derivative_, delta_;
};

}  // namespace glassforge::ml::nn
