/// What a model has learnt that has one fit for each label, species and time: lookup, prediction, and its place in
/// files.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "ml/models/record_fields.hpp"
#include "ml/models/structure_data.hpp"

namespace glassforge::ml {

/// `Fit` has predict(features of a particle).
template <class Fit>
class FittedLabels {
 public:
  /// `model` is named in messages; the descriptor set has `features` columns.
  FittedLabels(std::string model, std::vector<std::string> species_names, std::size_t features)
      : model_(std::move(model)), species_names_(std::move(species_names)), features_(features) {}

  /// Forgets everything, and takes the labels and times that are to be learnt.
  void begin(const std::vector<LabelField>& layout) {
    labels_.clear();
    for (const LabelField& field : layout) labels_[field.name].times = field.times;
  }
  void set(const std::string& label, int species, std::size_t time, Fit fit) {
    labels_[label].fits[species][time] = std::move(fit);
  }

  /// InputError where the label is unknown.
  const std::vector<double>& times(const std::string& label) const { return learnt(label).times; }
  /// The fit of a species at the k-th time of a label, or null where it was not learnt. InputError as above.
  const Fit* find(const std::string& label, int species, std::size_t time) const {
    const auto& fits = learnt(label).fits;
    const auto of_species = fits.find(species);
    if (of_species == fits.end()) return nullptr;
    const auto fit = of_species->second.find(time);
    return fit == of_species->second.end() ? nullptr : &fit->second;
  }

  /// (T, N); NaN for species not learnt. InputError where the label is unknown or the features do not fit.
  Array<double> predict(const StructureSample& sample, const std::string& label) const {
    require(sample.features.rank() == 2 && sample.features.extent(0) == sample.species.size() &&
                sample.features.extent(1) == features_,
            "model {}: structure {} has no table of {} feature columns", model_, sample.structure, features_);
    const std::size_t count = times(label).size(), particles = sample.species.size();
    Array<double> y({count, particles}, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t t = 0; t < count; ++t) {
      std::vector<const Fit*> fits;
      for (int b = 0; b < static_cast<int>(species_names_.size()); ++b) fits.push_back(find(label, b, t));
      for (std::size_t i = 0; i < particles; ++i) {
        const Fit* fit = fits.at(static_cast<std::size_t>(sample.species[i]));
        if (fit) y(t, i) = fit->predict(sample.features.row(i));
      }
    }
    return y;
  }

  /// `write(record, group, fit)` for each fit; the time stands in the group besides.
  template <class Write>
  void save(ModelRecord& record, const Write& write) const {
    for (const auto& [label, learnt] : labels_)
      for (const auto& [species, fits] : learnt.fits)
        for (const auto& [time, fit] : fits) {
          const std::string group = fitGroup(label, species_names_.at(static_cast<std::size_t>(species)), time);
          write(record, group, fit);
          record.attributes[group + "/time"] = learnt.times.at(time);
        }
  }
  /// `read(record, group, features)` gives a fit back. FileError where the record holds none.
  template <class Read>
  void load(const ModelRecord& record, const Read& read) {
    std::map<std::string, Learnt> labels;
    for (const auto& [key, value] : record.arrays) labels[key.substr(0, key.find('/'))];
    for (auto& [label, learnt] : labels)
      for (std::size_t b = 0; b < species_names_.size(); ++b)
        for (std::size_t t = 0;; ++t) {
          const std::string group = fitGroup(label, species_names_[b], t);
          if (!record.attributes.contains(group + "/time")) break;
          learnt.fits[static_cast<int>(b)][t] = read(record, group, features_);
          if (learnt.times.size() == t) learnt.times.push_back(readNumber(record, group + "/time"));
        }
    require<FileError>(!labels.empty(), "model {}: the record holds nothing learnt", model_);
    labels_ = std::move(labels);
  }

 private:
  struct Learnt {
    std::vector<double> times;                       ///< (T)
    std::map<int, std::map<std::size_t, Fit>> fits;  ///< by species, then time
  };
  const Learnt& learnt(const std::string& label) const {
    const auto it = labels_.find(label);
    require(it != labels_.end(), "model {} has not learnt the label \"{}\"", model_, label);
    return it->second;
  }

  std::string model_;
  std::vector<std::string> species_names_;
  std::size_t features_;
  std::map<std::string, Learnt> labels_;
};

}  // namespace glassforge::ml
