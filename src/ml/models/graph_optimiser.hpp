/// The optimisers of networks on graphs, by the names that campaigns have for them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/checkpoint.hpp"
#include "ml/models/graph_network.hpp"

namespace glassforge::ml {

class GraphOptimiser {
 public:
  virtual ~GraphOptimiser() = default;
  virtual void step(std::span<float> parameters, std::span<const float> gradient, double rate) = 0;
  /// All it has to remember between two steps, under names that begin with `prefix`.
  virtual void save(Checkpoint& checkpoint, const std::string& prefix) const = 0;
  /// FileError or InputError where that is not there or of another network.
  virtual void load(const Checkpoint& checkpoint, const std::string& prefix) = 0;
};

/// GraphLearning::optimiser: "adam", or "soap". Adam is as torch has it: beta2 = 0.999, epsilon = 1e-8 after the
/// correction for the start.
std::unique_ptr<GraphOptimiser> makeOptimiser(const GraphLearning& learning, const std::vector<ParameterArray>& layout);

}  // namespace glassforge::ml
