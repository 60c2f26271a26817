/// The trainings of a model one after the other, under a monitor that may stop them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/fit_monitor.hpp"
#include "ml/models/graph_trainer.hpp"

namespace glassforge::ml {

/// Its checkpoints hold the networks that are done and the state of the one under way.
class GraphCourse {
 public:
  /// Goes on from the checkpoint of the monitor, if it has one. FileError where that is damaged.
  GraphCourse(FitMonitor& monitor, std::size_t networks);

  /// The next network: as the checkpoint has it, or trained from where the checkpoint has got to or from the beginning.
  /// `begin` makes its trainer. Stops with what the monitor throws.
  TrainedGraph next(const std::function<std::unique_ptr<GraphTrainer>()>& begin);

 private:
  Checkpoint checkpoint(const GraphTrainer& trainer) const;

  FitMonitor& monitor_;
  std::size_t networks_, returned_ = 0;
  std::optional<Checkpoint> from_;
  std::vector<TrainedGraph> done_;
};

}  // namespace glassforge::ml
