#include "ml/benchmark/predicted.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"

namespace glassforge::ml {

namespace {

const LabelField& fieldOf(const PredictedStructure& one, const std::string& label) {
  const auto it = std::ranges::find(one.labels, label, &LabelField::name);
  require(it != one.labels.end(), "structure {} has no label \"{}\"", one.structure, label);
  return *it;
}

std::vector<std::size_t> rowsOf(const std::vector<std::int32_t>& species, int wanted) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < species.size(); ++i)
    if (species[i] == wanted) rows.push_back(i);
  return rows;
}

void appendRows(std::vector<double>& block, std::span<const double> values, const std::vector<std::size_t>& rows) {
  for (const std::size_t i : rows) block.push_back(values[i]);
}

/// Sum over rows of Var_k(R_i^k) / N_R at one time; NaN where it is not known.
double noiseOf(const LabelField& field, std::size_t time, const std::vector<std::size_t>& rows) {
  if (field.variance.empty() || field.replicas < 2) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (const std::size_t i : rows) sum += field.variance(time, i);
  return sum / static_cast<double>(field.replicas);
}

/// Noise, then the labels, then the predictions of every model.
std::vector<double> blockOf(const PredictedStructure& one, std::size_t models, const ColumnPlace& place) {
  const LabelField& field = fieldOf(one, place.label);
  const auto rows = rowsOf(one.species, place.species);
  std::vector<double> block{noiseOf(field, place.time, rows)};
  appendRows(block, field.mean.row(place.time), rows);
  require(one.predictions.size() == models, "structure {}: predictions of {} models instead of {}", one.structure,
          one.predictions.size(), models);
  for (const auto& by_label : one.predictions) {
    const auto it = by_label.find(place.label);
    require(it != by_label.end() && it->second.shape() == field.mean.shape(),
            "structure {}: predictions of {} do not have the shape of the labels", one.structure, place.label);
    appendRows(block, it->second.row(place.time), rows);
  }
  return block;
}

}  // namespace

PredictedColumn gatherColumn(const PredictedSource& source, const std::vector<std::int64_t>& structures,
                             std::size_t models, const ColumnPlace& place, Reducer& reducer) {
  const auto blocks = reducer.gather(structures, [&](std::int64_t s) { return blockOf(source(s), models, place); });
  PredictedColumn column;
  column.begin.push_back(0);
  column.prediction.resize(models);
  for (const auto& block : blocks) {
    const std::size_t rows = (block.size() - 1) / (models + 1);
    const auto at = [&](std::size_t k) { return block.begin() + static_cast<std::ptrdiff_t>(1 + k * rows); };
    column.noise.push_back(block.front());
    column.label.insert(column.label.end(), at(0), at(1));
    for (std::size_t m = 0; m < models; ++m)
      column.prediction[m].insert(column.prediction[m].end(), at(m + 1), at(m + 2));
    column.begin.push_back(column.label.size());
  }
  return column;
}

}  // namespace glassforge::ml
