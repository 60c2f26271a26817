/// Two dense layers of kWidth units with ReLU after both, the building block of message passing: applied to a tile of
/// rows at a time, so that what lies between the layers stays in cache and is computed again in the backward pass.
#pragma once

#include <span>
#include <vector>

#include "ml/nn/tile_product.hpp"

namespace glassforge::ml::nn {

/// y = f(f(x_1 W_1^T + x_2 W_2^T + ... + b) V^T + c), f = max(0, .). The input is a row of several parts x_i; each part
/// has its block W_i of the first kernel, so that parts that belong to nodes are multiplied once a node and not once an
/// edge. Parameters lie as torch has them: first kernel (kWidth, all inputs), bias, second kernel (kWidth, kWidth),
/// bias. Not for use by two threads at once.
template <class Number>
class HiddenPair {
 public:
  /// `parts`: the width of each part of the input, in their order.
  explicit HiddenPair(const std::vector<Index>& parts);

  std::size_t parameters() const;
  /// Takes the parameters and forgets the gradient.
  void take(std::span<const Number> parameters);
  /// Adds what backward has summed up.
  void addGradient(std::span<Number> gradient) const;

  /// y (rows, kWidth) += x W_part^T.
  void addPart(std::size_t part, Index rows, const Number* x, Number* y) const;
  /// The gradient d of what addPart gave: kept for W_part, and, where dx is not null, dx (rows, width of part) += d
  /// W_part. A part that passes a gradient on must be kWidth wide.
  void addPartBackward(std::size_t part, Index rows, const Number* x, const Number* d, Number* dx);

  /// Rows of the first bias.
  void startHidden(Index rows, Number* hidden) const;
  /// The same, and the only part of the input.
  void startHidden(Index rows, const Number* x, Number* hidden) const;
  /// y = f(h V^T + c) with h = f(hidden); hidden is replaced by h.
  void finish(Index rows, Number* hidden, Number* y) const;
  /// Given dy, y and hidden as finish was given it or left it: leaves in `d` (rows, kWidth) the gradient by the sum
  /// before the first f. hidden is replaced by h, dy is overwritten.
  void finishBackward(Index rows, Number* hidden, const Number* y, Number* dy, Number* d);

 private:
  struct Part {
    Index inputs = 0;
    Table<Number> transposed, kernel, gradient;  // (inputs, kWidth), (kWidth, inputs), (inputs, kWidth)
  };
  static void takePart(const Number* kernel, Index stride, Part& part);

  std::vector<Part> parts_;
  Part second_;
  Index inputs_ = 0;
  std::vector<Number> first_bias_, second_bias_, first_bias_gradient_, second_bias_gradient_;
};

}  // namespace glassforge::ml::nn
