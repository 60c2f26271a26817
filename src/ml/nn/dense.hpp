/// A fully connected layer.
#pragma once

#include <cstdint>
#include <span>

#include "core/random.hpp"
#include "ml/nn/activation.hpp"
#include "ml/nn/batch.hpp"

namespace glassforge::ml::nn {

struct DenseShape {
  Index inputs = 0, outputs = 0;
  Activation activation = Activation::linear;

  /// Numbers in kernel (outputs, inputs) and bias (outputs), which lie one after the other.
  std::size_t parameters() const { return static_cast<std::size_t>(outputs * (inputs + 1)); }
};

/// y = f(x W^T + b). Parameters and their gradient belong to the caller (a Network), so that one optimiser sees them
/// all; the layer keeps what backward needs of the last forward. Nothing is allocated after the first pass.
template <class Number>
class Dense {
 public:
  /// For batches of up to `rows` rows.
  Dense(const DenseShape& shape, Index rows);

  const DenseShape& shape() const { return shape_; }

  /// Kernel uniform in +-sqrt(6 / (fan_in + outputs)) (Glorot and Bengio 2010), bias zero. Weight k is the k-th number
  /// of the stream at step `layer`. fan_in: the inputs, or fewer where some inputs are always zero.
  void initialise(std::span<Number> parameters, Index fan_in, const StreamKey& key, std::uint64_t layer) const;

  /// (n, outputs) of input (n, inputs), which must stay until backward has been called.
  ConstBatch<Number> forward(std::span<const Number> parameters, const ConstBatch<Number>& input);

  /// Takes the gradient (n, outputs) of the loss by what forward returned, adds that by the parameters to
  /// parameter_gradient.
  void backward(const ConstBatch<Number>& gradient, std::span<Number> parameter_gradient);

  /// (n, inputs) gradient of the loss by the input; after backward.
  ConstBatch<Number> inputGradient(std::span<const Number> parameters);

 private:
  DenseShape shape_;
  Table<Number> output_, delta_, input_gradient_;  // the first n rows count; delta: gradient by x W^T + b
  const Number* input_ = nullptr;
  Index rows_ = 0;
};

}  // namespace glassforge::ml::nn
