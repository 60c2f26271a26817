/// The depthwise tensor product of the SE(3) network, fused over tiles of edges.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "ml/nn/channels.hpp"
#include "ml/nn/edge_basis.hpp"

namespace glassforge::ml::nn {

/// Features of degree `in` times harmonics of degree `filter` give features of degree `out`.
struct TensorPath {
  int in = 0, filter = 0, out = 0;

  bool operator==(const TensorPath&) const = default;
};

constexpr std::size_t kTensorPaths = 34;

/// All paths that rotations allow, |in - filter| <= out <= in + filter, of degrees 0..3; ascending in (out, in,
/// filter).
constexpr std::array<TensorPath, kTensorPaths> tensorPaths() {
  std::array<TensorPath, kTensorPaths> paths{};
  std::size_t n = 0;
  for (int out = 0; out <= kMaxDegree; ++out)
    for (int in = 0; in <= kMaxDegree; ++in)
      for (int filter = in > out ? in - out : out - in; filter <= kMaxDegree && filter <= in + out; ++filter)
        paths[n++] = {in, filter, out};
  return paths;
}

/// Edges that one node receives, or up to kTileEdges of them.
template <class Number>
struct EdgeTile {
  std::size_t edges = 0;
  const Number* harmonics = nullptr;           ///< component c of edge e: harmonics[c * stride + e]; a tile beyond the
  std::size_t stride = 0;                      ///< last edge can be read
  const Channels<Number>* features = nullptr;  ///< (edges, kComponents) of the senders
  const Channels<Number>* weights = nullptr;   ///< (paths, kTileEdges)
};

/// Per path and channel ("uvu" of e3nn, harmonics having one channel)
///   out_path,c[m] = sum_e w_path,c(e) sqrt(2 l_out + 1) sum_ab C[a, b, m] h_l_in,c(e)[a] Y_l_filter(e)[b]
/// with C of clebsch_gordan.hpp: where components of h and Y have unit second moments, those of a term have too
/// ("component"). C Y is made first, for eight edges at a time; it is common to all channels.
template <class Number>
class TensorProduct {
 public:
  /// The paths with in <= max_in.
  explicit TensorProduct(int max_in);

  const std::vector<TensorPath>& paths() const { return paths_; }
  /// Outputs of path p are [first[p], first[p + 1]), paths one after another.
  const std::vector<std::size_t>& first() const { return first_; }
  std::size_t outputs() const { return first_.back(); }

  /// out (outputs) += the sum over the tile.
  void addForward(const EdgeTile<Number>& tile, Channels<Number>* out);
  /// Given the gradient (outputs) by `out`: writes that by the weights (paths, kTileEdges), adds that by the features
  /// (edges, kComponents).
  void backward(const EdgeTile<Number>& tile, const Channels<Number>* gradient, Channels<Number>* weight_gradient,
                Channels<Number>* feature_gradient);

 private:
  /// Element `at` of sqrt(2 l_out + 1) C Y is the sum of two harmonics at most, a Y_first + b Y_second.
  struct Term {
    std::size_t at = 0, first = 0, second = 0;
    Number a = 0, b = 0;
  };
  using Forward = void (*)(const Number* coupling, const Channels<Number>* features, const Channels<Number>* weights,
                           std::size_t edges, Channels<Number>* out);
  using Backward = void (*)(const Number* coupling, const Channels<Number>* features, const Channels<Number>* weights,
                            const Channels<Number>* gradient, std::size_t edges, Channels<Number>* weight_gradient,
                            Channels<Number>* feature_gradient);

  static std::vector<Term> terms(const TensorPath& path);
  void couple(std::size_t path, const EdgeTile<Number>& tile);
  /// For tiles of up to 8 * blocks edges.
  template <std::size_t blocks>
  static void coupleBlocks(const std::vector<Term>& terms, const EdgeTile<Number>& tile, Number* coupling);
  template <std::size_t... n>
  static auto coupleKernels(std::index_sequence<n...>);

  std::vector<TensorPath> paths_;
  std::vector<std::size_t> first_;
  std::vector<std::vector<Term>> terms_;
  std::vector<Forward> forward_;
  std::vector<Backward> backward_;
  ChannelTable<Number> coupling_;  ///< (49, kTileEdges) numbers: elements of one path, each for all edges of the tile
};

}  // namespace glassforge::ml::nn
