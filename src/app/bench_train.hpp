/// Speed of training networks on graphs: what `glassforge bench train` measures.
#pragma once

#include <cstdint>
#include <string>

#include "app/bench.hpp"

namespace glassforge::app {

struct TrainingSpeed {
  std::int64_t edges = 0;       ///< of the graph, directed
  std::int64_t parameters = 0;  ///< that are learnt
  Timing timing;                ///< one entry a step
  double loss = 0;              ///< of the last step, on targets that are made up
  double peak_memory = 0;       ///< GiB that the process held at most, the structure and the program in it
};

/// Steps of training in single precision on the graph of the system's configuration, after one that is not timed:
/// forward and backward pass, clipped gradient, Adam. Features and targets are made up, `targets` rows of them where
/// the network learns all at once. InputError where there is no network of that name.
TrainingSpeed benchTraining(const BenchSystem& system, const std::string& network, std::int64_t targets,
                            std::int64_t steps);

}  // namespace glassforge::app
