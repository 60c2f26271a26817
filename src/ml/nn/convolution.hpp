/// One message-passing layer of the SE(3) network, up to its normalisation.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "ml/nn/channels.hpp"
#include "ml/nn/edge_basis.hpp"
#include "ml/nn/graph.hpp"
#include "ml/nn/radial_network.hpp"
#include "ml/nn/tensor_product.hpp"

namespace glassforge::ml::nn {

struct ConvolutionShape {
  int max_in = kMaxDegree;           ///< highest degree of the features that come in
  std::size_t channels = kChannels;  ///< of these; columns beyond are 0
};

/// What a convolution sees of a graph.
template <class Number>
struct ConvolutionInput {
  const Graph& graph;
  const EdgeBasis<Number>& basis;
  const Dropout& dropout;
  const ChannelTable<Number>& features;  ///< (N, kComponents)
};

/// s_i = 1 / sqrt(|N_i|) sum_{j in N_i} (tensor product of h_j with Y(r_i - r_j), weights from the radial network),
/// x_i,l = sum_{paths to l} s_i,path mixing_path / sqrt(8 paths to l) + h_i,l self_l / sqrt(8)
/// (channels instead of 8 in a layer of fewer). Nothing is kept of an edge: backward makes it anew, tile by tile.
/// Parameters, in order: those of RadialNetwork; mixing (paths, channels, 8); self (max_in + 1, channels, 8).
template <class Number>
class Convolution {
 public:
  explicit Convolution(const ConvolutionShape& shape);

  const std::vector<TensorPath>& paths() const { return product_.paths(); }
  std::size_t parameters() const;
  /// Takes the parameters, and clears the gradient.
  void load(std::span<const Number> parameters);
  void addGradient(std::span<Number> gradient) const;

  /// sums (N, outputs of the product): s, which backward needs; out (N, kComponents): x.
  void forward(const ConvolutionInput<Number>& input, ChannelTable<Number>& sums, ChannelTable<Number>& out);
  /// Given the gradient (N, kComponents) by x; writes that by the features unless feature_gradient is nullptr. What
  /// goes to senders is added in the order of edges, so in ascending order of receivers.
  void backward(const ConvolutionInput<Number>& input, const ChannelTable<Number>& sums,
                const ChannelTable<Number>& gradient, ChannelTable<Number>* feature_gradient);

 private:
  /// Square matrices of channels, packed for products from both sides.
  struct Mixing {
    ChannelTable<Number> matrix, transposed, gradient;  // (matrices, 8)
    std::vector<Number> scale;                          // (matrices)
    std::size_t rows = kChannels;

    void load(const Number* from);
    void addGradient(Number* to) const;
    std::size_t parameters() const { return scale.size() * rows * kChannels; }
  };
  struct Tile {
    std::size_t first = 0, edges = 0;
  };

  static Mixing makeMixing(const std::vector<double>& fan_in, std::size_t rows);
  /// Calls f(tile) for the edges that a node receives.
  template <class F>
  static void forEachTile(const Graph& graph, std::size_t node, const F& f);
  EdgeTile<Number> prepare(const ConvolutionInput<Number>& input, const Tile& tile);
  void mix(const Channels<Number>* sums, const Channels<Number>* features, Channels<Number>* out) const;
  void mixBackward(const Channels<Number>* sums, const Channels<Number>* features, const Channels<Number>* gradient,
                   Channels<Number>* feature_gradient);

  ConvolutionShape shape_;
  TensorProduct<Number> product_;
  RadialNetwork<Number> radial_;
  Mixing mixing_, self_;
  ChannelTable<Number> gathered_, gathered_gradient_;  // (kTileEdges, kComponents)
  ChannelTable<Number> weight_gradient_;               // (paths, kTileEdges)
  ChannelTable<Number> sum_gradient_;                  // (outputs) of one node
};

}  // namespace glassforge::ml::nn
