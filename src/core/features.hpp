/// Descriptors of one structure: what stages compute and feature files hold.
#pragma once

#include <string>
#include <vector>

#include "core/array.hpp"

namespace glassforge {

/// One descriptor set of one structure. N particles in the order of their ids, F features.
struct FeatureSet {
  std::string name;                ///< of the set, as in [describe] sets
  std::vector<std::string> names;  ///< (F)
  std::vector<std::string> units;  ///< (F), reduced units in words: "sigma", "epsilon", "1"
  std::vector<double> radii;       ///< (F): distance the feature looks at, NaN where it has none
  Array<double> values;            ///< (N, F)
};

}  // namespace glassforge
