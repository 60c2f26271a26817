#include "ml/models/ridge.hpp"

#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "ml/models/record_fields.hpp"
#include "ml/models/ridge_training.hpp"

namespace glassforge::ml {

double RidgeFit::predict(std::span<const double> features) const {
  double y = intercept;
  for (std::size_t f = 0; f < weights.size(); ++f) y += weights[f] * ((features[f] - mean[f]) / scale[f]);
  return y;
}

std::vector<double> Ridge::penaltyGrid() {
  std::vector<double> grid;
  for (int half_decade = -10; half_decade <= 10; ++half_decade) grid.push_back(std::pow(10.0, 0.5 * half_decade));
  return grid;
}

Ridge::Ridge(std::string set, std::vector<std::string> species_names, std::size_t features, LearningSettings settings)
    : set_(std::move(set)),
      name_("ridge_" + set_),
      species_names_(std::move(species_names)),
      features_(features),
      settings_(std::move(settings)) {}

namespace {

RidgeFit fitOf(const RidgeSolver& solver, const SpeciesProblem& problem, const PenaltyChoice& choice, std::size_t k) {
  RidgeFit fit;
  fit.penalty = choice.relative * solver.rows();
  fit.gain = choice.gain;
  fit.weights = solver.weights(k, fit.penalty);
  for (double& w : fit.weights) w *= fit.gain;
  fit.scale = solver.scale();
  for (std::size_t a = 0; a < problem.origin_x.size(); ++a) fit.mean.push_back(problem.origin_x[a] + solver.shift()[a]);
  fit.target_mean = problem.origin_y[k] + solver.intercept(k);
  fit.intercept = fit.target_mean;
  fit.validation_pearson = choice.pearson;
  return fit;
}

}  // namespace

void Ridge::fit(const TrainingView& data, Reducer& reducer) {
  require(data.featureCount(set_) == features_, "model {}: the descriptor set has {} columns, the data {}", name_,
          features_, data.featureCount(set_));
  std::vector<int> species;
  for (std::size_t b = 0; b < species_names_.size(); ++b)
    if (settings_.learns(species_names_[b])) species.push_back(static_cast<int>(b));
  const auto problems = gatherProblems(data, set_, species, folds, reducer);
  const std::vector<double> grid = penaltyGrid();
  labels_.clear();
  for (const LabelField& field : data.labelLayout()) labels_[field.name].times = field.times;
  for (std::size_t b = 0; b < species.size(); ++b) {
    const SpeciesProblem& problem = problems[b];
    const NormalEquations train = problem.train();
    if (train.rows() == 0) continue;
    const RidgeSolver solver(train);
    const auto choices = choosePenalties(problem, solver, grid);
    std::size_t k = 0;
    for (const LabelField& field : data.labelLayout())
      for (std::size_t t = 0; t < field.times.size(); ++t, ++k)
        labels_[field.name].fits[species[b]][t] = fitOf(solver, problem, choices[k], k);
  }
}

const Ridge::LearntLabel& Ridge::learnt(const std::string& label) const {
  const auto it = labels_.find(label);
  require(it != labels_.end(), "model {} has not learnt the label \"{}\"", name_, label);
  return it->second;
}

const RidgeFit* Ridge::find(const std::string& label, int species, std::size_t time) const {
  const auto& fits = learnt(label).fits;
  const auto of_species = fits.find(species);
  if (of_species == fits.end()) return nullptr;
  const auto fit = of_species->second.find(time);
  return fit == of_species->second.end() ? nullptr : &fit->second;
}

std::vector<double> Ridge::times(const std::string& label) const {
  return learnt(label).times;
}

Array<double> Ridge::predict(const StructureSample& sample, const std::string& label) const {
  require(sample.features.rank() == 2 && sample.features.extent(0) == sample.species.size() &&
              sample.features.extent(1) == features_,
          "model {}: structure {} has no table of {} feature columns", name_, sample.structure, features_);
  const std::size_t times = learnt(label).times.size(), particles = sample.species.size();
  Array<double> y({times, particles}, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t t = 0; t < times; ++t) {
    std::vector<const RidgeFit*> fits;
    for (int b = 0; b < static_cast<int>(species_names_.size()); ++b) fits.push_back(find(label, b, t));
    for (std::size_t i = 0; i < particles; ++i) {
      const RidgeFit* fit = fits.at(static_cast<std::size_t>(sample.species[i]));
      if (fit) y(t, i) = fit->predict(sample.features.row(i));
    }
  }
  return y;
}

namespace {

void write(ModelRecord& record, const std::string& group, const RidgeFit& fit, double time) {
  record.arrays[group + "/weights"] = asColumn(fit.weights);
  record.arrays[group + "/mean"] = asColumn(fit.mean);
  record.arrays[group + "/scale"] = asColumn(fit.scale);
  record.attributes[group + "/intercept"] = fit.intercept;
  record.attributes[group + "/penalty"] = fit.penalty;
  record.attributes[group + "/gain"] = fit.gain;
  record.attributes[group + "/time"] = time;
  record.attributes[group + "/validation_pearson"] = fit.validation_pearson;
  record.attributes[group + "/target_mean"] = fit.target_mean;
}

RidgeFit read(const ModelRecord& record, const std::string& group, std::size_t features) {
  RidgeFit fit;
  fit.weights = readColumn(record, group + "/weights", features);
  fit.mean = readColumn(record, group + "/mean", features);
  fit.scale = readColumn(record, group + "/scale", features);
  fit.intercept = readNumber(record, group + "/intercept");
  fit.penalty = readNumber(record, group + "/penalty");
  fit.gain = readNumber(record, group + "/gain");
  fit.validation_pearson = readNumber(record, group + "/validation_pearson");
  fit.target_mean = readNumber(record, group + "/target_mean");
  return fit;
}

std::string groupOf(const std::string& label, const std::string& species, std::size_t time) {
  return label + "/" + species + "/t" + std::to_string(time);
}

}  // namespace

ModelRecord Ridge::save() const {
  ModelRecord record;
  record.model = name_;
  record.attributes["descriptor_set"] = set_;
  for (const auto& [label, learnt] : labels_)
    for (const auto& [species, fits] : learnt.fits)
      for (const auto& [time, fit] : fits)
        write(record, groupOf(label, species_names_.at(static_cast<std::size_t>(species)), time), fit,
              learnt.times.at(time));
  return record;
}

void Ridge::load(const ModelRecord& record) {
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
