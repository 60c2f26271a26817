/// Training of a network on graphs as if the inputs of all its layers had mean 0 and variance 1
/// (docs/formulas_ml.md, "Standardised steps").
#pragma once

#include <span>
#include <vector>

#include "ml/models/graph_network.hpp"
#include "ml/models/graph_optimiser.hpp"
#include "ml/nn/standardised.hpp"

namespace glassforge::ml {

class StandardisedTraining {
 public:
  /// With means and variances of the inputs that `parameters` give on one structure. The network must outlive it.
  /// InputError where it offers none, or where they are not finite.
  StandardisedTraining(GraphNetwork<float>& network, const GraphSample& sample, std::span<const float> parameters,
                       std::span<const float> statistics);

  /// Takes the parameters as those of layers with standardised inputs, each kernel of variance 1 / inputs, and makes
  /// those of the network of them. Means and variances depend on the parameters, so they are found by repetition.
  void bringFirst(const GraphSample& sample, std::span<float> parameters, std::span<const float> statistics);

  /// Into the running means, given GraphNetwork::inputMoments() of a pass.
  void average(std::span<const double> moments);
  /// One step of the optimiser; the gradient is overwritten. A norm above `clip` (where that is not 0) is cut off after
  /// the gradient has been standardised.
  void step(GraphOptimiser& optimiser, double rate, double clip, std::span<float> gradient,
            std::span<float> parameters);

  const std::vector<double>& moments() const { return moments_; }
  void setMoments(std::vector<double> moments) { moments_ = std::move(moments); }

 private:
  void measure(const GraphSample& sample, std::span<const float> parameters, std::span<const float> statistics);

  GraphNetwork<float>& network_;
  std::vector<nn::StandardisedKernel> kernels_;
  nn::Standardised standardised_;
  std::vector<double> moments_;
};

}  // namespace glassforge::ml
