#include "ml/models/raw_column.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace glassforge::ml {

Array<double> RawColumn::predict(const StructureSample& sample, const std::string& label) const {
  const std::size_t particles = sample.species.size();
  require(sample.features.size() == particles, "descriptor {}: structure {} has {} values for {} particles", name_,
          sample.structure, sample.features.size(), particles);
  const std::size_t times = sample.label(label).times.size();
  Array<double> y({times, particles});
  for (std::size_t t = 0; t < times; ++t) std::ranges::copy(sample.features.values(), y.row(t).begin());
  return y;
}

ModelRecord RawColumn::save() const {
  ModelRecord record;
  record.model = name_;
  record.attributes["descriptor_set"] = name_;
  return record;
}

void RawColumn::load(const ModelRecord& record) {
  require<FileError>(record.model == name_, "a record of model {} cannot be read as {}", record.model, name_);
}

}  // namespace glassforge::ml
