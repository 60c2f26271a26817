#include "ml/models/softness.hpp"

#include <limits>

#include "core/error.hpp"
#include "ml/models/record_fields.hpp"

namespace glassforge::ml {

Softness::Softness(std::string name, std::string set, std::size_t features, const ModelRequest& request)
    : name_(std::move(name)),
      set_(std::move(set)),
      features_(features),
      species_names_(request.species_names),
      settings_(request.settings) {}

void Softness::fit(const TrainingView& data, Reducer& reducer) {
  require(data.featureCount(set_) == features_, "model {}: the descriptor set has {} columns, the data {}", name_,
          features_, data.featureCount(set_));
  labels_.clear();
  for (const LabelField& field : data.labelLayout()) labels_[field.name].times = field.times;
  for (int b = 0; b < static_cast<int>(species_names_.size()); ++b) {
    if (!settings_.learns(species_names_[static_cast<std::size_t>(b)])) continue;
    const auto fits = trainSoftness(data, {set_, b, settings_}, reducer);
    if (fits.empty()) continue;
    std::size_t k = 0;
    for (const LabelField& field : data.labelLayout())
      for (std::size_t t = 0; t < field.times.size(); ++t, ++k) labels_[field.name].fits[b][t] = fits[k];
  }
}

const Softness::LearntLabel& Softness::learnt(const std::string& label) const {
  const auto it = labels_.find(label);
  require(it != labels_.end(), "model {} has not learnt the label \"{}\"", name_, label);
  return it->second;
}

const SoftnessFit* Softness::find(const std::string& label, int species, std::size_t time) const {
  const auto& fits = learnt(label).fits;
  const auto of_species = fits.find(species);
  if (of_species == fits.end()) return nullptr;
  const auto fit = of_species->second.find(time);
  return fit == of_species->second.end() ? nullptr : &fit->second;
}

Array<double> Softness::predict(const StructureSample& sample, const std::string& label) const {
  require(sample.features.rank() == 2 && sample.features.extent(0) == sample.species.size() &&
              sample.features.extent(1) == features_,
          "model {}: structure {} has no table of {} feature columns", name_, sample.structure, features_);
  const std::size_t times = learnt(label).times.size(), particles = sample.species.size();
  Array<double> y({times, particles}, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t t = 0; t < times; ++t)
    for (std::size_t i = 0; i < particles; ++i)
      if (const SoftnessFit* fit = find(label, sample.species[i], t)) y(t, i) = fit->predict(sample.features.row(i));
  return y;
}

namespace {

std::string groupOf(const std::string& label, const std::string& species, std::size_t time) {
  return label + "/" + species + "/t" + std::to_string(time);
}

void write(ModelRecord& record, const std::string& group, const SoftnessFit& fit, double time) {
  record.arrays[group + "/weights"] = asColumn(fit.weights);
  record.arrays[group + "/mean"] = asColumn(fit.mean);
  record.arrays[group + "/scale"] = asColumn(fit.scale);
  record.arrays[group + "/curve_softness"] = asColumn(fit.curve.softness);
  record.arrays[group + "/curve_rearranging"] = asColumn(fit.curve.rearranging);
  record.arrays[group + "/curve_counts"] = asColumn(fit.curve.counts);
  record.attributes[group + "/time"] = time;
  record.attributes[group + "/offset"] = fit.offset;
  record.attributes[group + "/penalty"] = fit.penalty;
  record.attributes[group + "/validation_pearson"] = fit.validation_pearson;
  record.attributes[group + "/threshold"] = fit.threshold;
  record.attributes[group + "/intercept"] = fit.intercept;
  record.attributes[group + "/slope"] = fit.slope;
  record.attributes[group + "/curve_log_offset"] = fit.curve.log_offset;
  record.attributes[group + "/curve_log_slope"] = fit.curve.log_slope;
}

SoftnessFit read(const ModelRecord& record, const std::string& group, std::size_t features) {
  SoftnessFit fit;
  fit.weights = readColumn(record, group + "/weights", features);
  fit.mean = readColumn(record, group + "/mean", features);
  fit.scale = readColumn(record, group + "/scale", features);
  const auto counts = record.arrays.find(group + "/curve_counts");
  const std::size_t bins = counts == record.arrays.end() ? 0 : counts->second.size();
  fit.curve.counts = readColumn(record, group + "/curve_counts", bins);
  fit.curve.softness = readColumn(record, group + "/curve_softness", bins);
  fit.curve.rearranging = readColumn(record, group + "/curve_rearranging", bins);
  fit.offset = readNumber(record, group + "/offset");
  fit.penalty = readNumber(record, group + "/penalty");
  fit.validation_pearson = readNumber(record, group + "/validation_pearson");
  fit.threshold = readNumber(record, group + "/threshold");
  fit.intercept = readNumber(record, group + "/intercept");
  fit.slope = readNumber(record, group + "/slope");
  fit.curve.log_offset = readNumber(record, group + "/curve_log_offset");
  fit.curve.log_slope = readNumber(record, group + "/curve_log_slope");
  return fit;
}

}  // namespace

ModelRecord Softness::save() const {
  ModelRecord record;
  record.model = name_;
  record.attributes["descriptor_set"] = set_;
  record.attributes["softness_share"] = settings_.softness_share;
  for (const auto& [label, learnt] : labels_)
    for (const auto& [species, fits] : learnt.fits)
      for (const auto& [time, fit] : fits)
        write(record, groupOf(label, species_names_.at(static_cast<std::size_t>(species)), time), fit,
              learnt.times.at(time));
  return record;
}

void Softness::load(const ModelRecord& record) {
  require<FileError>(record.model == name_, "a record of model {} cannot be read as {}", record.model, name_);
  std::map<std::string, LearntLabel> labels;
  for (const auto& [key, value] : record.arrays) labels[key.substr(0, key.find('/'))];
  for (auto& [label, learnt] : labels)
    for (std::size_t b = 0; b < species_names_.size(); ++b)
      for (std::size_t t = 0;; ++t) {
        const std::string group = groupOf(label, species_names_[b], t);
        if (!record.attributes.contains(group + "/time")) break;
        learnt.fits[static_cast<int>(b)][t] = read(record, group, features_);
        if (learnt.times.size() == t) learnt.times.push_back(readNumber(record, group + "/time"));
      }
  require<FileError>(!labels.empty(), "model {}: the record holds nothing learnt", name_);
  labels_ = std::move(labels);
}

}  // namespace glassforge::ml
