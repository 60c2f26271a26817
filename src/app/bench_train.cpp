#include "app/bench_train.hpp"

#include <charconv>
#include <fstream>

#include "ml/descriptors/descriptor.hpp"
#include "ml/models/graph_optimiser.hpp"
#include "ml/nn/adam.hpp"

namespace glassforge::app {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr double kNodeMean = 0.3, kSpread = 0.1;  // of made-up targets, as displacements at tau_alpha have it

/// From now on; where the system does not allow it, since the process began.
void resetPeakMemory() {
  std::ofstream("/proc/self/clear_refs") << "5\n";
}

/// GiB; 0 where the system does not tell.
double peakMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("VmHWM:")) continue;
    const auto first = line.find_first_of("0123456789");
    double kib = 0;
    if (first != std::string::npos) std::from_chars(line.data() + first, line.data() + line.size(), kib);
    return kib / (1024.0 * 1024.0);
  }
  return 0;
}

/// (rows, columns) of normal numbers. `kind` sets apart what is made for one graph.
Array<double> madeUp(std::size_t rows, std::size_t columns, std::uint64_t kind) {
  const RandomStream stream({kSeed, Purpose::test, 0, 0});
  Array<double> values({rows, columns});
  for (std::size_t k = 0; k < values.size(); ++k)
    values.values()[k] = kNodeMean + kSpread * stream.normals(kind, static_cast<std::uint32_t>(k))[0];
  return values;
}

/// The same value on both edges of a pair: what its distance changes by.
Array<double> madeUpPairs(const ml::nn::Graph& graph) {
  auto values = madeUp(1, static_cast<std::size_t>(graph.edges()), 2);
  for (std::size_t e = 0; e < values.size(); ++e) {
    const auto reverse = static_cast<std::size_t>(graph.reverse[e]);
    if (reverse < e) values.values()[e] = values.values()[reverse];
  }
  return values;
}

ml::GraphSample sampleOf(const BenchSystem& system, const ml::GraphNetworkTraits& traits, std::size_t targets) {
  const Snapshot& start = system.start;
  const std::size_t particles = start.particles();
  ml::GraphSample sample;
  sample.species.assign(start.species.begin(), start.species.end());
  sample.graph =
      ml::nn::makeGraph({start.dimension, start.box, start.position, sample.species, system.mixture.speciesCount()},
                        traits.cutoff, traits.loops);
  if (!traits.descriptor_set.empty()) {
    const auto set = ml::makeDescriptor(traits.descriptor_set, system.mixture.species, start.dimension);
    sample.features = madeUp(particles, set->columns().size(), 0);
  }
  sample.node_targets = madeUp(targets, particles, 1);
  if (traits.edge_targets) sample.edge_targets = madeUpPairs(sample.graph);
  return sample;
}

/// A network with its parameters and its optimiser.
class Learner {
 public:
  Learner(const ml::GraphNetworkRequest& request, const GraphLearning& learning, const ml::LossWeights& weights)
      : network_(ml::makeGraphNetwork<float>(request)),
        clip_(learning.clip),
        weights_(weights),
        parameters_(ml::numbersIn(network_->layout())),
        gradient_(parameters_.size()),
        statistics_(ml::numbersIn(network_->statisticsLayout())),
        rate_(learning.rate),
        optimiser_(ml::makeOptimiser(learning, network_->layout())) {
    network_->initialise({kSeed, Purpose::network_weights, 0, 0}, parameters_, statistics_);
  }

  std::int64_t parameters() const { return static_cast<std::int64_t>(parameters_.size()); }

  double step(const ml::GraphSample& sample) {
    std::fill(gradient_.begin(), gradient_.end(), 0.0f);
    const double loss =
        network_->addGradient(parameters_, sample, {kSeed, 0, passes_++}, weights_, gradient_, statistics_);
    if (clip_ > 0) ml::nn::clipNorm<float>(gradient_, clip_);
    optimiser_->step(parameters_, gradient_, rate_);
    return loss;
  }

 private:
  std::unique_ptr<ml::GraphNetwork<float>> network_;
  double clip_;
  ml::LossWeights weights_;
  std::vector<float> parameters_, gradient_, statistics_;
  double rate_;
  std::unique_ptr<ml::GraphOptimiser> optimiser_;
  std::uint64_t passes_ = 0;
};

}  // namespace

TrainingSpeed benchTraining(const BenchSystem& system, const std::string& network, std::int64_t targets,
                            std::int64_t steps) {
  const auto traits = ml::graphNetworkTraits(network);
  const auto rows = traits.all_targets_at_once ? static_cast<std::size_t>(targets) : 1;
  const LearningSettings settings;
  const GraphLearning learning = settings.graph(network);
  const double node = traits.edge_targets ? learning.node_share : 1;
  resetPeakMemory();
  const auto sample = sampleOf(system, traits, rows);
  Learner learner({network, system.mixture.species, system.start.dimension, rows, settings}, learning,
                  {node, 1 - node});
  TrainingSpeed speed;
  speed.edges = sample.graph.edges();
  speed.parameters = learner.parameters();
  learner.step(sample);
  for (std::int64_t k = 0; k < steps; ++k) clockWork(speed.timing, [&] { speed.loss = learner.step(sample); });
  speed.peak_memory = peakMemory();
  return speed;
}

}  // namespace glassforge::app
