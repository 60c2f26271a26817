#include "ml/nn/tensor_product.hpp"

#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "ml/nn/clebsch_gordan.hpp"

namespace glassforge::ml::nn {

namespace {

constexpr auto kPaths = tensorPaths();

/// Whether sum_b C[a, b, m] Y[b] can be other than 0. Products of sine or cosine of a phi and m phi have orders a + m
/// and |a - m|; where in + filter + out is odd sine and cosine change places.
constexpr bool couples(const TensorPath& path, int a, int m) {
  const int one = a < 0 ? -a : a, other = m < 0 ? -m : m;
  const bool odd = (path.in + path.filter + path.out) % 2 != 0;
  const bool sine = ((a < 0) != (m < 0)) != odd;
  const int difference = one > other ? one - other : other - one;
  const auto exists = [&](int order) { return order <= path.filter && !(sine && order == 0); };
  return exists(one + other) || exists(difference);
}

/// couples() of all elements (2 in + 1, 2 out + 1).
template <TensorPath path>
constexpr auto couplingMask() {
  std::array<bool, componentsOf(path.in) * componentsOf(path.out)> mask{};
  std::size_t n = 0;
  for (int a = -path.in; a <= path.in; ++a)
    for (int m = -path.out; m <= path.out; ++m) mask[n++] = couples(path, a, m);
  return mask;
}

template <class Number, TensorPath path>
void addPath(const Number* coupling, const Channels<Number>* features, const Channels<Number>* weights,
             std::size_t edges, Channels<Number>* out) {
  constexpr std::size_t in = componentsOf(path.in), outputs = componentsOf(path.out);
  constexpr auto mask = couplingMask<path>();
  Channels<Number> sum[outputs];
#pragma GCC unroll 8
  for (std::size_t m = 0; m < outputs; ++m) sum[m] = out[m];
  for (std::size_t e = 0; e < edges; ++e) {
    Channels<Number> term[outputs];
#pragma GCC unroll 8
    for (std::size_t a = 0; a < in; ++a) {
      const Channels<Number> h = features[e * kComponents + a];
#pragma GCC unroll 8
      for (std::size_t m = 0; m < outputs; ++m)
        if (mask[a * outputs + m]) addProduct(term[m], h, coupling[(a * outputs + m) * kTileEdges + e]);
    }
#pragma GCC unroll 8
    for (std::size_t m = 0; m < outputs; ++m) addProduct(sum[m], term[m], weights[e]);
  }
#pragma GCC unroll 8
  for (std::size_t m = 0; m < outputs; ++m) out[m] = sum[m];
}

template <class Number, TensorPath path>
void backwardPath(const Number* coupling, const Channels<Number>* features, const Channels<Number>* weights,
                  const Channels<Number>* gradient, std::size_t edges, Channels<Number>* weight_gradient,
                  Channels<Number>* feature_gradient) {
  constexpr std::size_t in = componentsOf(path.in), outputs = componentsOf(path.out);
  constexpr auto mask = couplingMask<path>();
  Channels<Number> g[outputs];
#pragma GCC unroll 8
  for (std::size_t m = 0; m < outputs; ++m) g[m] = gradient[m];
  for (std::size_t e = 0; e < edges; ++e) {
    const Channels<Number> weight = weights[e];
    Channels<Number> by_weight;
#pragma GCC unroll 8
    for (std::size_t a = 0; a < in; ++a) {
      Channels<Number> back;
#pragma GCC unroll 8
      for (std::size_t m = 0; m < outputs; ++m)
        if (mask[a * outputs + m]) addProduct(back, g[m], coupling[(a * outputs + m) * kTileEdges + e]);
      addProduct(by_weight, back, features[e * kComponents + a]);
      addProduct(feature_gradient[e * kComponents + a], back, weight);
    }
    weight_gradient[e] = by_weight;
  }
}

template <class Number, std::size_t... p>
constexpr auto forwardKernels(std::index_sequence<p...>) {
  return std::array{addPath<Number, kPaths[p]>...};
}

template <class Number, std::size_t... p>
constexpr auto backwardKernels(std::index_sequence<p...>) {
  return std::array{backwardPath<Number, kPaths[p]>...};
}

}  // namespace

template <class Number>
TensorProduct<Number>::TensorProduct(int max_in) : first_{0} {
  constexpr auto all = std::make_index_sequence<kTensorPaths>();
  constexpr auto forward = forwardKernels<Number>(all);
  constexpr auto backward = backwardKernels<Number>(all);
  for (std::size_t p = 0; p < kTensorPaths; ++p) {
    if (kPaths[p].in > max_in) continue;
    paths_.push_back(kPaths[p]);
    first_.push_back(first_.back() + componentsOf(kPaths[p].out));
    terms_.push_back(terms(kPaths[p]));
    forward_.push_back(forward[p]);
    backward_.push_back(backward[p]);
  }
  coupling_.resize(componentsOf(kMaxDegree) * componentsOf(kMaxDegree) * kTileEdges / kChannels);
}

template <class Number>
auto TensorProduct<Number>::terms(const TensorPath& path) -> std::vector<Term> {
  const Array<double> c = clebschGordan(path.in, path.filter, path.out);
  const double scale = std::sqrt(2.0 * path.out + 1);
  std::vector<Term> found;
  for (std::size_t a = 0; a < c.extent(0); ++a)
    for (std::size_t m = 0; m < c.extent(2); ++m) {
      Term term{a * c.extent(2) + m, 0, 0, 0, 0};
      int harmonics = 0;
      for (std::size_t b = 0; b < c.extent(1); ++b) {
        if (std::abs(c(a, b, m)) < 1e-12) continue;
        (harmonics == 0 ? term.first : term.second) = firstComponent(path.filter) + b;
        (harmonics == 0 ? term.a : term.b) = static_cast<Number>(scale * c(a, b, m));
        ++harmonics;
      }
      require(harmonics <= 2, "more than two harmonics couple");  // never: see couples()
      if (couples(path, static_cast<int>(a) - path.in, static_cast<int>(m) - path.out)) found.push_back(term);
    }
  return found;
}

template <class Number>
template <std::size_t blocks>
void TensorProduct<Number>::coupleBlocks(const std::vector<Term>& terms, const EdgeTile<Number>& tile,
                                         Number* coupling) {
  using Edges = Channels<Number>;  // eight edges instead of eight channels
  for (const Term& term : terms) {
    const Number* first = tile.harmonics + term.first * tile.stride;
    const Number* second = tile.harmonics + term.second * tile.stride;
    Number* element = coupling + term.at * kTileEdges;
    const Edges a = Edges::all(term.a), b = Edges::all(term.b);
#pragma GCC unroll 8
    for (std::size_t k = 0; k < blocks * kChannels; k += kChannels) {
      Edges sum = Edges::from(first + k) * a;
      addProduct(sum, Edges::from(second + k), b);
      sum.to(element + k);
    }
  }
}

template <class Number>
template <std::size_t... n>
auto TensorProduct<Number>::coupleKernels(std::index_sequence<n...>) {
  return std::array{&coupleBlocks<n + 1>...};
}

template <class Number>
void TensorProduct<Number>::couple(std::size_t path, const EdgeTile<Number>& tile) {
  constexpr std::size_t most = kTileEdges / kChannels;
  static const auto kernels = coupleKernels(std::make_index_sequence<most>());
  if (tile.edges > 0) kernels[(tile.edges - 1) / kChannels](terms_[path], tile, coupling_[0].data());
}

template <class Number>
void TensorProduct<Number>::addForward(const EdgeTile<Number>& tile, Channels<Number>* out) {
  for (std::size_t p = 0; p < paths_.size(); ++p) {
    couple(p, tile);
    forward_[p](coupling_[0].data(), tile.features + firstComponent(paths_[p].in), tile.weights + p * kTileEdges,
                tile.edges, out + first_[p]);
  }
}

template <class Number>
void TensorProduct<Number>::backward(const EdgeTile<Number>& tile, const Channels<Number>* gradient,
                                     Channels<Number>* weight_gradient, Channels<Number>* feature_gradient) {
  for (std::size_t p = 0; p < paths_.size(); ++p) {
    couple(p, tile);
    const std::size_t component = firstComponent(paths_[p].in);
    backward_[p](coupling_[0].data(), tile.features + component, tile.weights + p * kTileEdges, gradient + first_[p],
                 tile.edges, weight_gradient + p * kTileEdges, feature_gradient + component);
  }
}

template class TensorProduct<float>;
template class TensorProduct<double>;

}  // namespace glassforge::ml::nn
