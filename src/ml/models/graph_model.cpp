#include "ml/models/graph_model.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "ml/models/graph_course.hpp"
#include "ml/models/record_fields.hpp"

namespace glassforge::ml {

GraphModel::GraphModel(GraphNetworkKind kind, const ModelRequest& request)
    : kind_(std::move(kind)),
      request_(request),
      learning_(request.settings.graph(request.name)),
      positions_(parsePositions(learning_.positions)) {
  require(learning_.networks > 0 && learning_.batch > 0 && learning_.passes > 0 && learning_.validate_every > 0,
          "train.{}: networks, batch, passes and validate_every must be at least 1", request_.name);
}

double GraphModel::pairCutoff() const {
  const bool learns_edges = learning_.node_share < 1 || learning_.pretrain_passes > 0;
  return kind_.traits.edge_targets && learns_edges ? kind_.traits.cutoff : 0;
}

bool GraphModel::learns(std::size_t species) const {
  if (request_.settings.species.empty() && kind_.traits.first_species_alone) return species == 0;
  return request_.settings.learns(request_.species_names.at(species));
}

std::unique_ptr<GraphNetwork<float>> GraphModel::makeNetwork(std::size_t targets) const {
  return kind_.make({request_.name, request_.species_names, request_.dimension, targets, request_.settings});
}

std::vector<GraphModel::Fit> GraphModel::plan(const std::vector<LabelField>& layout) const {
  const auto targets = graphTargets(layout, learning_.labels, learning_.times);
  require(!targets.empty(), "model {}: there are no labels to learn", request_.name);
  if (kind_.traits.all_targets_at_once) return {{targets, {}}};
  std::vector<Fit> fits;
  for (const GraphTarget& target : targets) fits.push_back({{target}, {}});
  return fits;
}

GraphTask GraphModel::taskOf(const Fit& fit, std::size_t network) const {
  GraphTask task;
  task.model = request_.name;
  if (!kind_.traits.all_targets_at_once) {
    task.label = fit.targets.front().label;
    task.time = fit.targets.front().time;
  }
  task.network = static_cast<std::uint32_t>(network);
  task.seed = request_.settings.seed;
  task.learning = learning_;
  if (request_.settings.species.empty()) task.scored = {0};  // as scores are of the first species
  for (std::size_t b = 0; b < request_.species_names.size() && !request_.settings.species.empty(); ++b)
    if (learns(b)) task.scored.push_back(static_cast<int>(b));
  task.edge_targets = pairCutoff() > 0;
  task.initial = request_.initial;
  return task;
}

void GraphModel::fit(const TrainingView& data, Reducer& reducer) {
  FitMonitor unwatched;
  fitWatched(data, reducer, unwatched);
}

void GraphModel::fitWatched(const TrainingView& data, Reducer& reducer, FitMonitor& monitor) {
  const auto layout = data.labelLayout();
  auto fits = plan(layout);
  const auto networks = static_cast<std::size_t>(learning_.networks);
  GraphCourse course(monitor, fits.size() * networks);
  const int species = static_cast<int>(request_.species_names.size());
  for (Fit& fit : fits) {
    GraphData graphs(data, {kind_.traits, species, fit.targets, pairCutoff() > 0, positions_});
    const auto network = makeNetwork(fit.targets.size());
    for (std::size_t n = 0; n < networks; ++n)
      fit.networks.push_back(
          course.next([&] { return std::make_unique<GraphTrainer>(*network, graphs, reducer, taskOf(fit, n)); }));
  }
  times_.clear();
  for (const LabelField& field : layout) times_[field.name] = field.times;
  fits_ = std::move(fits);
}

std::vector<double> GraphModel::times(const std::string& label) const {
  const auto found = times_.find(label);
  require(found != times_.end(), "model {} has not learnt the label \"{}\"", request_.name, label);
  return found->second;
}

/// (K, N): the mean over the networks of a fit.
Array<double> GraphModel::predictTargets(const GraphSample& graph, const Fit& fit) const {
  Array<double> sum({fit.targets.size(), graph.species.size()});
  const auto network = makeNetwork(fit.targets.size());
  for (const TrainedGraph& trained : fit.networks) {
    const auto prediction = network->predict(trained.parameters, trained.statistics, graph);
    for (std::size_t n = 0; n < sum.size(); ++n) sum.values()[n] += prediction.nodes.values()[n];
  }
  for (double& value : sum.values()) value /= static_cast<double>(fit.networks.size());
  return sum;
}

Array<double> GraphModel::predict(const StructureSample& sample, const std::string& label) const {
  require(sample.looked_at.empty() == (positions_ == Positions::thermal),
          "model {} looks at {} positions; those of structure {} are not the ones", request_.name, toString(positions_),
          sample.structure);
  const std::size_t particles = sample.species.size();
  Array<double> y({times(label).size(), particles}, std::numeric_limits<double>::quiet_NaN());
  const GraphSample graph = makeGraphSample(sample, kind_.traits, static_cast<int>(request_.species_names.size()));
  for (const Fit& fit : fits_) {
    if (std::ranges::find(fit.targets, label, &GraphTarget::label) == fit.targets.end()) continue;
    const Array<double> values = predictTargets(graph, fit);
    for (std::size_t k = 0; k < fit.targets.size(); ++k)
      for (std::size_t i = 0; i < particles && fit.targets[k].label == label; ++i)
        if (learns(static_cast<std::size_t>(sample.species[i]))) y(fit.targets[k].at_time, i) = values(k, i);
  }
  return y;
}

std::string GraphModel::groupOf(const Fit& fit) const {
  const GraphTarget& first = fit.targets.front();
  return kind_.traits.all_targets_at_once ? "all" : first.label + "/t" + std::to_string(first.at_time);
}

namespace {

void writeValues(ModelRecord& record, const std::string& group, const std::vector<ParameterArray>& layout,
                 std::span<const float> values) {
  for (const ParameterArray& array : layout) {
    const std::size_t size = Array<double>::count(array.shape);
    const auto mine = values.first(size);
    record.arrays[group + "/" + array.name] = Array<double>(array.shape, {mine.begin(), mine.end()});
    values = values.subspan(size);
  }
}

std::vector<float> readValues(const ModelRecord& record, const std::string& group,
                              const std::vector<ParameterArray>& layout) {
  std::vector<float> values;
  for (const ParameterArray& array : layout)
    for (const double x : readArray(record, group + "/" + array.name, array.shape).values())
      values.push_back(static_cast<float>(x));
  return values;
}

const std::string statistics_group = "/statistics", positions_name = "positions";

}  // namespace

void GraphModel::writeNetwork(ModelRecord& record, const std::string& group, const TrainedGraph& trained,
                              std::size_t targets) const {
  const auto network = makeNetwork(targets);
  writeValues(record, group, network->layout(), trained.parameters);
  writeValues(record, group + statistics_group, network->statisticsLayout(), trained.statistics);
  Array<double> history({trained.history.size(), GraphLook::columns.size()});
  for (std::size_t k = 0; k < trained.history.size(); ++k)
    std::ranges::copy(trained.history[k].values(), history.row(k).begin());
  if (!history.empty()) record.arrays[group + "/history"] = history;
  record.attributes[group + "/history_columns"] = fmt::format("{}", fmt::join(GraphLook::columns, " "));
  record.attributes[group + "/pearson"] = trained.pearson;
  record.attributes[group + "/passes"] = trained.passes;
}

TrainedGraph GraphModel::readNetwork(const ModelRecord& record, const std::string& group, std::size_t targets) const {
  const auto network = makeNetwork(targets);
  TrainedGraph trained;
  trained.parameters = readValues(record, group, network->layout());
  trained.statistics = readValues(record, group + statistics_group, network->statisticsLayout());
  trained.pearson = readNumber(record, group + "/pearson");
  if (const auto found = record.arrays.find(group + "/history"); found != record.arrays.end())
    for (std::size_t k = 0; k < found->second.extent(0); ++k)
      trained.history.push_back(GraphLook::of(found->second.row(k)));
  const auto passes = record.attributes.find(group + "/passes");
  if (passes != record.attributes.end()) trained.passes = std::get<std::int64_t>(passes->second);
  return trained;
}

ModelRecord GraphModel::save() const {
  ModelRecord record;
  record.model = request_.name;
  record.attributes["descriptor_set"] = kind_.traits.descriptor_set;
  if (positions_ != Positions::thermal) record.attributes[positions_name] = std::string(toString(positions_));
  for (const auto& [label, times] : times_) record.arrays["times/" + label] = asColumn(times);
  for (const Fit& fit : fits_) {
    const std::string group = groupOf(fit);
    std::string targets;
    for (const GraphTarget& target : fit.targets)
      targets += fmt::format("{}{}/t{}", targets.empty() ? "" : " ", target.label, target.at_time);
    record.attributes[group + "/targets"] = targets;
    if (!kind_.traits.all_targets_at_once) record.attributes[group + "/time"] = fit.targets.front().time;
    for (std::size_t n = 0; n < fit.networks.size(); ++n)
      writeNetwork(record, group + "/seed" + std::to_string(n), fit.networks[n], fit.targets.size());
  }
  return record;
}

namespace {

/// "displacement/t0 displacement/t3" with the times of the labels.
std::vector<GraphTarget> readTargets(const std::string& text, const std::string& model,
                                     const std::map<std::string, std::vector<double>>& times) {
  std::vector<GraphTarget> targets;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string one = text.substr(at, end - at);
    const auto slash = one.find("/t");
    require<FileError>(slash != std::string::npos &&
                           one.find_first_not_of("0123456789", slash + 2) == std::string::npos &&
                           slash + 2 < one.size() && one.size() < slash + 11,
                       "model {}: \"{}\" is not a label and the number of a time", model, one);
    const auto label = times.find(one.substr(0, slash));
    const auto number = static_cast<std::size_t>(std::stoul(one.substr(slash + 2)));
    require<FileError>(label != times.end() && number < label->second.size(),
                       "model {}: \"{}\" is not among the labels and times of the record", model, one);
    targets.push_back({label->first, label->second[number], number});
    at = end + 1;
  }
  return targets;
}

Positions readPositions(const ModelRecord& record) {
  const auto found = record.attributes.find(positions_name);
  if (found == record.attributes.end()) return Positions::thermal;
  const auto* name = std::get_if<std::string>(&found->second);
  for (const Positions kind : {Positions::inherent, Positions::cage})
    if (name != nullptr && *name == toString(kind)) return kind;
  throw FileError(fmt::format("model {}: its positions are neither \"inherent\" nor \"cage\"", record.model));
}

constexpr std::string_view times_group = "times/", targets_name = "/targets";

}  // namespace

void GraphModel::load(const ModelRecord& record) {
  require<FileError>(record.model == request_.name, "a record of model {} cannot be read as {}", record.model,
                     request_.name);
  std::map<std::string, std::vector<double>> times;
  for (const auto& [key, values] : record.arrays)
    if (key.starts_with(times_group)) times[key.substr(times_group.size())] = values.values();
  std::vector<Fit> fits;
  for (const auto& [key, value] : record.attributes) {
    const auto* text = std::get_if<std::string>(&value);
    if (!key.ends_with(targets_name) || text == nullptr) continue;
    const std::string group = key.substr(0, key.size() - targets_name.size());
    Fit fit{readTargets(*text, request_.name, times), {}};
    require<FileError>(!fit.targets.empty(), "model {}: {} names no targets", request_.name, group);
    for (std::size_t n = 0; record.attributes.contains(fmt::format("{}/seed{}/pearson", group, n)); ++n)
      fit.networks.push_back(readNetwork(record, fmt::format("{}/seed{}", group, n), fit.targets.size()));
    require<FileError>(!fit.networks.empty(), "model {}: {} holds no network", request_.name, group);
    fits.push_back(std::move(fit));
  }
  require<FileError>(!fits.empty(), "model {}: the record holds nothing learnt", request_.name);
  positions_ = readPositions(record);
  times_ = std::move(times);
  fits_ = std::move(fits);
}

}  // namespace glassforge::ml
