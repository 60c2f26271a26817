#include "ml/models/graph_data.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/minimum_image.hpp"

namespace glassforge::ml {

namespace {

constexpr double largest_shift = 0.05;  // of a time that is asked for, as a share of it
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::size_t nearestTime(const LabelField& field, double wanted) {
  std::size_t nearest = 0;
  for (std::size_t t = 1; t < field.times.size(); ++t)
    if (std::abs(field.times[t] - wanted) < std::abs(field.times[nearest] - wanted)) nearest = t;
  require(!field.times.empty() && std::abs(field.times[nearest] - wanted) <= largest_shift * wanted,
          "{} is to be learnt at t = {}, the labels are of t = {}", field.name, wanted, fmt::join(field.times, ", "));
  return nearest;
}

/// Ascending, each once.
std::vector<std::size_t> distinct(std::vector<std::size_t> numbers) {
  std::ranges::sort(numbers);
  const auto again = std::ranges::unique(numbers);
  numbers.erase(again.begin(), again.end());
  return numbers;
}

std::vector<std::size_t> timesWanted(const LabelField& field, const std::vector<double>& times) {
  std::vector<std::size_t> wanted;
  for (std::size_t t = 0; times.empty() && t < field.times.size(); ++t) wanted.push_back(t);
  for (const double time : times) wanted.push_back(nearestTime(field, time));
  return distinct(std::move(wanted));
}

std::size_t bytesOf(const GraphSample& s) {
  const auto edges = static_cast<std::size_t>(s.graph.edges()), dimension = static_cast<std::size_t>(s.graph.dimension);
  const std::size_t of_graph = edges * (3 * sizeof(std::int32_t) + dimension * sizeof(double));
  const std::size_t of_nodes = s.graph.begin.size() * sizeof(std::int64_t) + s.species.size() * sizeof(std::int32_t);
  return of_graph + of_nodes + (s.features.size() + s.node_targets.size() + s.edge_targets.size()) * sizeof(double);
}

/// The place of the pair (i, j), i < j, in the ascending list; -1 where it is not there. `begin` counts by i.
std::int64_t placeOfPair(const PairField& pairs, const std::vector<std::int64_t>& begin, std::int32_t i,
                         std::int32_t j) {
  std::int64_t first = begin[static_cast<std::size_t>(i)], last = begin[static_cast<std::size_t>(i) + 1];
  while (first < last) {
    const std::int64_t middle = (first + last) / 2;
    if (pairs.ends(static_cast<std::size_t>(middle), 1) < j) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  const bool there =
      first < begin[static_cast<std::size_t>(i) + 1] && pairs.ends(static_cast<std::size_t>(first), 1) == j;
  return there ? first : -1;
}

std::vector<std::int64_t> beginOfPairs(const PairField& pairs, std::int64_t nodes) {
  std::vector<std::int64_t> begin(static_cast<std::size_t>(nodes) + 1, 0);
  for (std::size_t p = 0; p < pairs.ends.extent(0); ++p) {
    const std::int32_t i = pairs.ends(p, 0), j = pairs.ends(p, 1);
    require(0 <= i && i < j && j < nodes, "pair {} of the labels joins particles {} and {} of {}", p, i, j, nodes);
    ++begin[static_cast<std::size_t>(i) + 1];
  }
  for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
  return begin;
}

/// The rows of the times among the targets, each once.
Array<double> rowsOfTimes(const Array<double>& all, const std::vector<GraphTarget>& targets) {
  std::vector<std::size_t> rows;
  for (const GraphTarget& target : targets) rows.push_back(target.at_time);
  rows = distinct(std::move(rows));
  Array<double> some({rows.size(), all.extent(1)});
  for (std::size_t k = 0; k < rows.size(); ++k) std::ranges::copy(all.row(rows[k]), some.row(k).begin());
  return some;
}

}  // namespace

std::vector<GraphTarget> graphTargets(const std::vector<LabelField>& layout, const std::vector<std::string>& labels,
                                      const std::vector<double>& times) {
  for (const std::string& label : labels) {
    std::vector<std::string> known;
    for (const LabelField& field : layout) known.push_back(field.name);
    require(std::ranges::find(known, label) != known.end(), "the label \"{}\" is to be learnt; there are {}", label,
            fmt::join(known, ", "));
  }
  std::vector<GraphTarget> targets;
  for (const LabelField& field : layout) {
    if (!labels.empty() && std::ranges::find(labels, field.name) == labels.end()) continue;
    for (const std::size_t t : timesWanted(field, times)) targets.push_back({field.name, field.times[t], t});
  }
  return targets;
}

GraphSample makeGraphSample(const StructureSample& sample, const GraphNetworkTraits& traits, int species_count) {
  const std::size_t particles = sample.species.size(), dimension = sample.box.size();
  require(dimension > 0 && sample.thermal.size() == particles * dimension,
          "structure {} has no positions for its {} particles", sample.structure, particles);
  GraphSample made;
  made.structure = sample.structure;
  made.species = sample.species;
  made.features = sample.features;
  const std::vector<double>& positions = sample.looked_at.empty() ? sample.thermal : sample.looked_at;
  made.graph = nn::makeGraph({static_cast<int>(dimension), sample.box, positions, sample.species, species_count},
                             traits.cutoff, traits.loops);
  return made;
}

Array<double> onEdges(const PairField& pairs, const nn::Graph& graph) {
  const std::vector<std::int64_t> begin = beginOfPairs(pairs, graph.nodes);
  const std::size_t times = pairs.change.extent(0);
  Array<double> values({times, graph.sender.size()});
  for (std::size_t e = 0; e < graph.sender.size(); ++e) {
    const auto [i, j] = std::minmax(graph.sender[e], graph.receiver[e]);
    if (i == j) continue;
    const std::int64_t place = placeOfPair(pairs, begin, i, j);
    for (std::size_t t = 0; t < times; ++t)
      values(t, e) = place < 0 ? not_a_number : pairs.change(t, static_cast<std::size_t>(place));
  }
  return values;
}

void requireAllEdges(const Array<double>& change, const nn::Graph& graph) {
  for (std::size_t e = 0; change.extent(0) > 0 && e < graph.sender.size(); ++e)
    require(!std::isnan(change(0, e)),
            "particles {} and {} are neighbours in the graph, but not among the labelled pairs: labels.pairs needs the "
            "cutoff of the graph",
            std::min(graph.sender[e], graph.receiver[e]), std::max(graph.sender[e], graph.receiver[e]));
}

void countFromLengths(const StructureSample& sample, const nn::Graph& graph, Array<double>& change) {
  const auto axes = static_cast<std::size_t>(graph.dimension);
  for (std::size_t e = 0; e < graph.sender.size(); ++e) {
    const auto from = static_cast<std::size_t>(graph.sender[e]) * axes,
               to = static_cast<std::size_t>(graph.receiver[e]) * axes;
    const double thermal = std::sqrt(squaredDistance(sample.box, &sample.thermal[to], &sample.thermal[from]));
    const double length = std::sqrt(graph.squaredLength(e));
    for (std::size_t t = 0; t < change.extent(0); ++t) change(t, e) += thermal - length;
  }
}

GraphSample GraphData::make(std::int64_t structure) const {
  const StructureSample sample = view_.load(structure, request_.traits.descriptor_set, request_.positions);
  GraphSample made = makeGraphSample(sample, request_.traits, request_.species_count);
  made.node_targets = Array<double>({request_.targets.size(), sample.species.size()});
  for (std::size_t k = 0; k < request_.targets.size(); ++k) {
    const GraphTarget& target = request_.targets[k];
    const LabelField& field = sample.label(target.label);
    require(target.at_time < field.times.size() && field.times[target.at_time] == target.time,
            "structure {}: the times of {} differ from those of the campaign", structure, target.label);
    std::ranges::copy(field.mean.row(target.at_time), made.node_targets.row(k).begin());
  }
  if (request_.edge_targets) {
    made.edge_targets = rowsOfTimes(onEdges(view_.pairs(structure), made.graph), request_.targets);
    if (sample.looked_at.empty())
      requireAllEdges(made.edge_targets, made.graph);
    else
      countFromLengths(sample, made.graph, made.edge_targets);
  }
  return made;
}

std::shared_ptr<const GraphSample> GraphData::sample(std::int64_t structure) {
  if (const auto found = places_.find(structure); found != places_.end()) {
    kept_.splice(kept_.begin(), kept_, found->second);
    return found->second->sample;
  }
  auto made = std::make_shared<const GraphSample>(make(structure));
  const std::size_t bytes = bytesOf(*made);
  while (!kept_.empty() && held_ + bytes > room_) {
    held_ -= kept_.back().bytes;
    places_.erase(kept_.back().structure);
    kept_.pop_back();
  }
  if (bytes > room_) return made;
  kept_.push_front({structure, made, bytes});
  places_[structure] = kept_.begin();
  held_ += bytes;
  return made;
}

}  // namespace glassforge::ml
