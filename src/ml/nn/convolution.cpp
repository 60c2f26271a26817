#include "ml/nn/convolution.hpp"

#include <algorithm>
#include <cmath>

namespace glassforge::ml::nn {

namespace {

/// Per path, how many numbers are added up to a channel of its output.
std::vector<double> mixingFanIn(const std::vector<TensorPath>& paths, std::size_t channels) {
  std::vector<double> fan_in;
  for (const TensorPath& path : paths)
    fan_in.push_back(static_cast<double>(
        channels * static_cast<std::size_t>(std::ranges::count(paths, path.out, &TensorPath::out))));
  return fan_in;
}

std::size_t received(const Graph& graph, std::size_t node) {
  return static_cast<std::size_t>(graph.begin[node + 1] - graph.begin[node]);
}

/// 1 / sqrt(|N_i|); 0 where there is no neighbour.
template <class Number>
Channels<Number> neighbourScale(const Graph& graph, std::size_t node) {
  const std::size_t neighbours = received(graph, node);
  const double scale = neighbours == 0 ? 0 : 1 / std::sqrt(static_cast<double>(neighbours));
  return Channels<Number>::all(static_cast<Number>(scale));
}

}  // namespace

template <class Number>
void Convolution<Number>::Mixing::load(const Number* from) {
  for (std::size_t n = 0; n < scale.size(); ++n)
    for (std::size_t a = 0; a < rows; ++a)
      for (std::size_t b = 0; b < kChannels; ++b) {
        const Number value = scale[n] * *from++;
        matrix[n * kChannels + a].data()[b] = value;
        transposed[n * kChannels + b].data()[a] = value;
      }
  std::ranges::fill(gradient, Channels<Number>{});
}

template <class Number>
void Convolution<Number>::Mixing::addGradient(Number* to) const {
  for (std::size_t n = 0; n < scale.size(); ++n)
    for (std::size_t a = 0; a < rows; ++a)
      for (std::size_t b = 0; b < kChannels; ++b) *to++ += scale[n] * gradient[n * kChannels + a].data()[b];
}

template <class Number>
auto Convolution<Number>::makeMixing(const std::vector<double>& fan_in, std::size_t rows) -> Mixing {
  Mixing mixing;
  mixing.matrix.resize(fan_in.size() * kChannels);
  mixing.transposed = mixing.gradient = mixing.matrix;
  mixing.rows = rows;
  for (const double n : fan_in) mixing.scale.push_back(static_cast<Number>(1 / std::sqrt(n)));
  return mixing;
}

template <class Number>
Convolution<Number>::Convolution(const ConvolutionShape& shape)
    : shape_(shape),
      product_(shape.max_in),
      radial_(product_.paths().size(), shape.channels),
      mixing_(makeMixing(mixingFanIn(product_.paths(), shape.channels), shape.channels)),
      self_(makeMixing(
          std::vector<double>(static_cast<std::size_t>(shape.max_in) + 1, static_cast<double>(shape.channels)),
          shape.channels)),
      gathered_(kTileEdges * kComponents),
      gathered_gradient_(gathered_),
      weight_gradient_(product_.paths().size() * kTileEdges),
      sum_gradient_(product_.outputs()) {}

template <class Number>
std::size_t Convolution<Number>::parameters() const {
  return radial_.parameters() + mixing_.parameters() + self_.parameters();
}

template <class Number>
void Convolution<Number>::load(std::span<const Number> parameters) {
  radial_.load(parameters);
  mixing_.load(parameters.data() + radial_.parameters());
  self_.load(parameters.data() + radial_.parameters() + mixing_.parameters());
}

template <class Number>
void Convolution<Number>::addGradient(std::span<Number> gradient) const {
  radial_.addGradient(gradient);
  mixing_.addGradient(gradient.data() + radial_.parameters());
  self_.addGradient(gradient.data() + radial_.parameters() + mixing_.parameters());
}

template <class Number>
template <class F>
void Convolution<Number>::forEachTile(const Graph& graph, std::size_t node, const F& f) {
  const auto begin = static_cast<std::size_t>(graph.begin[node]), count = received(graph, node);
  for (std::size_t done = 0; done < count; done += kTileEdges)
    f(Tile{begin + done, std::min(kTileEdges, count - done)});
}

template <class Number>
EdgeTile<Number> Convolution<Number>::prepare(const ConvolutionInput<Number>& input, const Tile& tile) {
  const std::size_t components = firstComponent(shape_.max_in + 1);
  for (std::size_t e = 0; e < tile.edges; ++e) {
    const auto sender = static_cast<std::size_t>(input.graph.sender[tile.first + e]);
    for (std::size_t c = 0; c < components; ++c)
      gathered_[e * kComponents + c] = input.features[sender * kComponents + c];
  }
  const auto* weights = radial_.forward(input.basis, tile.first, tile.edges, input.dropout);
  return {tile.edges, input.basis.harmonic(0, tile.first), input.basis.stride(), gathered_.data(), weights};
}

template <class Number>
void Convolution<Number>::mix(const Channels<Number>* sums, const Channels<Number>* features,
                              Channels<Number>* out) const {
  for (int l = 0; l <= shape_.max_in; ++l)
    for (std::size_t m = firstComponent(l); m < firstComponent(l + 1); ++m)
      addRowTimesMatrix(out[m], features[m], self_.matrix.data() + static_cast<std::size_t>(l) * kChannels);
  for (std::size_t p = 0; p < paths().size(); ++p)
    for (std::size_t m = 0; m < componentsOf(paths()[p].out); ++m)
      addRowTimesMatrix(out[firstComponent(paths()[p].out) + m], sums[product_.first()[p] + m],
                        mixing_.matrix.data() + p * kChannels);
}

template <class Number>
void Convolution<Number>::forward(const ConvolutionInput<Number>& input, ChannelTable<Number>& sums,
                                  ChannelTable<Number>& out) {
  const auto nodes = static_cast<std::size_t>(input.graph.nodes);
  sums.assign(nodes * product_.outputs(), {});
  out.assign(nodes * kComponents, {});
  for (std::size_t i = 0; i < nodes; ++i) {
    Channels<Number>* mine = sums.data() + i * product_.outputs();
    forEachTile(input.graph, i, [&](const Tile& tile) { product_.addForward(prepare(input, tile), mine); });
    const auto scale = neighbourScale<Number>(input.graph, i);
    for (std::size_t n = 0; n < product_.outputs(); ++n) mine[n] *= scale;
    mix(mine, input.features.data() + i * kComponents, out.data() + i * kComponents);
  }
}

template <class Number>
void Convolution<Number>::mixBackward(const Channels<Number>* sums, const Channels<Number>* features,
                                      const Channels<Number>* gradient, Channels<Number>* feature_gradient) {
  for (int l = 0; l <= shape_.max_in; ++l)
    for (std::size_t m = firstComponent(l); m < firstComponent(l + 1); ++m) {
      const std::size_t matrix = static_cast<std::size_t>(l) * kChannels;
      addOuterProduct(self_.gradient.data() + matrix, features[m], gradient[m]);
      if (feature_gradient != nullptr)
        addRowTimesMatrix(feature_gradient[m], gradient[m], self_.transposed.data() + matrix);
    }
  for (std::size_t p = 0; p < paths().size(); ++p)
    for (std::size_t m = 0; m < componentsOf(paths()[p].out); ++m) {
      const std::size_t at = product_.first()[p] + m;
      const Channels<Number>& g = gradient[firstComponent(paths()[p].out) + m];
      addOuterProduct(mixing_.gradient.data() + p * kChannels, sums[at], g);
      sum_gradient_[at] = {};
      addRowTimesMatrix(sum_gradient_[at], g, mixing_.transposed.data() + p * kChannels);
    }
}

template <class Number>
void Convolution<Number>::backward(const ConvolutionInput<Number>& input, const ChannelTable<Number>& sums,
                                   const ChannelTable<Number>& gradient, ChannelTable<Number>* feature_gradient) {
  const auto nodes = static_cast<std::size_t>(input.graph.nodes);
  if (feature_gradient != nullptr) feature_gradient->assign(nodes * kComponents, {});
  for (std::size_t i = 0; i < nodes; ++i) {
    const std::size_t row = i * kComponents;
    mixBackward(sums.data() + i * product_.outputs(), input.features.data() + row, gradient.data() + row,
                feature_gradient != nullptr ? feature_gradient->data() + row : nullptr);
    const auto scale = neighbourScale<Number>(input.graph, i);
    for (Channels<Number>& g : sum_gradient_) g *= scale;
    forEachTile(input.graph, i, [&](const Tile& tile) {
      const EdgeTile<Number> edges = prepare(input, tile);
      std::ranges::fill(gathered_gradient_, Channels<Number>{});
      product_.backward(edges, sum_gradient_.data(), weight_gradient_.data(), gathered_gradient_.data());
      radial_.backward(input.basis, tile.first, tile.edges, weight_gradient_.data());
      if (feature_gradient == nullptr) return;
      for (std::size_t e = 0; e < tile.edges; ++e) {
        const auto sender = static_cast<std::size_t>(input.graph.sender[tile.first + e]);
        for (std::size_t c = 0; c < kComponents; ++c)
          (*feature_gradient)[sender * kComponents + c] += gathered_gradient_[e * kComponents + c];
      }
    });
  }
}

template class Convolution<float>;
template class Convolution<double>;

}  // namespace glassforge::ml::nn
