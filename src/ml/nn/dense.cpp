#include "ml/nn/dense.hpp"

#include <cmath>

#include "core/error.hpp"

namespace glassforge::ml::nn {

namespace {

constexpr Index few_outputs = 4;  // up to here a product for each output saves Eigen's copies of the wide input

template <class Number>
using Row = Eigen::Map<const Eigen::Matrix<Number, 1, Eigen::Dynamic>>;

}  // namespace

template <class Number>
Dense<Number>::Dense(const DenseShape& shape, Index rows)
    : shape_(shape), output_(rows, shape.outputs), delta_(rows, shape.outputs) {
  require(shape.inputs > 0 && shape.outputs > 0 && rows > 0, "a layer of {} inputs and {} outputs for {} rows is empty",
          shape.inputs, shape.outputs, rows);
}

template <class Number>
void Dense<Number>::initialise(std::span<Number> parameters, Index fan_in, const StreamKey& key,
                               std::uint64_t layer) const {
  const RandomStream stream(key);
  const double limit = std::sqrt(6.0 / static_cast<double>(fan_in + shape_.outputs));
  const auto weights = static_cast<std::size_t>(shape_.outputs * shape_.inputs);
  for (std::size_t k = 0; k < parameters.size(); ++k)
    parameters[k] =
        k < weights ? static_cast<Number>(limit * (2 * stream.uniforms(layer, static_cast<std::uint32_t>(k))[0] - 1))
                    : Number{0};
}

template <class Number>
ConstBatch<Number> Dense<Number>::forward(std::span<const Number> parameters, const ConstBatch<Number>& input) {
  require(input.cols() == shape_.inputs && input.rows() <= output_.rows(),
          "a layer for up to {} rows of {} inputs was given {} of {}", output_.rows(), shape_.inputs, input.rows(),
          input.cols());
  input_ = input.data();
  rows_ = input.rows();
  const ConstBatch<Number> kernel(parameters.data(), shape_.outputs, shape_.inputs);
  const Row<Number> bias(parameters.data() + kernel.size(), shape_.outputs);
  auto output = output_.topRows(rows_);
  if (shape_.outputs <= few_outputs) {
    for (Index o = 0; o < shape_.outputs; ++o) output.col(o).noalias() = input * kernel.row(o).transpose();
  } else {
    output.noalias() = input * kernel.transpose();
  }
  output.rowwise() += bias;
  activate(shape_.activation, std::span<Number>(output_.data(), static_cast<std::size_t>(rows_ * shape_.outputs)));
  return {output_.data(), rows_, shape_.outputs};
}

template <class Number>
void Dense<Number>::backward(const ConstBatch<Number>& gradient, std::span<Number> parameter_gradient) {
  require(gradient.rows() == rows_ && gradient.cols() == shape_.outputs,
          "the gradient of {} rows does not fit the last batch of {}", gradient.rows(), rows_);
  const auto count = static_cast<std::size_t>(rows_ * shape_.outputs);
  auto delta = delta_.topRows(rows_);
  delta = gradient;
  multiplyByDerivative(shape_.activation, std::span<const Number>(output_.data(), count),
                       std::span<Number>(delta_.data(), count));
  const ConstBatch<Number> input(input_, rows_, shape_.inputs);
  Batch<Number> kernel(parameter_gradient.data(), shape_.outputs, shape_.inputs);
  if (shape_.outputs <= few_outputs) {
    for (Index o = 0; o < shape_.outputs; ++o) kernel.row(o).transpose().noalias() += input.transpose() * delta.col(o);
  } else {
    kernel.noalias() += delta.transpose() * input;
  }
  Eigen::Map<Eigen::Matrix<Number, 1, Eigen::Dynamic>>(parameter_gradient.data() + kernel.size(), shape_.outputs) +=
      delta.colwise().sum();
}

template <class Number>
ConstBatch<Number> Dense<Number>::inputGradient(std::span<const Number> parameters) {
  const ConstBatch<Number> kernel(parameters.data(), shape_.outputs, shape_.inputs);
  if (input_gradient_.size() == 0) input_gradient_.resize(output_.rows(), shape_.inputs);
  input_gradient_.topRows(rows_).noalias() = delta_.topRows(rows_) * kernel;
  return {input_gradient_.data(), rows_, shape_.inputs};
}

template class Dense<float>;
template class Dense<double>;

}  // namespace glassforge::ml::nn
