#include "ml/models/glassmlp.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "core/error.hpp"
#include "ml/models/glassmlp_record.hpp"
#include "ml/models/record_fields.hpp"

namespace glassforge::ml {

/// One network to be trained, and where it belongs.
struct GlassMlp::Order {
  std::size_t learnt_species = 0;  ///< index among those learnt
  int species = 0;
  std::string label;
  std::size_t time = 0;
  NetworkTask task;
};

namespace {

/// Trained network and columns in one block of numbers, and back.
std::vector<double> pack(const TrainedNetwork& network, const SpeciesData& data) {
  std::vector<double> block{network.validation_pearson, network.validation_loss, static_cast<double>(network.epochs)};
  for (const auto* part : {&data.mean, &data.scale, &network.parameters})
    block.insert(block.end(), part->begin(), part->end());
  return block;
}

std::vector<double> take(std::span<const double>& rest, std::size_t count) {
  const auto part = rest.first(count);
  rest = rest.subspan(count);
  return {part.begin(), part.end()};
}

/// Rows of the batch as one network predicts them are added to sum.
void addPredictions(nn::Network<double>& network, const TrainedNetwork& trained, const nn::Table<double>& rows,
                    std::vector<double>& sum) {
  std::ranges::copy(trained.parameters, network.parameters().begin());
  const auto y = network.forward(nn::ConstBatch<double>(rows.data(), rows.rows(), rows.cols()));
  for (std::size_t r = 0; r < sum.size(); ++r) sum[r] += y.data()[r];
}

}  // namespace

GlassMlp::GlassMlp(std::string set, std::vector<std::string> species_names, int dimension, LearningSettings settings)
    : set_(std::move(set)),
      species_names_(std::move(species_names)),
      dimension_(dimension),
      settings_(std::move(settings)) {
  require(settings_.networks > 0, "model {} needs at least one network, not {}", name_, settings_.networks);
}

std::vector<GlassMlp::Order> GlassMlp::orders(const TrainingView& data) const {
  std::vector<Order> list;
  std::size_t learnt_species = 0;
  const auto dimension = static_cast<std::size_t>(dimension_);
  for (std::size_t b = 0; b < species_names_.size(); ++b) {
    if (!settings_.learns(species_names_[b])) continue;
    std::size_t target = 0;
    for (const LabelField& field : data.labelLayout())
      for (std::size_t t = 0; t < field.times.size(); ++t, ++target)
        for (std::int64_t n = 0; n < settings_.networks; ++n) {
          const auto which = static_cast<std::uint32_t>(target * species_names_.size() + b);
          const StreamKey key{settings_.seed, Purpose::network_weights, which, static_cast<std::uint32_t>(n)};
          list.push_back({learnt_species,
                          static_cast<int>(b),
                          field.name,
                          t,
                          {target, MobilityRule::of(field.name, dimension), key, settings_.epochs}});
        }
    ++learnt_species;
  }
  return list;
}

void GlassMlp::fit(const TrainingView& data, Reducer& reducer) {
  require(!data.train().empty(), "there are no training structures: raise [split] train");
  std::vector<int> species;
  for (std::size_t b = 0; b < species_names_.size(); ++b)
    if (settings_.learns(species_names_[b])) species.push_back(static_cast<int>(b));
  const std::vector<Order> list = orders(data);
  std::vector<std::int64_t> numbers(list.size());
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  std::optional<std::vector<SpeciesData>> loaded;
  const auto blocks = reducer.gather(numbers, [&](std::int64_t k) {
    if (!loaded) loaded = loadSpeciesData(data, set_, species);
    const Order& order = list[static_cast<std::size_t>(k)];
    const SpeciesData& of_species = (*loaded)[order.learnt_species];
    if (of_species.train.empty()) return std::vector<double>{};
    return pack(GlassMlpTrainer(of_species, order.task).run(), of_species);
  });
  columns_.clear();
  labels_.clear();
  for (const LabelField& field : data.labelLayout()) labels_[field.name].times = field.times;
  const std::size_t columns = data.featureCount(set_);
  for (std::size_t k = 0; k < list.size(); ++k) {
    if (blocks[k].empty()) continue;
    std::span<const double> rest(blocks[k]);
    const auto numbers_of = take(rest, 3);
    Columns& c = columns_[list[k].species];
    c.mean = take(rest, columns);
    c.scale = take(rest, columns);
    labels_[list[k].label].networks[list[k].species][list[k].time].push_back(
        {{rest.begin(), rest.end()}, numbers_of[0], numbers_of[1], static_cast<std::int64_t>(numbers_of[2])});
  }
}

const GlassMlp::LearntLabel& GlassMlp::learnt(const std::string& label) const {
  const auto it = labels_.find(label);
  require(it != labels_.end(), "model {} has not learnt the label \"{}\"", name_, label);
  return it->second;
}

std::vector<double> GlassMlp::times(const std::string& label) const {
  return learnt(label).times;
}

const std::vector<TrainedNetwork>& GlassMlp::networks(const std::string& label, int species, std::size_t time) const {
  static const std::vector<TrainedNetwork> none;
  const auto& all = learnt(label).networks;
  const auto of_species = all.find(species);
  if (of_species == all.end()) return none;
  const auto at_time = of_species->second.find(time);
  return at_time == of_species->second.end() ? none : at_time->second;
}

Array<double> GlassMlp::predict(const StructureSample& sample, const std::string& label) const {
  const std::size_t times = learnt(label).times.size(), particles = sample.species.size();
  Array<double> y({times, particles}, std::numeric_limits<double>::quiet_NaN());
  for (const auto& [species, columns] : columns_) {
    require(sample.features.rank() == 2 && sample.features.extent(0) == particles &&
                sample.features.extent(1) == columns.mean.size(),
            "model {}: structure {} has no table of {} feature columns", name_, sample.structure, columns.mean.size());
    const auto chosen = particlesOf(sample, species);
    if (chosen.empty()) continue;
    const auto rows = standardisedRows(sample.features, chosen, columns.mean, columns.scale);
    nn::Network<double> network(glassMlpShapes(columns.mean.size()), rows.rows());
    for (std::size_t t = 0; t < times; ++t) {
      const auto& ensemble = networks(label, species, t);
      std::vector<double> sum(chosen.size(), 0.0);
      for (const TrainedNetwork& trained : ensemble) addPredictions(network, trained, rows, sum);
      for (std::size_t r = 0; r < chosen.size() && !ensemble.empty(); ++r)
        y(t, static_cast<std::size_t>(chosen[r])) = sum[r] / static_cast<double>(ensemble.size());
    }
  }
  return y;
}

ModelRecord GlassMlp::save() const {
  ModelRecord record;
  record.model = name_;
  record.attributes["descriptor_set"] = set_;
  for (const auto& [species, columns] : columns_) {
    const std::string group = "columns/" + species_names_[static_cast<std::size_t>(species)];
    record.arrays[group + "/mean"] = Array<double>({columns.mean.size()}, columns.mean);
    record.arrays[group + "/scale"] = Array<double>({columns.scale.size()}, columns.scale);
  }
  for (const auto& [label, learnt] : labels_)
    for (const auto& [species, by_time] : learnt.networks)
      for (const auto& [time, ensemble] : by_time) {
        const std::string group = fitGroup(label, species_names_[static_cast<std::size_t>(species)], time);
        record.attributes[group + "/time"] = learnt.times[time];
        for (std::size_t n = 0; n < ensemble.size(); ++n)
          writeNetwork(record, group + "/seed" + std::to_string(n), ensemble[n], columns_.at(species).mean.size());
      }
  return record;
}

void GlassMlp::load(const ModelRecord& record) {
  require<FileError>(record.model == name_, "a record of model {} cannot be read as {}", record.model, name_);
  std::map<int, Columns> columns;
  std::map<std::string, LearntLabel> labels;
  for (const auto& [key, value] : record.arrays)
    if (!key.starts_with("columns/")) labels[key.substr(0, key.find('/'))];
  for (std::size_t b = 0; b < species_names_.size(); ++b) {
    const std::string group = "columns/" + species_names_[b];
    if (!record.arrays.contains(group + "/mean")) continue;
    Columns& c = columns[static_cast<int>(b)];
    c.mean = readArray(record, group + "/mean").values();
    c.scale = readArray(record, group + "/scale").values();
    require<FileError>(c.mean.size() == c.scale.size(), "model {}: mean and scale of {} do not fit", name_, group);
    for (auto& [label, learnt] : labels)
      for (std::size_t t = 0; record.attributes.contains(fitGroup(label, species_names_[b], t) + "/time"); ++t) {
        const std::string at_time = fitGroup(label, species_names_[b], t);
        if (learnt.times.size() == t) learnt.times.push_back(readNumber(record, at_time + "/time"));
        auto& ensemble = learnt.networks[static_cast<int>(b)][t];
        for (std::size_t n = 0; record.attributes.contains(at_time + "/seed" + std::to_string(n) + "/epochs"); ++n)
          ensemble.push_back(readNetwork(record, at_time + "/seed" + std::to_string(n), c.mean.size()));
      }
  }
  require<FileError>(!columns.empty() && !labels.empty(), "model {}: the record holds nothing learnt", name_);
  columns_ = std::move(columns);
  labels_ = std::move(labels);
}

}  // namespace glassforge::ml
