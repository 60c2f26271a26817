#include <algorithm>

#include "core/error.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "ml/models/model.hpp"
#include "ml/models/raw_column.hpp"
#include "ml/models/ridge.hpp"

namespace glassforge::ml {

namespace {

constexpr std::string_view ridge_prefix = "ridge_";

}  // namespace

std::unique_ptr<Model> makeModel(std::string_view name, const std::vector<std::string>& species_names, int dimension) {
  const std::vector<std::string> bare = handMadeNames();
  if (std::ranges::find(bare, name) != bare.end()) return std::make_unique<RawColumn>(std::string(name));
  const std::vector<std::string> known = modelNames();
  require(std::ranges::find(known, name) != known.end(), "there is no model \"{}\"; known are {}", name,
          fmt::join(known, ", "));
  const auto descriptor = makeDescriptor(name.substr(ridge_prefix.size()), species_names, dimension);
  return std::make_unique<Ridge>(descriptor->name(), species_names, descriptor->columns().size());
}

std::vector<std::string> modelNames() {
  std::vector<std::string> names;
  for (const std::string& set : descriptorNames()) names.push_back(std::string(ridge_prefix) + set);
  for (const std::string& bare : handMadeNames()) names.push_back(bare);
  return names;
}

}  // namespace glassforge::ml
