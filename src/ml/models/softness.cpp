#include "ml/models/softness.hpp"

#include "core/error.hpp"
#include "ml/models/record_fields.hpp"

namespace glassforge::ml {

Softness::Softness(std::string name, std::string set, std::size_t features, const ModelRequest& request)
    : name_(std::move(name)),
      set_(std::move(set)),
      features_(features),
      species_names_(request.species_names),
      settings_(request.settings),
      fitted_(name_, species_names_, features_) {}

void Softness::fit(const TrainingView& data, Reducer& reducer) {
  require(data.featureCount(set_) == features_, "model {}: the descriptor set has {} columns, the data {}", name_,
          features_, data.featureCount(set_));
  fitted_.begin(data.labelLayout());
  for (int b = 0; b < static_cast<int>(species_names_.size()); ++b) {
    if (!settings_.learns(species_names_[static_cast<std::size_t>(b)])) continue;
    const auto fits = trainSoftness(data, {set_, b, settings_}, reducer);
    if (fits.empty()) continue;
    std::size_t k = 0;
    for (const LabelField& field : data.labelLayout())
      for (std::size_t t = 0; t < field.times.size(); ++t, ++k) fitted_.set(field.name, b, t, fits[k]);
  }
}

namespace {

void write(ModelRecord& record, const std::string& group, const SoftnessFit& fit) {
  record.arrays[group + "/weights"] = asColumn(fit.weights);
  record.arrays[group + "/mean"] = asColumn(fit.mean);
  record.arrays[group + "/scale"] = asColumn(fit.scale);
  record.arrays[group + "/curve_softness"] = asColumn(fit.curve.softness);
  record.arrays[group + "/curve_rearranging"] = asColumn(fit.curve.rearranging);
  record.arrays[group + "/curve_counts"] = asColumn(fit.curve.counts);
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
  fitted_.save(record, write);
  return record;
}

void Softness::load(const ModelRecord& record) {
  require<FileError>(record.model == name_, "a record of model {} cannot be read as {}", record.model, name_);
  fitted_.load(record, read);
}

}  // namespace glassforge::ml
