#include <functional>
#include <map>

#include "core/error.hpp"
#include "ml/descriptors/coarse_grained.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "ml/descriptors/hand_made.hpp"

namespace glassforge::ml {

namespace {

const std::map<std::string, std::vector<CoarseFamily>, std::less<>>& coarseSets() {
  using enum CoarseFamily;
  static const std::map<std::string, std::vector<CoarseFamily>, std::less<>> sets{
      {"density", {density}},
      {"energy", {energy}},
      {"density_energy", {density, energy}},
      {"structure", {density, energy, displacement, variance}}};
  return sets;
}

}  // namespace

std::vector<std::string> handMadeNames() { return {"DEN", "EPOT"}; }

std::vector<std::string> descriptorNames() {
  std::vector<std::string> names;
  for (const auto& [name, families] : coarseSets()) names.push_back(name);
  for (const std::string& name : handMadeNames()) names.push_back(name);
  return names;
}

std::unique_ptr<Descriptor> makeDescriptor(std::string_view name, const std::vector<std::string>& species_names,
                                           int dimension) {
  require(dimension == 2 || dimension == 3, "descriptors exist in two and three dimensions, not in {}", dimension);
  require(!species_names.empty(), "a descriptor needs at least one species");
  if (name == "DEN") return std::make_unique<CoarseDensity>();
  if (name == "EPOT") return std::make_unique<CoarseEnergy>();
  const auto set = coarseSets().find(name);
  require(set != coarseSets().end(), "there is no descriptor set \"{}\"; known are {}", name,
          fmt::join(descriptorNames(), ", "));
  return std::make_unique<CoarseGrained>(set->first, set->second, species_names);
}

}  // namespace glassforge::ml
