#include "ml/models/pca_score.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "ml/descriptors/coarse_sums.hpp"
#include "ml/models/record_fields.hpp"

namespace glassforge::ml {

namespace {

constexpr double not_learnt = std::numeric_limits<double>::quiet_NaN();

/// Sums over all training structures, one for each of the species; add(sums, sample, rows, b) adds a structure.
template <class Sums, class Add>
std::vector<Sums> sumOverTraining(const TrainingView& data, const std::string& set, const std::vector<int>& species,
                                  Reducer& reducer, const Add& add) {
  const std::size_t features = data.featureCount(set);
  const std::size_t length = species.size() * Sums::packedSize(features, 0);
  const auto total = reducer.sum(data.train(), length, [&](std::int64_t s) {
    const StructureSample sample = data.load(s, set);
    std::vector<double> block;
    for (std::size_t b = 0; b < species.size(); ++b) {
      Sums sums(features, 0);
      add(sums, sample, particlesOf(sample, species[b]), b);
      sums.pack(block);
    }
    return block;
  });
  std::vector<Sums> result(species.size(), Sums(features, 0));
  std::span<const double> rest(total);
  for (Sums& sums : result) rest = sums.unpack(rest);
  return result;
}

}  // namespace

PcaScore::PcaScore(std::string name, std::string set, double length, std::size_t features, const ModelRequest& request)
    : name_(std::move(name)),
      set_(std::move(set)),
      length_(length),
      features_(features),
      species_names_(request.species_names),
      settings_(request.settings) {}

void PcaScore::fit(const TrainingView& data, Reducer& reducer) {
  require(data.featureCount(set_) == features_, "model {}: the descriptor set has {} columns, the data {}", name_,
          features_, data.featureCount(set_));
  require(!data.train().empty(), "there are no training structures: raise [split] train");
  std::vector<int> species;
  for (std::size_t b = 0; b < species_names_.size(); ++b)
    if (settings_.learns(species_names_[b])) species.push_back(static_cast<int>(b));
  const auto no_targets = [](const StructureSample& s) { return Array<double>({0, s.species.size()}); };
  const auto means =
      sumOverTraining<ColumnSums>(data, set_, species, reducer,
                                  [&](ColumnSums& sums, const StructureSample& sample, const auto& rows, std::size_t) {
                                    sums.accumulate(sample.features, no_targets(sample), rows);
                                  });
  std::vector<std::vector<double>> origins;
  for (const ColumnSums& sums : means) origins.push_back(sums.meanX());
  const auto moments = sumOverTraining<NormalEquations>(
      data, set_, species, reducer,
      [&](NormalEquations& sums, const StructureSample& sample, const auto& rows, std::size_t b) {
        sums.accumulate(sample.features, no_targets(sample), rows, origins[b], {});
      });
  components_.clear();
  for (std::size_t b = 0; b < species.size(); ++b)
    if (moments[b].rows() >= 2) components_[species[b]] = principalComponents(moments[b], origins[b]);
}

const PrincipalComponents* PcaScore::find(int species) const {
  const auto it = components_.find(species);
  return it == components_.end() ? nullptr : &it->second;
}

std::vector<double> PcaScore::scores(const StructureSample& sample) const {
  require(sample.features.rank() == 2 && sample.features.extent(0) == sample.species.size() &&
              sample.features.extent(1) == features_,
          "model {}: structure {} has no table of {} feature columns", name_, sample.structure, features_);
  std::vector<double> scores(sample.species.size(), 0.0);
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (const PrincipalComponents* pca = find(sample.species[i])) scores[i] = pca->project(sample.features.row(i), 0);
  return scores;
}

void PcaScore::average(const StructureSample& sample, std::vector<double>& scores) const {
  const NeighbourSpace space{static_cast<int>(sample.box.size()), sample.box, sample.thermal, sample.species,
                             static_cast<int>(species_names_.size())};
  const Array<double> sums = coarseSums(space, {length_}, {scores});
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto own = static_cast<std::size_t>(sample.species[i]);
    scores[i] = sums(i, 0, own, 1) / sums(i, 0, own, 0);
  }
}

Array<double> PcaScore::predict(const StructureSample& sample, const std::string& label) const {
  std::vector<double> column = scores(sample);
  if (length_ > 0) average(sample, column);
  for (std::size_t i = 0; i < column.size(); ++i)
    if (find(sample.species[i]) == nullptr) column[i] = not_learnt;
  const std::size_t times = sample.label(label).times.size();
  Array<double> y({times, column.size()});
  for (std::size_t t = 0; t < times; ++t) std::ranges::copy(column, y.row(t).begin());
  return y;
}

ModelRecord PcaScore::save() const {
  ModelRecord record;
  record.model = name_;
  record.attributes["descriptor_set"] = set_;
  record.attributes["averaging_length"] = length_;
  for (const auto& [species, pca] : components_) {
    const std::string& group = species_names_.at(static_cast<std::size_t>(species));
    record.arrays[group + "/mean"] = asColumn(pca.mean);
    record.arrays[group + "/components"] = pca.components;
    record.arrays[group + "/explained_variance"] = asColumn(pca.explained_variance);
  }
  return record;
}

void PcaScore::load(const ModelRecord& record) {
  require<FileError>(record.model == name_, "a record of model {} cannot be read as {}", record.model, name_);
  std::map<int, PrincipalComponents> components;
  for (std::size_t b = 0; b < species_names_.size(); ++b) {
    const std::string& group = species_names_[b];
    if (!record.arrays.contains(group + "/mean")) continue;
    components[static_cast<int>(b)] = {readColumn(record, group + "/mean", features_),
                                       readArray(record, group + "/components", {features_, features_}),
                                       readColumn(record, group + "/explained_variance", features_)};
  }
  require<FileError>(!components.empty(), "model {}: the record holds nothing learnt", name_);
  components_ = std::move(components);
}

}  // namespace glassforge::ml
