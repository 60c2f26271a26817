/// Structures as networks on graphs see them, made from samples and kept as far as there is room.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ml/models/graph_network.hpp"
#include "ml/models/structure_data.hpp"

namespace glassforge::ml {

/// One label at one time: a row of node targets.
struct GraphTarget {
  std::string label;
  double time = 0;          ///< as the labels have it
  std::size_t at_time = 0;  ///< index among the times of the label

  bool operator==(const GraphTarget&) const = default;
};

/// The labels and times wanted (empty: all), in the order of the layout; a time is matched to the nearest one of the
/// label. InputError where a label is unknown or a time is off by more than 5 %.
std::vector<GraphTarget> graphTargets(const std::vector<LabelField>& layout, const std::vector<std::string>& labels,
                                      const std::vector<double>& times);

/// Graph, species and features of a structure, without targets. The graph is made of the positions looked at, where
/// there are some, else of the thermal ones.
GraphSample makeGraphSample(const StructureSample& sample, const GraphNetworkTraits& traits, int species_count);

/// (T, P) changes of pair distances on the directed edges of a graph: (T, E), the same for both directions, 0 for self
/// loops, NaN where the edge is not among the pairs.
Array<double> onEdges(const PairField& pairs, const nn::Graph& graph);
/// InputError that names an edge without a change.
void requireAllEdges(const Array<double>& change, const nn::Graph& graph);

/// Turns changes of thermal distances on the edges, (T, E), into changes from the edges' lengths: r_ij(t) is the same,
/// r_ij(0) is of the positions looked at.
void countFromLengths(const StructureSample& sample, const nn::Graph& graph, Array<double>& change);

/// What a GraphData makes.
struct GraphDataRequest {
  GraphNetworkTraits traits;
  int species_count = 0;
  std::vector<GraphTarget> targets;  ///< (K): rows of node targets
  bool edge_targets = false;         ///< a row for each time among the targets, counted from the edges' lengths
  Positions positions = Positions::thermal;
};

/// Training and validation structures as graphs. Those used last stay in memory, up to `bytes`; making one again takes
/// the reading of its labels and a search for neighbours (some 50 ms for 4096 particles). A structure of 4096 particles
/// with 41 neighbours each takes 8 MB.
class GraphData {
 public:
  static constexpr std::size_t default_bytes = std::size_t{1} << 30;

  GraphData(const TrainingView& view, GraphDataRequest request, std::size_t bytes = default_bytes)
      : view_(view), request_(std::move(request)), room_(bytes) {}

  const TrainingView& view() const { return view_; }
  const std::vector<GraphTarget>& targets() const { return request_.targets; }
  std::shared_ptr<const GraphSample> sample(std::int64_t structure);
  std::size_t bytesHeld() const { return held_; }

 private:
  struct Kept {
    std::int64_t structure = 0;
    std::shared_ptr<const GraphSample> sample;
    std::size_t bytes = 0;
  };
  GraphSample make(std::int64_t structure) const;

  const TrainingView& view_;
  GraphDataRequest request_;
  std::size_t room_, held_ = 0;
  std::list<Kept> kept_;  ///< the last used first
  std::map<std::int64_t, std::list<Kept>::iterator> places_;
};

}  // namespace glassforge::ml
