/// How well a network on graphs does on structures it is not trained on.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ml/models/graph_data.hpp"
#include "ml/models/graph_network.hpp"
#include "ml/models/reducer.hpp"

namespace glassforge::ml {

/// NaN where it is not known. Pearson correlations are of one row of targets and the particles of one species, and
/// averaged over rows and species. Edges: those shorter than 1.35 between particles of these species, as BOTAN has it.
struct GraphScores {
  double loss = 0;            ///< mean squared errors, weighted as the phase weights its losses
  double pearson = 0;         ///< of each structure, averaged
  double pearson_pooled = 0;  ///< of all structures together
  double pearson_edges = 0;   ///< of each structure, averaged
};

struct GraphValidation {
  std::vector<int> scored;  ///< species
  LossWeights weights;
};

constexpr double scored_edge_length = 1.35;  ///< reference 4.1

/// Predictions for the structures are shared out over the processes. Collective; all get the same bits.
GraphScores scoreGraphs(GraphNetwork<float>& network, std::span<const float> parameters,
                        std::span<const float> statistics, GraphData& data, const std::vector<std::int64_t>& structures,
                        const GraphValidation& how, Reducer& reducer);

}  // namespace glassforge::ml
