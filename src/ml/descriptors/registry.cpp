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
  Positions positions;  ///< looked at where the name says nothing else; cage where several are, cage among them
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

/// A set that looks at several states, cage among them, takes no "@" but "@cage", what it would be without.
template <Positions... states>
Made severalStates(const DescriptorRequest& request) {
  require(request.positions == Positions::cage, "the descriptor set {} has its own states; it takes no \"@{}\"",
          request.name, toString(request.positions));
  return std::make_unique<CageSet>(request, std::vector{states...});
}

Made averagedTheta(const DescriptorRequest& request) {
  constexpr double length = 5.0;  // reference 4.7
  return std::make_unique<Averaged>(request.name, one<TongTanaka>(request), length);
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
      {"cage", false, Positions::cage, severalStates<thermal, Positions::cage>},
      {"thermal_inherent_cage", false, Positions::cage, severalStates<thermal, inherent, Positions::cage>},
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

/// One part of a name, taken apart.
struct ParsedName {
  const Entry* entry = nullptr;
  std::string_view unaveraged;  ///< the part without its "_cg"
  Positions positions = Positions::thermal;
  double averaging = 0;  ///< 0: none
};

/// InputError where there is no such descriptor or there are no such positions.
ParsedName parse(std::string_view name) {
  const auto [inner, digits] = splitAtLast(name, averaging_mark);
  ParsedName parsed;
  parsed.averaging = averagingLength(digits);
  parsed.unaveraged = parsed.averaging > 0 ? inner : name;
  const auto [base, positions] = splitAtLast(parsed.unaveraged, positions_mark);
  parsed.entry = find(base);
  require(parsed.entry != nullptr, "there is no descriptor set \"{}\"; known are {}", name,
          fmt::join(descriptorNames(), ", "));
  parsed.positions = positions.empty() ? parsed.entry->positions : parsePositions(positions);
  return parsed;
}

Made makePart(std::string_view name, const std::vector<std::string>& species_names, int dimension) {
  const ParsedName parsed = parse(name);
  auto made = parsed.entry->make({std::string(parsed.unaveraged), species_names, dimension, parsed.positions});
  if (parsed.averaging <= 0) return made;
  return std::make_unique<Averaged>(std::string(name), std::move(made), parsed.averaging);
}

std::vector<std::string_view> partsOf(std::string_view name) {
  std::vector<std::string_view> parts;
  for (auto at = name.find(joining_mark); at != std::string_view::npos; at = name.find(joining_mark)) {
    parts.push_back(name.substr(0, at));
    name = name.substr(at + joining_mark.size());
  }
  parts.push_back(name);
  return parts;
}

}  // namespace

std::vector<std::string> handMadeNames() {
  std::vector<std::string> names;
  for (const Entry& entry : entries())
    if (entry.hand_made) names.emplace_back(entry.name);
  return names;
}

bool isHandMade(std::string_view name) {
  if (partsOf(name).size() > 1) return false;
  const auto [inner, digits] = splitAtLast(name, averaging_mark);
  const Entry* entry = find(splitAtLast(averagingLength(digits) > 0 ? inner : name, positions_mark).first);
  return entry != nullptr && entry->hand_made;
}

bool needsCageState(std::string_view name) {
  return std::ranges::any_of(partsOf(name),
                             [](std::string_view part) { return parse(part).positions == Positions::cage; });
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
  for (const std::string_view part : partsOf(name)) parts.push_back(makePart(part, species_names, dimension));
  if (parts.size() == 1) return std::move(parts.front());
  return std::make_unique<Joined>(std::string(name), std::move(parts));
}

}  // namespace glassforge::ml
