#include "ml/benchmark/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.hpp"

namespace glassforge::ml {

namespace {

void checkTimes(const Model& model, const LabelField& field, bool same_times) {
  const std::vector<double> learnt = model.times(field.name);
  if (learnt.empty()) return;
  require(learnt.size() == field.times.size(), "model {} learnt {} at {} times, the labels have {}", model.name(),
          field.name, learnt.size(), field.times.size());
  for (std::size_t t = 0; same_times && t < learnt.size(); ++t)
    require(std::abs(learnt[t] - field.times[t]) <= 1e-9 * field.times[t],
            "model {} learnt {} at time {}, the labels are of time {}", model.name(), field.name, learnt[t],
            field.times[t]);
}

void checkRequest(const std::vector<ScoredModel>& models, const std::vector<std::int64_t>& structures,
                  const EvaluateOptions& options) {
  require(!structures.empty(), "there are no test structures to score models on: raise [split] test");
  for (const int species : options.scored)
    require(species >= 0 && static_cast<std::size_t>(species) < options.species_names.size(),
            "species {} cannot be scored: there are {}", species, options.species_names.size());
  for (const std::string& baseline : options.baselines)
    require(std::ranges::find(models, baseline, &ScoredModel::name) != models.end(),
            "the baseline \"{}\" is not among the models that are scored", baseline);
}

/// Pairs (model, baseline) by place in the list.
std::vector<std::pair<std::size_t, std::size_t>> pairsOf(const std::vector<ScoredModel>& models,
                                                         const std::vector<std::string>& baselines) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t m = 0; m < models.size(); ++m)
    for (std::size_t b = 0; b < models.size(); ++b) {
      const bool named = std::ranges::find(baselines, models[b].name) != baselines.end();
      if (m != b && (baselines.empty() ? b < m : named)) pairs.emplace_back(m, b);
    }
  return pairs;
}

template <class Record>
Record placed(Record record, const ScorePlace& place) {
  static_cast<ScorePlace&>(record) = place;
  return record;
}

/// Leaves the models that have learnt this column: others predict NaN.
std::vector<ScoredModel> keepLearnt(PredictedColumn& column, const std::vector<ScoredModel>& models) {
  std::vector<ScoredModel> learnt;
  std::vector<std::vector<double>> predictions;
  for (std::size_t m = 0; m < models.size(); ++m) {
    const bool has_nan = std::ranges::any_of(column.prediction[m], [](double p) { return std::isnan(p); });
    if (has_nan) continue;
    learnt.push_back(models[m]);
    predictions.push_back(std::move(column.prediction[m]));
  }
  column.prediction = std::move(predictions);
  return learnt;
}

void scoreColumn(PredictedColumn column, const std::vector<ScoredModel>& all_models, const ScorePlace& place,
                 const EvaluateOptions& options, Evaluation& evaluation) {
  const std::vector<ScoredModel> models = keepLearnt(column, all_models);
  for (std::size_t m = 0; m < models.size(); ++m)
    evaluation.results.push_back(placed(scoreModel(column, m, models[m], options.scores), place));
  for (const auto& [m, b] : pairsOf(models, options.baselines))
    evaluation.comparisons.push_back(placed(compareModels(column, m, models[m], b, models[b]), place));
  evaluation.heterogeneity.push_back(placed(heterogeneityOf(column, column.label, place.label, options.scores), place));
  for (std::size_t m = 0; m < models.size(); ++m) {
    if (!models[m].predicts_labels) continue;
    auto predicted = placed(heterogeneityOf(column, column.prediction[m], place.label, options.scores), place);
    predicted.model = models[m].name;
    evaluation.heterogeneity.push_back(std::move(predicted));
  }
  evaluation.correlations.push_back(placed(correlationsOf(column, models), place));
}

void blankOthers(Array<double>& predictions, const std::vector<std::int32_t>& species, const std::vector<int>& scored) {
  for (std::size_t i = 0; i < species.size(); ++i)
    if (std::ranges::find(scored, species[i]) == scored.end())
      for (std::size_t t = 0; t < predictions.extent(0); ++t)
        predictions(t, i) = std::numeric_limits<double>::quiet_NaN();
}

void tellSink(const PredictedStructure& one, const std::vector<const Model*>& models, const EvaluateOptions& options) {
  if (!options.sink) return;
  for (std::size_t m = 0; m < models.size(); ++m)
    for (auto [label, predictions] : one.predictions[m]) {
      blankOthers(predictions, one.species, options.scored);
      options.sink(one.structure, models[m]->name(), label, predictions);
    }
}

}  // namespace

PredictedStructure predictStructure(std::int64_t structure, const std::vector<const Model*>& models,
                                    const StructureSource& source, const std::vector<LabelField>& layout) {
  std::map<std::pair<std::string, Positions>, StructureSample> samples;
  PredictedStructure one;
  one.structure = structure;
  for (const Model* model : models) {
    const std::pair wanted_sample{model->descriptorSet(), model->positions()};
    auto it = samples.find(wanted_sample);
    if (it == samples.end()) {
      it = samples.emplace(wanted_sample, source.loadAt(structure, model->descriptorSet(), model->positions())).first;
      it->second.validate();
    }
    const StructureSample& sample = it->second;
    one.species = sample.species;
    one.labels = sample.labels;
    auto& by_label = one.predictions.emplace_back();
    for (const LabelField& wanted : layout) {
      require(sample.label(wanted.name).times == wanted.times,
              "structure {}: the times of {} differ from those of the campaign", structure, wanted.name);
      by_label[wanted.name] = model->predict(sample, wanted.name);
    }
  }
  return one;
}

Evaluation scorePredictions(const std::vector<ScoredModel>& models, const PredictedSource& source,
                            const std::vector<LabelField>& layout, const std::vector<std::int64_t>& structures,
                            Reducer& reducer, const EvaluateOptions& options) {
  checkRequest(models, structures, options);
  std::vector<std::int64_t> sorted(structures);
  std::ranges::sort(sorted);
  Evaluation evaluation;
  for (const LabelField& field : layout)
    for (const int species : options.scored)
      for (std::size_t t = 0; t < field.times.size(); ++t) {
        auto column = gatherColumn(source, sorted, models.size(), {field.name, t, species}, reducer);
        const ScorePlace place{field.name, options.species_names[static_cast<std::size_t>(species)], field.times[t]};
        scoreColumn(std::move(column), models, place, options, evaluation);
      }
  return evaluation;
}

Evaluation evaluate(const std::vector<const Model*>& models, const StructureSource& source,
                    const std::vector<std::int64_t>& test, Reducer& reducer, const EvaluateOptions& options) {
  const std::vector<LabelField> layout = source.labelLayout();
  std::vector<ScoredModel> scored;
  for (const Model* model : models) {
    for (const LabelField& field : layout) checkTimes(*model, field, options.same_times);
    scored.push_back({model->name(), model->predictsLabels()});
  }
  std::map<std::int64_t, PredictedStructure> held;
  const PredictedSource predicted = [&](std::int64_t s) -> const PredictedStructure& {
    const auto it = held.find(s);
    if (it != held.end()) return it->second;
    const PredictedStructure& made = held.emplace(s, predictStructure(s, models, source, layout)).first->second;
    tellSink(made, models, options);
    return made;
  };
  return scorePredictions(scored, predicted, layout, test, reducer, options);
}

}  // namespace glassforge::ml
