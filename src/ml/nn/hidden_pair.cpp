#include "ml/nn/hidden_pair.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"

namespace glassforge::ml::nn {

template <class Number>
HiddenPair<Number>::HiddenPair(const std::vector<Index>& parts)
    : first_bias_(kWidth), second_bias_(kWidth), first_bias_gradient_(kWidth), second_bias_gradient_(kWidth) {
  const auto sized = [](Index inputs) {
    return Part{inputs, Table<Number>(inputs, kWidth), Table<Number>(kWidth, inputs), Table<Number>(inputs, kWidth)};
  };
  for (const Index inputs : parts) parts_.push_back(sized(inputs));
  second_ = sized(kWidth);
  inputs_ = std::accumulate(parts.begin(), parts.end(), Index{0});
}

template <class Number>
std::size_t HiddenPair<Number>::parameters() const {
  return static_cast<std::size_t>(kWidth * (inputs_ + 1) + kWidth * (kWidth + 1));
}

template <class Number>
void HiddenPair<Number>::takePart(const Number* kernel, Index stride, Part& part) {
  for (Index o = 0; o < kWidth; ++o)
    for (Index i = 0; i < part.inputs; ++i) part.kernel(o, i) = kernel[o * stride + i];
  part.transposed = part.kernel.transpose();
  part.gradient.setZero();
}

template <class Number>
void HiddenPair<Number>::take(std::span<const Number> parameters) {
  require(parameters.size() == this->parameters(), "a pair of layers of {} parameters was given {}", this->parameters(),
          parameters.size());
  Index at = 0;
  for (Part& part : parts_) {
    takePart(parameters.data() + at, inputs_, part);
    at += part.inputs;
  }
  const Number* rest = parameters.data() + kWidth * inputs_;
  std::copy_n(rest, kWidth, first_bias_.begin());
  takePart(rest + kWidth, kWidth, second_);
  std::copy_n(rest + kWidth + kWidth * kWidth, kWidth, second_bias_.begin());
  std::ranges::fill(first_bias_gradient_, Number{0});
  std::ranges::fill(second_bias_gradient_, Number{0});
}

template <class Number>
void HiddenPair<Number>::addGradient(std::span<Number> gradient) const {
  const auto give = [](const Part& part, Index stride, Number* kernel) {
    for (Index o = 0; o < kWidth; ++o)
      for (Index i = 0; i < part.inputs; ++i) kernel[o * stride + i] += part.gradient(i, o);
  };
  const auto giveBias = [](const std::vector<Number>& bias, Number* to) {
    for (std::size_t k = 0; k < bias.size(); ++k) to[k] += bias[k];
  };
  Index at = 0;
  for (const Part& part : parts_) {
    give(part, inputs_, gradient.data() + at);
    at += part.inputs;
  }
  Number* rest = gradient.data() + kWidth * inputs_;
  giveBias(first_bias_gradient_, rest);
  give(second_, kWidth, rest + kWidth);
  giveBias(second_bias_gradient_, rest + kWidth + kWidth * kWidth);
}

template <class Number>
void HiddenPair<Number>::addPart(std::size_t part, Index rows, const Number* x, Number* y) const {
  addProduct(rows, x, parts_[part].inputs, parts_[part].transposed.data(), y);
}

template <class Number>
void HiddenPair<Number>::addPartBackward(std::size_t part, Index rows, const Number* x, const Number* d, Number* dx) {
  Part& mine = parts_[part];
  addTransposedProduct(rows, x, mine.inputs, d, mine.gradient.data());
  if (dx == nullptr) return;
  require(mine.inputs == kWidth, "a part of {} inputs passes no gradient on", mine.inputs);
  addProduct(rows, d, kWidth, mine.kernel.data(), dx);
}

namespace {

template <class Number>
void fillRows(Index rows, const std::vector<Number>& row, Number* to) {
  for (Index r = 0; r < rows; ++r) std::copy_n(row.data(), kWidth, to + r * kWidth);
}

/// values = max(0, values).
template <class Number>
void rectify(std::size_t count, Number* values) {
  for (std::size_t k = 0; k < count; ++k) values[k] = values[k] > Number{0} ? values[k] : Number{0};
}

/// gradient = 0 where y = max(0, .) is 0.
template <class Number>
void rectifyBackward(std::size_t count, const Number* y, Number* gradient) {
  for (std::size_t k = 0; k < count; ++k) gradient[k] = y[k] > Number{0} ? gradient[k] : Number{0};
}

}  // namespace

template <class Number>
void HiddenPair<Number>::startHidden(Index rows, Number* hidden) const {
  fillRows(rows, first_bias_, hidden);
}

template <class Number>
void HiddenPair<Number>::startHidden(Index rows, const Number* x, Number* hidden) const {
  startHidden(rows, hidden);
  addPart(0, rows, x, hidden);
}

template <class Number>
void HiddenPair<Number>::finish(Index rows, Number* hidden, Number* y) const {
  const auto count = static_cast<std::size_t>(rows * kWidth);
  rectify(count, hidden);
  fillRows(rows, second_bias_, y);
  addProduct(rows, hidden, kWidth, second_.transposed.data(), y);
  rectify(count, y);
}

template <class Number>
void HiddenPair<Number>::finishBackward(Index rows, Number* hidden, const Number* y, Number* dy, Number* d) {
  const auto count = static_cast<std::size_t>(rows * kWidth);
  rectify(count, hidden);
  rectifyBackward(count, y, dy);
  addTransposedProduct(rows, hidden, kWidth, dy, second_.gradient.data());
  addRows(rows, dy, second_bias_gradient_.data());
  std::fill_n(d, count, Number{0});
  addProduct(rows, dy, kWidth, second_.kernel.data(), d);
  rectifyBackward(count, hidden, d);
  addRows(rows, d, first_bias_gradient_.data());
}

template class HiddenPair<float>;
template class HiddenPair<double>;

}  // namespace glassforge::ml::nn
