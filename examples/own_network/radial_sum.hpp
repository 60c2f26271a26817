/// A network of one's own (ARCHITECTURE.md, "A network of your own"), as small as one can be: what a particle does is a
/// sum over its neighbours of a number that depends on their species and distance. The numbers are learnt.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "ml/models/graph_network.hpp"

namespace glassforge::ml {

constexpr double radial_sum_reach = 2.0;  // sigma_AA
constexpr std::size_t radial_sum_bins = 8;

/// y_k(i) = c_k + sum_j w_k(species of j, bin of r_ij); the loss is the mean square over rows k and particles i.
template <class Number>
class RadialSum final : public GraphNetwork<Number> {
 public:
  explicit RadialSum(const GraphNetworkRequest& request)
      : targets_(request.node_targets), columns_(request.species_names.size() * radial_sum_bins) {}

  std::vector<ParameterArray> layout() const override {
    return {{"weight", {targets_, columns_}}, {"constant", {targets_}}};
  }
  void initialise(const StreamKey& key, std::span<Number> parameters, std::span<Number>) const override {
    const RandomStream stream(key);
    for (std::size_t i = 0; i < parameters.size(); ++i)
      parameters[i] = static_cast<Number>(0.01 * stream.normals(0, static_cast<std::uint32_t>(i))[0]);
  }
  double addGradient(std::span<const Number> parameters, const GraphSample& sample, const PassKey&,
                     const LossWeights& weights, std::span<Number> gradient, std::span<Number>) override {
    const std::size_t particles = sample.species.size();
    const double share = weights.node / static_cast<double>(targets_ * particles);
    double loss = 0;
    for (std::size_t i = 0; i < particles; ++i) {
      const auto counts = countsOf(sample, i);
      for (std::size_t k = 0; k < targets_; ++k) {
        const double error = static_cast<double>(value(parameters, counts, k)) - sample.node_targets(k, i);
        const auto slope = static_cast<Number>(2 * share * error);
        loss += share * error * error;
        for (std::size_t c = 0; c < columns_; ++c) gradient[k * columns_ + c] += slope * counts[c];
        gradient[targets_ * columns_ + k] += slope;
      }
    }
    return loss;
  }
  GraphPrediction predict(std::span<const Number> parameters, std::span<const Number>,
                          const GraphSample& sample) override {
    GraphPrediction made{Array<double>({targets_, sample.species.size()}), {}};
    for (std::size_t i = 0; i < sample.species.size(); ++i) {
      const auto counts = countsOf(sample, i);
      for (std::size_t k = 0; k < targets_; ++k) made.nodes(k, i) = static_cast<double>(value(parameters, counts, k));
    }
    return made;
  }

 private:
  /// Neighbours of particle i by species and bin.
  std::vector<Number> countsOf(const GraphSample& sample, std::size_t i) const {
    std::vector<Number> counts(columns_, Number{0});
    const auto axes = static_cast<std::size_t>(sample.graph.dimension);
    for (auto e = static_cast<std::size_t>(sample.graph.begin[i]);
         e < static_cast<std::size_t>(sample.graph.begin[i + 1]); ++e) {
      double square = 0;
      for (std::size_t d = 0; d < axes; ++d)
        square += sample.graph.offset[e * axes + d] * sample.graph.offset[e * axes + d];
      const auto bin = static_cast<std::size_t>(std::sqrt(square) / radial_sum_reach * radial_sum_bins);
      const auto species = static_cast<std::size_t>(sample.species[static_cast<std::size_t>(sample.graph.sender[e])]);
      counts[species * radial_sum_bins + std::min(bin, radial_sum_bins - 1)] += 1;
    }
    return counts;
  }
  Number value(std::span<const Number> parameters, const std::vector<Number>& counts, std::size_t k) const {
    Number y = parameters[targets_ * columns_ + k];
    for (std::size_t c = 0; c < columns_; ++c) y += parameters[k * columns_ + c] * counts[c];
    return y;
  }

  std::size_t targets_, columns_;
};

inline GraphNetworkTraits radialSumTraits() {
  return {.cutoff = radial_sum_reach, .all_targets_at_once = true};
}

template <class Number>
std::unique_ptr<GraphNetwork<Number>> makeRadialSum(const GraphNetworkRequest& request) {
  return std::make_unique<RadialSum<Number>>(request);
}

}  // namespace glassforge::ml
