#include "ml/descriptors/descriptor.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace glassforge::ml {

namespace {

void requireNumbers(const std::vector<double>& values, std::size_t count, const char* what) {
  require(values.size() == count, "descriptor input: {} are {} numbers instead of {}", what, values.size(), count);
  const auto bad = std::ranges::find_if(values, [](double x) { return !std::isfinite(x); });
  require(bad == values.end(), "descriptor input: number {} of {} is not finite", bad - values.begin(), what);
}

}  // namespace

void DescriptorInput::validate() const {
  require(dimension == 2 || dimension == 3, "descriptor input: dimension {} is neither 2 nor 3", dimension);
  const auto axes = static_cast<std::size_t>(dimension);
  requireNumbers(box, axes, "box lengths");
  for (const double length : box) require(length > 0, "descriptor input: the box length {} is not positive", length);
  requireNumbers(thermal, particles() * axes, "thermal coordinates");
  requireNumbers(inherent, particles() * axes, "inherent coordinates");
  if (!cage.empty()) requireNumbers(cage, particles() * axes, "cage coordinates");
  requireNumbers(sigma, species_names.size() * species_names.size(), "pair diameters");
  requireNumbers(thermal_energy, particles(), "thermal energies");
  requireNumbers(inherent_energy, particles(), "inherent energies");
  for (std::size_t i = 0; i < particles(); ++i)
    require(species[i] >= 0 && species[i] < speciesCount(), "descriptor input: particle {} has species {} of {}", i,
            species[i], speciesCount());
}

std::vector<double> DescriptorInput::radii() const {
  std::vector<double> radii;
  for (int a = 0; a < speciesCount(); ++a) radii.push_back(sigmaOf(a, a) / 2);
  return radii;
}

const std::vector<double>& DescriptorInput::positions(Positions kind) const {
  if (kind == Positions::thermal) return thermal;
  if (kind == Positions::inherent) return inherent;
  require(!cage.empty(), "descriptor input: there is no cage state; [cage] make = true makes one");
  return cage;
}

Positions parsePositions(std::string_view name) {
  for (const Positions kind : {Positions::thermal, Positions::inherent, Positions::cage})
    if (toString(kind) == name) return kind;
  throw InputError(fmt::format("there are no positions \"{}\"; known are thermal, inherent, cage", name));
}

std::string_view toString(Positions positions) {
  if (positions == Positions::thermal) return "thermal";
  return positions == Positions::inherent ? "inherent" : "cage";
}

void Columns::add(std::string name, std::string unit, double radius) {
  names.push_back(std::move(name));
  units.push_back(std::move(unit));
  radii.push_back(radius);
}

FeatureSet Descriptor::describe(const DescriptorInput& input) const {
  input.validate();
  return {name(), columns().names, columns().units, columns().radii, compute(input)};
}

}  // namespace glassforge::ml
