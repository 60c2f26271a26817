#include "ml/nn/batch_norm.hpp"

#include <algorithm>
#include <cmath>

namespace glassforge::ml::nn {

namespace {

constexpr double kNormEpsilon = 1e-5;  // e3nn's

using Sums = std::array<double, kChannels>;

/// Calls f(row, component, degree) for all nodes and components.
template <class Number, class F>
void forEachRow(const ChannelTable<Number>& x, const F& f) {
  for (std::size_t row = 0; row < x.size(); row += kComponents)
    for (int degree = 0; degree <= kMaxDegree; ++degree)
      for (std::size_t m = firstComponent(degree); m < firstComponent(degree + 1); ++m)
        f(row + m, static_cast<std::size_t>(degree));
}

/// What x is multiplied by, and what is added: mean and shift are 0 but for degree 0.
template <class Number>
struct Affine {
  std::array<Channels<Number>, kMaxDegree + 1> mean{}, inverse{}, factor{}, shift{};

  Affine(const NormMoments<Number>& moments, std::span<const Number> parameters) {
    for (std::size_t n = 0; n < kNormVariances; ++n) {
      const std::size_t degree = n / kChannels, c = n % kChannels;
      inverse[degree].data()[c] = Number{1} / std::sqrt(moments.variance[n] + static_cast<Number>(kNormEpsilon));
      factor[degree].data()[c] = parameters[n];
      if (degree != 0) continue;
      mean[degree].data()[c] = moments.mean[c];
      shift[degree].data()[c] = parameters[kNormVariances + c];
    }
  }
  Channels<Number> standardised(const Channels<Number>& x, std::size_t degree) const {
    Channels<Number> centred = x;
    for (std::size_t k = 0; k < Channels<Number>::registers; ++k) centred.part[k] -= mean[degree].part[k];
    return centred * inverse[degree];
  }
};

}  // namespace

template <class Number>
NormMoments<Number> normMoments(const ChannelTable<Number>& x) {
  NormMoments<Number> moments;
  const auto nodes = static_cast<double>(std::max<std::size_t>(x.size() / kComponents, 1));
  Sums mean{};
  for (std::size_t row = 0; row < x.size(); row += kComponents)
    for (std::size_t c = 0; c < kChannels; ++c) mean[c] += static_cast<double>(x[row].data()[c]);
  for (std::size_t c = 0; c < kChannels; ++c) moments.mean[c] = static_cast<Number>(mean[c] /= nodes);
  std::array<Sums, kMaxDegree + 1> squares{};
  forEachRow(x, [&](std::size_t row, std::size_t degree) {
    for (std::size_t c = 0; c < kChannels; ++c) {
      const double centred = static_cast<double>(x[row].data()[c]) - (degree == 0 ? mean[c] : 0.0);
      squares[degree][c] += centred * centred;
    }
  });
  for (std::size_t n = 0; n < kNormVariances; ++n) {
    const std::size_t degree = n / kChannels;
    const double count = nodes * static_cast<double>(2 * degree + 1);
    moments.variance[n] = static_cast<Number>(squares[degree][n % kChannels] / count);
  }
  return moments;
}

template <class Number>
void normalise(const NormMoments<Number>& moments, std::span<const Number> parameters, const ChannelTable<Number>& x,
               ChannelTable<Number>& y) {
  const Affine<Number> affine(moments, parameters);
  y.resize(x.size());
  forEachRow(x, [&](std::size_t row, std::size_t degree) {
    Channels<Number> value = affine.shift[degree];
    addProduct(value, affine.standardised(x[row], degree), affine.factor[degree]);
    y[row] = value;
  });
}

template <class Number>
void normaliseBackward(const NormMoments<Number>& moments, std::span<const Number> parameters,
                       const ChannelTable<Number>& x, ChannelTable<Number>& gradient,
                       std::span<Number> parameter_gradient) {
  const Affine<Number> affine(moments, parameters);
  std::array<Sums, kMaxDegree + 1> along{};  // sum of the gradient times the standardised x
  Sums total{};
  forEachRow(x, [&](std::size_t row, std::size_t degree) {
    const Channels<Number> product = affine.standardised(x[row], degree) * gradient[row];
    for (std::size_t c = 0; c < kChannels; ++c) along[degree][c] += static_cast<double>(product.data()[c]);
    if (degree != 0) return;
    for (std::size_t c = 0; c < kChannels; ++c) total[c] += static_cast<double>(gradient[row].data()[c]);
  });
  const auto nodes = static_cast<double>(std::max<std::size_t>(x.size() / kComponents, 1));
  std::array<Channels<Number>, kMaxDegree + 1> mean{}, slope{};  // what goes back through mean and variance
  for (std::size_t n = 0; n < kNormVariances; ++n) {
    const std::size_t degree = n / kChannels, c = n % kChannels;
    parameter_gradient[n] += static_cast<Number>(along[degree][c]);
    slope[degree].data()[c] = static_cast<Number>(-along[degree][c] / (nodes * static_cast<double>(2 * degree + 1)));
    if (degree != 0) continue;
    parameter_gradient[kNormVariances + c] += static_cast<Number>(total[c]);
    mean[degree].data()[c] = static_cast<Number>(-total[c] / nodes);
  }
  forEachRow(x, [&](std::size_t row, std::size_t degree) {
    Channels<Number> value = gradient[row];
    value += mean[degree];
    addProduct(value, affine.standardised(x[row], degree), slope[degree]);
    gradient[row] = value * affine.factor[degree] * affine.inverse[degree];
  });
}

template NormMoments<float> normMoments(const ChannelTable<float>&);
template NormMoments<double> normMoments(const ChannelTable<double>&);
template void normalise(const NormMoments<float>&, std::span<const float>, const ChannelTable<float>&,
                        ChannelTable<float>&);
template void normalise(const NormMoments<double>&, std::span<const double>, const ChannelTable<double>&,
                        ChannelTable<double>&);
template void normaliseBackward(const NormMoments<float>&, std::span<const float>, const ChannelTable<float>&,
                                ChannelTable<float>&, std::span<float>);
template void normaliseBackward(const NormMoments<double>&, std::span<const double>, const ChannelTable<double>&,
                                ChannelTable<double>&, std::span<double>);

}  // namespace glassforge::ml::nn
