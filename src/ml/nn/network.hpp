/// Dense layers one after another, with all parameters in one place.
#pragma once

#include <span>
#include <vector>

#include "ml/nn/dense.hpp"

namespace glassforge::ml::nn {

/// What follows from the number of inputs and, per layer, outputs and activation.
std::vector<DenseShape> denseShapes(Index inputs, const std::vector<std::pair<Index, Activation>>& layers);

template <class Number>
class Network {
 public:
  /// For batches of up to `rows` rows. InputError where there are no layers or their widths do not follow on.
  Network(const std::vector<DenseShape>& shapes, Index rows);

  std::size_t layers() const { return layers_.size(); }
  const DenseShape& shape(std::size_t layer) const { return layers_[layer].shape(); }
  Index rows() const { return rows_; }

  /// Layer after layer: kernel (outputs, inputs), bias (outputs).
  std::span<Number> parameters() { return parameters_; }
  std::span<const Number> parameters() const { return parameters_; }
  std::span<Number> gradient() { return gradient_; }
  std::span<const Number> layerParameters(std::size_t layer) const;
  void clearGradient();

  /// Glorot uniform kernels and zero biases; first_fan_in as Dense::initialise takes it.
  void initialise(const StreamKey& key, Index first_fan_in);

  /// (n, outputs of the last layer) of input (n, inputs), which must stay until backward has been called.
  ConstBatch<Number> forward(const ConstBatch<Number>& input);
  /// Adds to gradient(), given the gradient of the loss by what forward returned.
  void backward(const ConstBatch<Number>& gradient);
  /// The first layer's gradient by its input, (n, inputs); after backward.
  ConstBatch<Number> inputGradient() { return layers_.front().inputGradient(layerParameters(0)); }

 private:
  /// At the same place within vector registers in every run, so that Eigen's loops, and so their bits, are the same.
  using Storage = std::vector<Number, Eigen::aligned_allocator<Number>>;
  std::span<Number> part(Storage& all, std::size_t layer);

  Index rows_ = 0;
  std::vector<Dense<Number>> layers_;
  std::vector<std::size_t> starts_;
  Storage parameters_, gradient_;
};

}  // namespace glassforge::ml::nn
