#include <algorithm>
#include <charconv>

#include "core/error.hpp"
#include "ml/descriptors/averaged.hpp"
#include "ml/descriptors/cage_sets.hpp"
#include "ml/descriptors/coarse_grained.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "ml/descriptors/hand_made.hpp"
#include "ml/descriptors/joined.hpp"
#include "ml/descriptors/psi.hpp"
#include "ml/descriptors/smoothed_bond_order.hpp"
#include "ml/descriptors/softness_functions.hpp"
#include "ml/descriptors/tong_tanaka.hpp"

namespace glassforge::ml {

namespace {

using Made = std::unique_ptr<Descriptor>;

/// A descriptor of one's own is one file and one more line here.
struct Entry {
  std::string_view name;
  bool hand_made;       ///< one bare column, a model by itself
  Positions positions;  ///< looked at where the name says nothing else
  Made (*make)(const DescriptorRequest&);
};

template <CoarseFamily... families>
Made coarse(const DescriptorRequest& request) {
  return std::make_unique<CoarseGrained>(request, std::vector{families...});
}

template <class Column>
Made one(const DescriptorRequest& request) {
  return std::make_unique<Column>(request);
}

template <class Column, int l>
Made ofDegree(const DescriptorRequest& request) {
  return std::make_unique<Column>(request, l);
}

Made oneState(const DescriptorRequest& request) {
  return std::make_unique<CageSet>(request, std::vector{request.positions});
}

/// A set that looks at several states takes no "@" but "@thermal", what it would be without.
template <Positions... states>
Made severalStates(const DescriptorRequest& request) {
  require(request.positions == Positions::thermal, "the descriptor set {} has its own states; it takes no \"@{}\"",
          request.name, toString(request.positions));
  return std::make_unique<CageSet>(request, std::vector{states...});
}

Made averagedTheta(const DescriptorRequest& request) {
  constexpr double length = 5.0;  // reference 4.7
  return std::make_unique<Averaged>(request.name, one<TongTanaka>(request), length, request.dimension);
}

const std::vector<Entry>& entries() {
  using enum CoarseFamily;
  using enum Positions;
  static const std::vector<Entry> list{
      {"density", false, inherent, coarse<density>},
      {"energy", false, inherent, coarse<energy>},
      {"density_energy", false, inherent, coarse<density, energy>},
      {"structure", false, inherent, coarse<density, energy, displacement, variance>},
      {"radial_angular", false, thermal, oneState},
      {"cage", false, thermal, severalStates<thermal, Positions::cage>},
      {"thermal_inherent_cage", false, thermal, severalStates<thermal, inherent, Positions::cage>},
      {"sbo", false, thermal, one<SmoothedBondOrder>},
      {"psi4", true, inherent, ofDegree<Psi, 4>},
      {"psi6", true, inherent, ofDegree<Psi, 6>},
      {"PSI4", true, inherent, ofDegree<CoarsePsi, 4>},
      {"PSI6", true, inherent, ofDegree<CoarsePsi, 6>},
      {"glassmlp", false, inherent, coarse<density, energy, surface, displacement, variance>},
      {"softness_functions", false, inherent, one<SoftnessFunctions>},
      {"theta", true, inherent, one<TongTanaka>},
      {"TT", true, inherent, averagedTheta},
      {"EINH", true, inherent, one<OwnEnergy>},
      {"DEN", true, thermal, one<CoarseDensity>},
      {"EPOT", true, inherent, one<CoarseEnergy>},
  };
  return list;
}

const Entry* find(std::string_view name) {
  const auto it = std::ranges::find(entries(), name, &Entry::name);
  return it == entries().end() ? nullptr : &*it;
}

/// The part of a name before `mark`, and what follows its last occurrence; nothing follows where it does not occur.
std::pair<std::string_view, std::string_view> splitAtLast(std::string_view name, std::string_view mark) {
  const auto at = name.rfind(mark);
  if (at == std::string_view::npos) return {name, {}};
  return {name.substr(0, at), name.substr(at + mark.size())};
}

/// The length of "NAME_cg2.5", or 0 where the name does not end so.
double averagingLength(std::string_view digits) {
  double length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  return error == std::errc() && end == digits.data() + digits.size() ? length : 0.0;
}

constexpr std::string_view averaging_mark = "_cg", positions_mark = "@", joining_mark = "+";

Made makeOne(const DescriptorRequest& request) {
  const auto [base, positions] = splitAtLast(request.name, positions_mark);
  const Entry* entry = find(base);
  require(entry != nullptr, "there is no descriptor set \"{}\"; known are {}", request.name,
          fmt::join(descriptorNames(), ", "));
  DescriptorRequest resolved = request;
  resolved.positions = positions.empty() ? entry->positions : parsePositions(positions);
  return entry->make(resolved);
}

Made makeAveraged(const DescriptorRequest& request) {
  const auto [inner, digits] = splitAtLast(request.name, averaging_mark);
  const double length = averagingLength(digits);
  if (length <= 0) return makeOne(request);
  DescriptorRequest within = request;
  within.name = std::string(inner);
  return std::make_unique<Averaged>(request.name, makeOne(within), length, request.dimension);
}

}  // namespace

std::vector<std::string> handMadeNames() {
  std::vector<std::string> names;
  for (const Entry& entry : entries())
    if (entry.hand_made) names.emplace_back(entry.name);
  return names;
}

bool isHandMade(std::string_view name) {
  if (name.find(joining_mark) != std::string_view::npos) return false;
  const auto [inner, digits] = splitAtLast(name, averaging_mark);
  if (averagingLength(digits) > 0) name = inner;
  const Entry* entry = find(splitAtLast(name, positions_mark).first);
  return entry != nullptr && entry->hand_made;
}

std::vector<std::string> descriptorNames() {
  std::vector<std::string> names;
  for (const Entry& entry : entries()) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<Descriptor> makeDescriptor(std::string_view name, const std::vector<std::string>& species_names,
                                           int dimension) {
  require(dimension == 2 || dimension == 3, "descriptors exist in two and three dimensions, not in {}", dimension);
  require(!species_names.empty(), "a descriptor needs at least one species");
  std::vector<Made> parts;
  std::string_view rest = name;
  while (true) {
    const auto at = rest.find(joining_mark);
    parts.push_back(makeAveraged({std::string(rest.substr(0, at)), species_names, dimension, Positions::thermal}));
    if (at == std::string_view::npos) break;
    rest = rest.substr(at + joining_mark.size());
  }
  if (parts.size() == 1) return std::move(parts.front());
  return std::make_unique<Joined>(std::string(name), std::move(parts));
}

}  // namespace glassforge::ml
