/// A trained model as a tree of named arrays and attributes: what Model::save hands out and model files hold.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include "core/array.hpp"

namespace glassforge {

/// Keys are paths with '/' between the parts: array "displacement/A/t0/weights", attribute "displacement/A/t0/penalty"
/// (the last part names the attribute, what comes before it the group). An attribute without '/' is of the whole model.
struct ModelRecord {
  using Attribute = std::variant<double, std::int64_t, std::string>;

  std::string model;  ///< "ridge_glassmlp", "botan", ...
  std::string label;  ///< "displacement", "bond_breaking", or "" where one file serves both
  std::map<std::string, Array<double>> arrays;
  std::map<std::string, Attribute> attributes;
};

}  // namespace glassforge
