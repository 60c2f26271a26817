/// Predictions of several models beside the labels: what every score is computed from.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/array.hpp"
#include "ml/models/reducer.hpp"
#include "ml/models/structure_data.hpp"

namespace glassforge::ml {

/// One structure. Models are in the order of the list they are scored by.
struct PredictedStructure {
  std::int64_t structure = 0;
  std::vector<std::int32_t> species;  ///< (N)
  std::vector<LabelField> labels;
  std::vector<std::map<std::string, Array<double>>> predictions;  ///< of each model, by label: (T, N)
};

/// Hands out a structure; asked only for those that this process holds (ml/models/reducer.hpp).
using PredictedSource = std::function<const PredictedStructure&(std::int64_t structure)>;

/// One label at one time: the particles of one species in all structures, structure after structure.
struct PredictedColumn {
  std::vector<std::size_t> begin;  ///< (S + 1): particles of structure s are [begin[s], begin[s + 1])
  std::vector<double> label;       ///< (M)
  std::vector<double> noise;       ///< (S): sum over the particles of the variance of the mean label, or NaN
  std::vector<std::vector<double>> prediction;  ///< of each model: (M)

  std::size_t structures() const { return noise.size(); }
  std::span<const double> labelOf(std::size_t s) const { return part(label, s); }
  std::span<const double> predictionOf(std::size_t model, std::size_t s) const { return part(prediction[model], s); }
  /// The part of any (M) numbers that belongs to structure s.
  std::span<const double> part(std::span<const double> values, std::size_t s) const {
    return values.subspan(begin[s], begin[s + 1] - begin[s]);
  }
};

/// Which column.
struct ColumnPlace {
  std::string label;
  std::size_t time = 0;  ///< index
  int species = 0;
};

/// Gathers a column on every process; structures in the order given. Collective. InputError where a structure has
/// other times than the first, or predictions of another shape than the labels.
PredictedColumn gatherColumn(const PredictedSource& source, const std::vector<std::int64_t>& structures,
                             std::size_t models, const ColumnPlace& place, Reducer& reducer);

}  // namespace glassforge::ml
