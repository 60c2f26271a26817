/// The last three layers of a network on graphs: a number for every row of hidden states.
#pragma once

#include <span>
#include <vector>

#include "ml/nn/hidden_pair.hpp"
#include "ml/nn/message_passing.hpp"

namespace glassforge::ml::nn {

/// y = v . h(x) + c with h a HiddenPair. Parameters: those of the pair, v (kWidth), c.
template <class Number>
class Decoder {
 public:
  Decoder();
  std::size_t parameters() const { return pair_.parameters() + static_cast<std::size_t>(kWidth) + 1; }
  void take(std::span<const Number> parameters);
  void addGradient(std::span<Number> gradient) const;

  /// y (rows) of x (rows, kWidth).
  void forward(Index rows, const Number* x, Number* y);
  /// Given dy (rows), adds to dx (rows, kWidth). The layers are computed again.
  void backward(Index rows, const Number* x, const Number* dy, Number* dx);

  /// Adds what enters the three kernels for every n-th tile of x.
  void addInputMoments(Index rows, Index n, const Number* x, std::span<InputMoments> moments);

 private:
  void hiddenTile(Index rows, const Number* x);

  HiddenPair<Number> pair_;
  std::vector<Number> last_, last_gradient_;                                // v and c
  HiddenRows<Number> hidden_, result_, result_gradient_, hidden_gradient_;  // tiles
};

}  // namespace glassforge::ml::nn
