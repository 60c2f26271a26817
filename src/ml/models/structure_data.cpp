#include "ml/models/structure_data.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace glassforge::ml {

namespace {

std::vector<std::int64_t> ascending(std::vector<std::int64_t> ids) {
  std::sort(ids.begin(), ids.end());
  return ids;
}

bool contains(const std::vector<std::int64_t>& ids, std::int64_t id) {
  return std::binary_search(ids.begin(), ids.end(), id);
}

void requireFinite(const Array<double>& values, const std::string& what, std::int64_t structure) {
  const auto& v = values.values();
  const auto bad = std::find_if(v.begin(), v.end(), [](double x) { return !std::isfinite(x); });
  require(bad == v.end(), "structure {}: {} holds a value that is not finite (number {} of {})", structure, what,
          bad - v.begin(), v.size());
}

void requireTable(const Array<double>& values, std::size_t rows, std::size_t columns, const std::string& what,
                  std::int64_t structure) {
  require(values.rank() == 2 && values.extent(0) == rows && values.extent(1) == columns,
          "structure {}: {} is not a table of {} x {}", structure, what, rows, columns);
  requireFinite(values, what, structure);
}

}  // namespace

const LabelField& StructureSample::label(const std::string& name) const {
  const auto it = std::find_if(labels.begin(), labels.end(), [&](const LabelField& f) { return f.name == name; });
  require(it != labels.end(), "structure {} has no label \"{}\"", structure, name);
  return *it;
}

void StructureSample::validate() const {
  const std::size_t particles = species.size();
  require(features.rank() == 2 && features.extent(0) == particles,
          "structure {}: features are not a table with a row for each of {} particles", structure, particles);
  requireFinite(features, "features", structure);
  require(looked_at.empty() || looked_at.size() == thermal.size(),
          "structure {}: {} coordinates of positions beside {} thermal ones", structure, looked_at.size(),
          thermal.size());
  for (const LabelField& field : labels) {
    requireTable(field.mean, field.times.size(), particles, field.name, structure);
    if (!field.variance.empty())
      requireTable(field.variance, field.times.size(), particles, field.name + " variance", structure);
  }
}

std::vector<std::int32_t> particlesOf(const StructureSample& sample, int species) {
  std::vector<std::int32_t> particles;
  for (std::size_t i = 0; i < sample.species.size(); ++i)
    if (sample.species[i] == species) particles.push_back(static_cast<std::int32_t>(i));
  return particles;
}

Array<double> labelTable(const StructureSample& sample, const std::vector<LabelField>& layout) {
  std::size_t count = 0;
  for (const LabelField& wanted : layout) count += wanted.times.size();
  Array<double> table({count, sample.species.size()});
  std::size_t k = 0;
  for (const LabelField& wanted : layout) {
    const LabelField& field = sample.label(wanted.name);
    require(field.times == wanted.times, "structure {}: the times of {} differ from those of the campaign",
            sample.structure, field.name);
    std::copy_n(field.mean.data(), field.mean.size(), table.data() + k * sample.species.size());
    k += wanted.times.size();
  }
  return table;
}

std::vector<double> StructureSource::positions(std::int64_t structure, Positions kind) const {
  throw InputError(fmt::format("structure {}: there are no {} positions", structure, toString(kind)));
}

StructureSample StructureSource::loadAt(std::int64_t structure, const std::string& set, Positions kind) const {
  StructureSample sample = load(structure, set);
  if (kind != Positions::thermal) sample.looked_at = positions(structure, kind);
  return sample;
}

PairField StructureSource::pairs(std::int64_t structure) const {
  throw InputError(fmt::format(
      "structure {} has no labels of pairs, which a model is to learn: set labels.pairs = {{ cutoff = 2.0 }}, or for "
      "botan train.botan.pretrain_passes = 0 and node_share = 1",
      structure));
}

TrainingView::TrainingView(const StructureSource& source, const Split& split)
    : source_(source), train_(ascending(split.train)), validation_(ascending(split.validation)) {
  for (const std::int64_t s : split.test)
    require(!contains(train_, s) && !contains(validation_, s), "structure {} is in the test part and in another", s);
  for (const std::int64_t s : validation_)
    require(!contains(train_, s), "structure {} is in the training and in the validation part", s);
}

void TrainingView::requireShown(std::int64_t structure) const {
  require(contains(train_, structure) || contains(validation_, structure),
          "structure {} is neither in the training nor in the validation part: a model may not see it", structure);
}

StructureSample TrainingView::load(std::int64_t structure, const std::string& set, Positions kind) const {
  requireShown(structure);
  StructureSample sample = source_.loadAt(structure, set, kind);
  require(sample.structure == structure, "structure {} was asked for, {} was given", structure, sample.structure);
  sample.validate();
  return sample;
}

PairField TrainingView::pairs(std::int64_t structure) const {
  requireShown(structure);
  PairField field = source_.pairs(structure);
  require(field.ends.rank() == 2 && field.ends.extent(1) == 2, "structure {}: pairs are not a table of two ends",
          structure);
  requireTable(field.change, field.times.size(), field.ends.extent(0), "change of pair distances", structure);
  return field;
}

}  // namespace glassforge::ml
