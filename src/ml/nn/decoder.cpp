#include "ml/nn/decoder.hpp"

#include <algorithm>

namespace glassforge::ml::nn {

template <class Number>
Decoder<Number>::Decoder() : pair_({kWidth}), last_(kWidth + 1), last_gradient_(kWidth + 1) {
  for (auto* tile : {&hidden_, &result_, &result_gradient_, &hidden_gradient_}) tile->make(kTileRows);
}

template <class Number>
void Decoder<Number>::take(std::span<const Number> parameters) {
  pair_.take(parameters.first(pair_.parameters()));
  std::ranges::copy(parameters.subspan(pair_.parameters()), last_.begin());
  std::ranges::fill(last_gradient_, Number{0});
}

template <class Number>
void Decoder<Number>::addGradient(std::span<Number> gradient) const {
  pair_.addGradient(gradient.first(pair_.parameters()));
  Number* rest = gradient.data() + pair_.parameters();
  for (std::size_t k = 0; k < last_gradient_.size(); ++k) rest[k] += last_gradient_[k];
}

template <class Number>
void Decoder<Number>::hiddenTile(Index rows, const Number* x) {
  pair_.startHidden(rows, x, hidden_.data());
  pair_.finish(rows, hidden_.data(), result_.data());
}

template <class Number>
void Decoder<Number>::forward(Index rows, const Number* x, Number* y) {
  forEachTile(rows, [&](Index first, Index count) {
    hiddenTile(count, x + first * kWidth);
    for (Index r = 0; r < count; ++r) {
      Number sum = last_.back();
      for (Index c = 0; c < kWidth; ++c) sum += result_.data()[r * kWidth + c] * last_[static_cast<std::size_t>(c)];
      y[first + r] = sum;
    }
  });
}

template <class Number>
void Decoder<Number>::backward(Index rows, const Number* x, const Number* dy, Number* dx) {
  forEachTile(rows, [&](Index first, Index count) {
    const Number* input = x + first * kWidth;
    hiddenTile(count, input);
    for (Index r = 0; r < count; ++r) {
      const Number slope = dy[first + r], *h = result_.data() + r * kWidth;
      Number* dh = result_gradient_.data() + r * kWidth;
      for (Index c = 0; c < kWidth; ++c) {
        dh[c] = slope * last_[static_cast<std::size_t>(c)];
        last_gradient_[static_cast<std::size_t>(c)] += slope * h[c];
      }
      last_gradient_.back() += slope;
    }
    pair_.finishBackward(count, hidden_.data(), result_.data(), result_gradient_.data(), hidden_gradient_.data());
    pair_.addPartBackward(0, count, input, hidden_gradient_.data(), dx + first * kWidth);
  });
}

template <class Number>
void Decoder<Number>::addInputMoments(Index rows, Index n, const Number* x, std::span<InputMoments> moments) {
  forSomeTiles(rows, n, [&](Index first, Index count) {
    const Number* input = x + first * kWidth;
    hiddenTile(count, input);
    moments[0].add(0, count, input, kWidth);
    moments[1].add(0, count, hidden_.data(), kWidth);
    moments[2].add(0, count, result_.data(), kWidth);
  });
}

template class Decoder<float>;
template class Decoder<double>;

}  // namespace glassforge::ml::nn
