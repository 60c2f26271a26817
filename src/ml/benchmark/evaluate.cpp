#include "ml/benchmark/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.hpp"
#include "ml/benchmark/metrics.hpp"

namespace glassforge::ml {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Moments of all structures for every (model, label, time, scored species), structures last.
class ScoreTable {
 public:
  ScoreTable(std::size_t models, const std::vector<LabelField>& layout, std::size_t species, std::size_t structures)
      : models_(models), species_(species), structures_(structures) {
    for (const LabelField& field : layout) {
      first_row_.push_back(rows_);
      rows_ += field.times.size();
    }
    cells_.resize(models_ * rows_ * species_ * structures_);
  }
  std::size_t blockSize() const { return models_ * rows_ * species_ * Moments::packed_size; }
  /// Takes the packed moments of structure number s of the list: model by model, label by label, time by time, species.
  void set(std::size_t s, std::span<const double> block) {
    require(block.size() == blockSize(), "a structure gave {} moments instead of {}", block.size(), blockSize());
    for (std::size_t cell = 0; cell < models_ * rows_ * species_; ++cell)
      cells_[cell * structures_ + s] = Moments::unpack(block.subspan(cell * Moments::packed_size));
  }
  std::span<const Moments> at(std::size_t model, std::size_t label, std::size_t time, std::size_t species) const {
    const std::size_t cell = (model * rows_ + first_row_[label] + time) * species_ + species;
    return {cells_.data() + cell * structures_, structures_};
  }

 private:
  std::size_t models_, species_, structures_, rows_ = 0;
  std::vector<std::size_t> first_row_;
  std::vector<Moments> cells_;
};

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

void checkRequest(const std::vector<const Model*>& models, const std::vector<LabelField>& layout,
                  const std::vector<std::int64_t>& test, const EvaluateOptions& options) {
  require(!test.empty(), "there are no test structures to score models on: raise [split] test");
  for (const int species : options.scored)
    require(species >= 0 && static_cast<std::size_t>(species) < options.species_names.size(),
            "species {} cannot be scored: there are {}", species, options.species_names.size());
  for (const std::string& baseline : options.baselines)
    require(std::ranges::any_of(models, [&](const Model* m) { return m->name() == baseline; }),
            "the baseline \"{}\" is not among the models that are scored", baseline);
  for (const Model* model : models)
    for (const LabelField& field : layout) checkTimes(*model, field, options.same_times);
}

std::vector<std::size_t> rowsOf(const std::vector<std::int32_t>& species, int wanted) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < species.size(); ++i)
    if (species[i] == wanted) rows.push_back(i);
  return rows;
}

std::vector<double> pick(std::span<const double> values, const std::vector<std::size_t>& rows) {
  std::vector<double> picked;
  for (const std::size_t i : rows) picked.push_back(values[i]);
  return picked;
}

/// Sum over rows of Var_k(R_i^k) / N_R at one time; NaN where it is not known.
double noiseOf(const LabelField& field, std::size_t time, const std::vector<std::size_t>& rows) {
  if (field.variance.empty() || field.replicas < 2) return not_a_number;
  double sum = 0;
  for (const std::size_t i : rows) sum += field.variance(time, i);
  return sum / static_cast<double>(field.replicas);
}

void blankOthers(Array<double>& predictions, const std::vector<std::int32_t>& species, const std::vector<int>& scored) {
  for (std::size_t i = 0; i < species.size(); ++i)
    if (std::ranges::find(scored, species[i]) == scored.end())
      for (std::size_t t = 0; t < predictions.extent(0); ++t) predictions(t, i) = not_a_number;
}

void scoreLabel(const Model& model, const StructureSample& sample, const LabelField& field,
                const EvaluateOptions& options, std::vector<double>& block) {
  Array<double> predictions = model.predict(sample, field.name);
  require(predictions.shape() == field.mean.shape(), "model {}: predictions of {} do not have the shape of the labels",
          model.name(), field.name);
  for (std::size_t t = 0; t < field.times.size(); ++t)
    for (const int species : options.scored) {
      const auto rows = rowsOf(sample.species, species);
      Moments m = Moments::of(pick(predictions.row(t), rows), pick(field.mean.row(t), rows));
      m.noise = noiseOf(field, t, rows);
      m.pack(block);
    }
  if (!options.sink) return;
  blankOthers(predictions, sample.species, options.scored);
  options.sink(sample.structure, model.name(), field.name, predictions);
}

/// The moments of one structure in the order ScoreTable::set takes them; each descriptor set is loaded once.
std::vector<double> scoreStructure(std::int64_t structure, const std::vector<const Model*>& models,
                                   const StructureSource& source, const std::vector<LabelField>& layout,
                                   const EvaluateOptions& options) {
  std::map<std::string, StructureSample> samples;
  std::vector<double> block;
  for (const Model* model : models) {
    const std::string& set = model->descriptorSet();
    auto it = samples.find(set);
    if (it == samples.end()) {
      it = samples.emplace(set, source.load(structure, set)).first;
      it->second.validate();
    }
    for (const LabelField& wanted : layout) {
      const LabelField& field = it->second.label(wanted.name);
      require(field.times == wanted.times, "structure {}: the times of {} differ from those of the campaign", structure,
              field.name);
      scoreLabel(*model, it->second, field, options, block);
    }
  }
  return block;
}

/// Pearson as comparisons count it.
double merit(const Model& model, const Moments& m) {
  return model.predictsLabels() ? m.pearson() : std::abs(m.pearson());
}

EvaluationResult resultOf(const Model& model, std::span<const Moments> structures) {
  EvaluationResult result;
  result.model = model.name();
  const Moments pooled = pool(structures);
  std::vector<double> without;
  for (const Moments& m : leaveOneOut(structures)) without.push_back(m.pearson());
  result.pearson_pooled = pooled.pearson();
  result.error = jackknifeError(without);
  result.pearson_per_structure = meanPearson(structures);
  result.r2 = model.predictsLabels() ? pooled.r2() : not_a_number;
  result.ceiling = pooled.ceiling();
  return result;
}

Comparison comparisonOf(const Model& model, std::span<const Moments> scores, const Model& baseline,
                        std::span<const Moments> baseline_scores) {
  Comparison c;
  c.model = model.name();
  c.baseline = baseline.name();
  c.difference = merit(model, pool(scores)) - merit(baseline, pool(baseline_scores));
  const auto a = leaveOneOut(scores), b = leaveOneOut(baseline_scores);
  std::vector<double> without;
  for (std::size_t s = 0; s < a.size(); ++s) without.push_back(merit(model, a[s]) - merit(baseline, b[s]));
  c.error = jackknifeError(without);
  return c;
}

/// Pairs (model, baseline) by place in the list.
std::vector<std::pair<std::size_t, std::size_t>> pairsOf(const std::vector<const Model*>& models,
                                                         const std::vector<std::string>& baselines) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t m = 0; m < models.size(); ++m)
    for (std::size_t b = 0; b < models.size(); ++b) {
      const bool named = std::ranges::find(baselines, models[b]->name()) != baselines.end();
      if (m != b && (baselines.empty() ? b < m : named)) pairs.emplace_back(m, b);
    }
  return pairs;
}

template <class Record>
Record placed(Record record, const LabelField& field, std::size_t time, const std::string& species) {
  record.label = field.name;
  record.time = field.times[time];
  record.species = species;
  return record;
}

}  // namespace

Evaluation evaluate(const std::vector<const Model*>& models, const StructureSource& source,
                    const std::vector<std::int64_t>& test, Reducer& reducer, const EvaluateOptions& options) {
  const std::vector<LabelField> layout = source.labelLayout();
  checkRequest(models, layout, test, options);
  std::vector<std::int64_t> structures(test);
  std::ranges::sort(structures);
  const auto blocks = reducer.gather(
      structures, [&](std::int64_t s) { return scoreStructure(s, models, source, layout, options); });
  ScoreTable table(models.size(), layout, options.scored.size(), structures.size());
  for (std::size_t s = 0; s < blocks.size(); ++s) table.set(s, blocks[s]);

  Evaluation evaluation;
  const auto pairs = pairsOf(models, options.baselines);
  for (std::size_t l = 0; l < layout.size(); ++l)
    for (std::size_t b = 0; b < options.scored.size(); ++b) {
      const std::string& species = options.species_names[static_cast<std::size_t>(options.scored[b])];
      for (std::size_t t = 0; t < layout[l].times.size(); ++t) {
        for (std::size_t m = 0; m < models.size(); ++m)
          evaluation.results.push_back(placed(resultOf(*models[m], table.at(m, l, t, b)), layout[l], t, species));
        for (const auto& [m, base] : pairs)
          evaluation.comparisons.push_back(
              placed(comparisonOf(*models[m], table.at(m, l, t, b), *models[base], table.at(base, l, t, b)), layout[l],
                     t, species));
      }
    }
  return evaluation;
}

}  // namespace glassforge::ml
