/// Training of one network on graphs, shared out over processes graph by graph (docs/formulas_ml.md, "Training of
/// networks on graphs").
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/fit_monitor.hpp"
#include "ml/models/graph_data.hpp"
#include "ml/models/graph_network.hpp"
#include "ml/models/graph_optimiser.hpp"
#include "ml/models/graph_validation.hpp"
#include "ml/models/reducer.hpp"
#include "ml/models/standardised_training.hpp"
#include "ml/nn/rate_schedule.hpp"

namespace glassforge::ml {

/// What one network is to learn and how. The structures, targets and whether there are edge targets come from the data.
struct GraphTask {
  std::string model, label;  ///< for progress; label and time are empty and 0 where all are learnt at once
  double time = 0;
  std::uint32_t network = 0;  ///< which of those that are averaged
  std::uint64_t seed = 0;
  GraphLearning learning;
  std::vector<int> scored;  ///< species whose particles count in the validation
  bool edge_targets = false;
  std::map<std::string, Array<double>> initial;  ///< first parameters by name; empty: those the network draws
};

/// One look at the validation part. What there is none of is NaN.
struct GraphLook {
  static constexpr std::array<std::string_view, 8> columns{
      "phase", "passes", "loss", "validation_loss", "pearson", "pearson_pooled", "pearson_edges", "rate"};

  double phase = 0;   ///< 0: pretraining on the edges, 1: training
  double passes = 0;  ///< so far, over both phases
  double loss = 0;    ///< mean over the training passes since the last look
  GraphScores validation;
  double rate = 0;

  std::array<double, 8> values() const;
  static GraphLook of(std::span<const double> values);
};

struct TrainedGraph {
  std::vector<float> parameters, statistics;
  std::vector<GraphLook> history;
  double pearson = 0;       ///< of these parameters on the validation part; NaN without
  std::int64_t passes = 0;  ///< after which they were taken
};

/// Into a checkpoint and back, under names that begin with `prefix`. FileError where something is missing.
void putTrained(Checkpoint& checkpoint, const std::string& prefix, const TrainedGraph& trained);
TrainedGraph getTrained(const Checkpoint& checkpoint, const std::string& prefix);

class GraphTrainer {
 public:
  /// `network`, `data` and `reducer` must outlive it. InputError where there are no training structures, or where the
  /// first parameters given do not fit the network.
  GraphTrainer(GraphNetwork<float>& network, GraphData& data, Reducer& reducer, GraphTask task);

  std::int64_t passes() const { return passes_; }
  std::int64_t allPasses() const;
  bool finished() const { return passes_ == allPasses(); }
  /// One step of the optimiser, over at most GraphLearning::batch graphs; where one is due, then a look at the
  /// validation part, which is returned. Collective. InputError where the loss is not finite.
  std::optional<FitProgress> step();
  /// The parameters with the highest Pearson on the validation part; without one, those of the last pass.
  TrainedGraph result() const;

  /// Everything that is needed to go on, under names that begin with `prefix`.
  void save(Checkpoint& checkpoint, const std::string& prefix) const;
  void load(const Checkpoint& checkpoint, const std::string& prefix);

 private:
  struct Phase {
    int number = 1;
    std::int64_t first = 0, last = 0;  // passes
    LossWeights weights;
  };
  Phase phase() const;
  std::int64_t structureOf(std::int64_t pass);
  void addSlots(const Phase& phase, std::int64_t count);
  void standardiseFirst();
  void averageStatistics(std::span<const double> of_pass);
  void improve(double rate, std::int64_t count);
  FitProgress look(const Phase& phase, double rate);

  GraphNetwork<float>& network_;
  GraphData& data_;
  Reducer& reducer_;
  GraphTask task_;
  std::size_t statistics_count_ = 0;
  std::vector<float> parameters_, statistics_, gradient_;
  std::unique_ptr<GraphOptimiser> optimiser_;
  std::optional<StandardisedTraining> standardised_;
  std::int64_t passes_ = 0;
  double loss_ = 0;  // summed since the last look
  std::int64_t passes_in_loss_ = 0;
  std::optional<TrainedGraph> best_;  // without a history
  std::vector<GraphLook> history_;
  std::int64_t epoch_ = -1;  // of order_
  std::vector<std::int64_t> order_;
};

/// The training structures of a pass: all of them once an epoch, each epoch in an order of its own.
std::vector<std::int64_t> orderOfEpoch(std::vector<std::int64_t> structures, std::uint64_t seed, std::uint32_t network,
                                       std::int64_t epoch);

}  // namespace glassforge::ml
