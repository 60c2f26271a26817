#include "ml/nn/graph.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace glassforge::ml::nn {

namespace {

struct Received {
  std::int32_t sender = 0;
  std::array<double, 3> offset{};
};

/// What every node receives, ascending in the sender.
std::vector<std::vector<Received>> receivedEdges(const NeighbourSpace& space, double cutoff, SelfLoops loops) {
  std::vector<std::vector<Received>> received(space.species.size());
  forEachDirectedRow(space, cutoff, [&](const NeighbourRow& row) {
    auto& mine = received[static_cast<std::size_t>(row.centre)];
    for (std::size_t k = 0; k < row.ids.size(); ++k) {
      const bool itself = row.ids[k] == row.centre;
      if (itself && loops == SelfLoops::no) continue;
      require(itself || row.distance[k] > 0, "particles {} and {} are in one place", row.centre, row.ids[k]);
      Received edge{row.ids[k], {}};
      for (std::size_t d = 0; d < static_cast<std::size_t>(space.dimension); ++d) edge.offset[d] = -row.offset[d][k];
      mine.push_back(edge);
    }
    std::ranges::sort(mine, {}, &Received::sender);
  });
  return received;
}

/// Edge (s -> r) reversed stands at the place of r among the senders of s.
std::vector<std::int32_t> reverseEdges(const Graph& graph) {
  std::vector<std::int32_t> reverse(graph.sender.size());
  for (std::size_t e = 0; e < reverse.size(); ++e) {
    const auto from = static_cast<std::size_t>(graph.sender[e]);
    const auto first = graph.sender.begin() + graph.begin[from], last = graph.sender.begin() + graph.begin[from + 1];
    const auto found = std::lower_bound(first, last, graph.receiver[e]);
    reverse[e] = static_cast<std::int32_t>(found - graph.sender.begin());
  }
  return reverse;
}

}  // namespace

Graph makeGraph(const NeighbourSpace& space, double cutoff, SelfLoops loops) {
  Graph graph;
  graph.nodes = static_cast<std::int64_t>(space.species.size());
  graph.dimension = space.dimension;
  graph.begin.assign(1, 0);
  for (const auto& row : receivedEdges(space, cutoff, loops)) {
    const auto receiver = static_cast<std::int32_t>(graph.begin.size()) - 1;
    for (const Received& edge : row) {
      graph.sender.push_back(edge.sender);
      graph.receiver.push_back(receiver);
      graph.offset.insert(graph.offset.end(), edge.offset.begin(), edge.offset.begin() + space.dimension);
    }
    graph.begin.push_back(graph.edges());
  }
  graph.reverse = reverseEdges(graph);
  return graph;
}

}  // namespace glassforge::ml::nn
