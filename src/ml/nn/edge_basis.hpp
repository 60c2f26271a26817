/// What the SE(3) network sees of an edge: functions of its length and of its direction.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ml/nn/channels.hpp"
#include "ml/nn/graph.hpp"

namespace glassforge::ml::nn {

constexpr std::size_t kRadialFunctions = 10;

/// Edges in a tile at most: what a tile needs stays in the first caches.
constexpr std::size_t kTileEdges = 64;

/// sqrt(2 / c) sin(n pi r / c) / r for n = 1..10, which are 0 at the cutoff c (Gasteiger et al., arXiv 2003.03123).
std::array<double, kRadialFunctions> besselFunctions(double r, double cutoff);

template <class Number>
class EdgeBasis {
 public:
  /// InputError where an edge has length 0. In 2D z = 0.
  void compute(const Graph& graph, double cutoff);

  /// (10) of one edge; those of later edges follow.
  const Number* radial(std::size_t edge) const { return radial_.data() + edge * kRadialFunctions; }
  /// One component of one edge; those of later edges follow, and at least a tile of zeros after the last.
  const Number* harmonic(std::size_t component, std::size_t edge) const {
    return harmonics_.data() + component * stride_ + edge;
  }
  /// Between two components.
  std::size_t stride() const { return stride_; }

 private:
  std::size_t stride_ = 0;
  std::vector<Number> radial_, harmonics_;
};

}  // namespace glassforge::ml::nn
