/// What of a structure goes into dataset.h5, array by array.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/labels.hpp"
#include "core/structure.hpp"

namespace glassforge::app {

/// What is known of a structure that has a state and labels.
struct DatasetRecord {
  StructureState state;
  StructureLabels labels;  ///< without the values of replicas

  std::int64_t replicasDone() const;
};

/// One array of the dataset. One of `real` and `integer` is set; it gives the rows of a structure, or nothing where the
/// structure lacks it.
struct DatasetField {
  std::string name;
  std::vector<std::string> axes;
  std::function<std::vector<double>(const DatasetRecord&)> real;
  std::function<std::vector<std::int32_t>(const DatasetRecord&)> integer;

  bool isThere(const DatasetRecord& record) const;
};

/// All arrays that a dataset may have, in the order in which they are written.
const std::vector<DatasetField>& datasetFields();

/// Extents of the axes "times", "particles", "dimensions", "species", "ends".
std::map<std::string, std::size_t> datasetExtents(const DatasetRecord& record, std::size_t species);

}  // namespace glassforge::app
