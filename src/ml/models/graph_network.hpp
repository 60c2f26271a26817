/// What a network on graphs of particles has to offer so that it can be trained, stored, and used (graph_trainer.hpp,
/// graph_model.hpp); and all such networks by name.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/array.hpp"
#include "core/learning_settings.hpp"
#include "core/random.hpp"
#include "ml/nn/graph.hpp"

namespace glassforge::ml {

/// One structure as a network sees it. N nodes, E directed edges; K node targets, M edge targets (both may be 0).
struct GraphSample {
  std::int64_t structure = 0;
  nn::Graph graph;
  std::vector<std::int32_t> species;  ///< (N)
  Array<double> features;             ///< (N, F) of the descriptor set that the network reads; F may be 0
  Array<double> node_targets;         ///< (K, N); empty where nothing is to be learnt
  /// (M, E), the same for both directions; NaN where an edge has none and is not learnt; empty where no edge has one.
  Array<double> edge_targets;
};

/// One forward and backward pass over one graph: all that is random in it follows from this.
struct PassKey {
  std::uint64_t seed = 0;     ///< of the campaign
  std::uint32_t network = 0;  ///< which of the networks of a model
  std::uint64_t pass = 0;     ///< how many passes came before, over all phases
};

/// The loss of a graph: node * (loss over nodes) + edge * (loss over edges).
struct LossWeights {
  double node = 1, edge = 0;
};

/// A parameter array: where it stands follows from the order; the name is its place in model files.
struct ParameterArray {
  std::string name;
  std::vector<std::size_t> shape;
};

/// Numbers in all these arrays.
std::size_t numbersIn(const std::vector<ParameterArray>& layout);

struct GraphPrediction {
  Array<double> nodes;  ///< (K, N)
  Array<double> edges;  ///< (M, E)
};

/// A network with its scratch memory, but without its parameters: these belong to the caller. Not for use by two
/// threads at once. Number: float to train, double to test.
template <class Number>
class GraphNetwork {
 public:
  virtual ~GraphNetwork() = default;

  /// All parameters, in order.
  virtual std::vector<ParameterArray> layout() const = 0;
  /// Numbers that are not learnt by gradients but averaged over passes (running means of batch normalisation), in
  /// order; none by default.
  virtual std::vector<ParameterArray> statisticsLayout() const { return {}; }
  /// The first values. The key's replica counts the networks of a model.
  virtual void initialise(const StreamKey& key, std::span<Number> parameters, std::span<Number> statistics) const = 0;

  /// Adds the gradient of the loss of one graph to `gradient` and returns the loss. `statistics` takes those of this
  /// pass (not the running ones). What is random (augmentation, dropout) follows from the key.
  virtual double addGradient(std::span<const Number> parameters, const GraphSample& sample, const PassKey& key,
                             const LossWeights& weights, std::span<Number> gradient, std::span<Number> statistics) = 0;
  /// Of the last addGradient or predict, whose sample must still be there, for every array of two extents (a kernel:
  /// outputs, inputs), in order: means of its inputs, then their variances. Empty where the network offers no
  /// standardised training; one that does has the bias (outputs) of each kernel behind it.
  virtual std::vector<double> inputMoments() { return {}; }
  /// Without augmentation and dropout, with the running statistics.
  virtual GraphPrediction predict(std::span<const Number> parameters, std::span<const Number> statistics,
                                  const GraphSample& sample) = 0;
};

/// What a network is made for.
struct GraphNetworkRequest {
  std::string name;                        ///< botan, bapst, se3
  std::vector<std::string> species_names;  ///< (K)
  int dimension = 3;
  std::size_t node_targets = 1;  ///< rows of GraphSample::node_targets
  LearningSettings settings;
};

/// What all networks of one name have in common.
struct GraphNetworkTraits {
  double cutoff = 2.0;  ///< of the edges, sigma
  nn::SelfLoops loops = nn::SelfLoops::no;
  std::string descriptor_set{};      ///< that fills GraphSample::features; empty: none
  bool all_targets_at_once = false;  ///< one network for all labels and times, or one for each
  bool edge_targets = false;         ///< whether it learns the change of pair distances
  bool first_species_alone = false;  ///< what it learns where [train] species is empty: one species, or all
};

bool isGraphNetwork(const std::string& name);
/// InputError where there is no network of that name.
GraphNetworkTraits graphNetworkTraits(const std::string& name);
template <class Number>
std::unique_ptr<GraphNetwork<Number>> makeGraphNetwork(const GraphNetworkRequest& request);
std::vector<std::string> graphNetworkNames();

}  // namespace glassforge::ml
