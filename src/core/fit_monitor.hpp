/// Follows the fit of a model that takes long.
#pragma once

#include <cstdint>
#include <string>

#include "core/checkpoint.hpp"

namespace glassforge {

/// How a training stands where it was just looked at.
struct FitProgress {
  std::string model, label;  ///< label: empty where all are learnt at once
  double time = 0;           ///< of the label; 0 where all are learnt at once
  std::int64_t network = 0;  ///< which of the networks that are averaged
  std::string phase;         ///< "pretraining", "training"
  std::int64_t passes = 0;   ///< of this network so far, over all phases
  std::int64_t of = 0;       ///< passes that it takes in all
  double loss = 0;           ///< mean over the training passes since the last look
  double validation_loss = 0, pearson = 0, pearson_pooled = 0, pearson_edges = 0;  ///< NaN where there is none
  double rate = 0;                                                                 ///< of the optimiser
};

/// Where several processes fit together, all call it alike: it agrees with itself on all of them. This one does
/// nothing.
class FitMonitor : public TaskMonitor {
 public:
  virtual void learnt(const FitProgress& /*progress*/) {}
};

}  // namespace glassforge
