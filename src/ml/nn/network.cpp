#include "ml/nn/network.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "ml/linalg/eigen_blocks.hpp"

namespace glassforge::ml::nn {

std::vector<DenseShape> denseShapes(Index inputs, const std::vector<std::pair<Index, Activation>>& layers) {
  std::vector<DenseShape> shapes;
  for (const auto& [outputs, activation] : layers) {
    shapes.push_back({inputs, outputs, activation});
    inputs = outputs;
  }
  return shapes;
}

template <class Number>
Network<Number>::Network(const std::vector<DenseShape>& shapes, Index rows) : rows_(rows) {
  require(!shapes.empty(), "a network needs at least one layer");
  fixEigenBlocks();
  std::size_t total = 0;
  for (const DenseShape& shape : shapes) {
    require(layers_.empty() || layers_.back().shape().outputs == shape.inputs,
            "a layer of {} inputs cannot follow one of {} outputs", shape.inputs,
            layers_.empty() ? 0 : layers_.back().shape().outputs);
    layers_.emplace_back(shape, rows);
    starts_.push_back(total);
    total += shape.parameters();
  }
  parameters_.assign(total, Number{0});
  gradient_.assign(total, Number{0});
}

template <class Number>
std::span<Number> Network<Number>::part(Storage& all, std::size_t layer) {
  return std::span<Number>(all).subspan(starts_[layer], layers_[layer].shape().parameters());
}

template <class Number>
std::span<const Number> Network<Number>::layerParameters(std::size_t layer) const {
  return std::span<const Number>(parameters_).subspan(starts_[layer], layers_[layer].shape().parameters());
}

template <class Number>
void Network<Number>::clearGradient() {
  std::ranges::fill(gradient_, Number{0});
}

template <class Number>
void Network<Number>::initialise(const StreamKey& key, Index first_fan_in) {
  for (std::size_t l = 0; l < layers_.size(); ++l)
    layers_[l].initialise(part(parameters_, l), l == 0 ? first_fan_in : shape(l).inputs, key, l);
}

template <class Number>
ConstBatch<Number> Network<Number>::forward(const ConstBatch<Number>& input) {
  const Number* data = input.data();
  for (std::size_t l = 0; l < layers_.size(); ++l)
    data = layers_[l].forward(layerParameters(l), {data, input.rows(), shape(l).inputs}).data();
  return {data, input.rows(), layers_.back().shape().outputs};
}

template <class Number>
void Network<Number>::backward(const ConstBatch<Number>& gradient) {
  const Number* data = gradient.data();
  for (std::size_t l = layers_.size(); l-- > 0;) {
    layers_[l].backward({data, gradient.rows(), shape(l).outputs}, part(gradient_, l));
    if (l > 0) data = layers_[l].inputGradient(layerParameters(l)).data();
  }
}

template class Network<float>;
template class Network<double>;

}  // namespace glassforge::ml::nn
