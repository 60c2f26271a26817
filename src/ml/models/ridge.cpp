#include "ml/models/ridge.hpp"

#include <cmath>
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
      settings_(std::move(settings)),
      fitted_(name_, species_names_, features_) {}

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
  fitted_.begin(data.labelLayout());
  for (std::size_t b = 0; b < species.size(); ++b) {
    const SpeciesProblem& problem = problems[b];
    const NormalEquations train = problem.train();
    if (train.rows() == 0) continue;
    const RidgeSolver solver(train);
    const auto choices = choosePenalties(problem, solver, grid);
    std::size_t k = 0;
    for (const LabelField& field : data.labelLayout())
      for (std::size_t t = 0; t < field.times.size(); ++t, ++k)
        fitted_.set(field.name, species[b], t, fitOf(solver, problem, choices[k], k));
  }
}

namespace {

void write(ModelRecord& record, const std::string& group, const RidgeFit& fit) {
  record.arrays[group + "/weights"] = asColumn(fit.weights);
  record.arrays[group + "/mean"] = asColumn(fit.mean);
  record.arrays[group + "/scale"] = asColumn(fit.scale);
  record.attributes[group + "/intercept"] = fit.intercept;
  record.attributes[group + "/penalty"] = fit.penalty;
  record.attributes[group + "/gain"] = fit.gain;
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

}  // namespace

ModelRecord Ridge::save() const {
  ModelRecord record;
  record.model = name_;
  record.attributes["descriptor_set"] = set_;
  fitted_.save(record, write);
  return record;
}

void Ridge::load(const ModelRecord& record) {
  require<FileError>(record.model == name_, "a record of model {} cannot be read as {}", record.model, name_);
  fitted_.load(record, read);
}

}  // namespace glassforge::ml
