#include "app/compare.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/reliability.hpp"
#include "ml/linalg/moments.hpp"

namespace glassforge::app {
namespace {

constexpr double kSameTime = 0.01;       // relative
constexpr double kSamePosition = 1e-3;   // published coordinates have six digits
constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

/// Places of what is common in the two lists.
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

/// One label of one side.
struct Side {
  const LabelSet& set;
  const Array<double> StructureLabels::*mean;
  const Array<double> StructureLabels::*variance;
};

/// False at the first particle that is elsewhere. Without a box, coordinates are compared as they stand.
bool samePositions(const StructureLabels& a, const StructureLabels& b, const std::vector<double>& box) {
  if (a.species != b.species || a.thermal.shape() != b.thermal.shape() || a.thermal.empty()) return false;
  const std::size_t d = a.thermal.extent(1);
  for (std::size_t i = 0; i < a.thermal.extent(0); ++i) {
    double r2 = 0;
    for (std::size_t k = 0; k < d; ++k) {
      double dx = a.thermal(i, k) - b.thermal(i, k);
      if (!box.empty()) dx -= box[k] * std::nearbyint(dx / box[k]);
      r2 += dx * dx;
    }
    if (!(r2 < kSamePosition * kSamePosition)) return false;
  }
  return true;
}

Pairs commonStructures(const LabelSet& a, const LabelSet& b) {
  Pairs pairs;
  std::vector<char> taken(b.structures.size(), 0);
  for (std::size_t i = 0; i < a.structures.size(); ++i) {
    for (std::size_t j = 0; j < b.structures.size(); ++j) {
      if (taken[j] || !samePositions(a.structures[i], b.structures[j], a.box)) continue;
      taken[j] = 1;
      pairs.emplace_back(i, j);
      break;
    }
  }
  require(!pairs.empty(),
          "{} ({} structures) and {} ({} structures) have no structure in common: particle by particle, no two have the same "
          "types and initial positions (within {})",
          a.name, a.structures.size(), b.name, b.structures.size(), kSamePosition);
  return pairs;
}

bool sameTime(double a, double b) { return std::abs(a - b) <= kSameTime * std::max(a, b); }

Pairs commonTimes(const LabelSet& a, const LabelSet& b, const Pairs& structures, const std::vector<double>& wanted) {
  const auto& ta = a.structures[structures.front().first].times;
  const auto& tb = b.structures[structures.front().second].times;
  Pairs pairs;
  for (std::size_t i = 0; i < ta.size(); ++i) {
    const auto asked = [&](double t) { return sameTime(t, ta[i]); };
    if (!wanted.empty() && std::none_of(wanted.begin(), wanted.end(), asked)) continue;
    for (std::size_t j = 0; j < tb.size(); ++j) {
      if (sameTime(ta[i], tb[j])) pairs.emplace_back(i, j);
    }
  }
  require(!pairs.empty(), "no time is common within 1 %: {} has t = {:.6g}; {} has t = {:.6g}{}", a.name, fmt::join(ta, ", "),
          b.name, fmt::join(tb, ", "), wanted.empty() ? "" : fmt::format("; --times {:.6g}", fmt::join(wanted, ", ")));
  for (const auto& [i, j] : structures) {
    require(a.structures[i].times == ta && b.structures[j].times == tb,
            "structures of {} or {} differ in their label times; compare single files", a.name, b.name);
  }
  return pairs;
}

std::size_t replicasOf(const StructureLabels& labels) {
  return static_cast<std::size_t>(std::count(labels.replicas.status.begin(), labels.replicas.status.end(), "done"));
}

std::size_t leastReplicas(const LabelSet& set, const Pairs& structures, bool first) {
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const auto& [i, j] : structures) least = std::min(least, replicasOf(set.structures[first ? i : j]));
  return least;
}

/// Labels of one species at one time over all common structures, and the sum of the variances of their means.
struct Column {
  std::vector<double> values;
  double noise = 0;
};

void append(const StructureLabels& labels, const Side& side, std::size_t time, int species, Column& column) {
  const auto& mean = labels.*side.mean;
  const auto& variance = labels.*side.variance;
  const auto replicas = replicasOf(labels);
  for (std::size_t i = 0; i < labels.species.size(); ++i) {
    if (labels.species[i] != species) continue;
    column.values.push_back(mean(time, i));
    column.noise += variance.empty() || replicas < 2 ? kNotKnown : variance(time, i) / static_cast<double>(replicas);
  }
}

void score(const Column& a, const Column& b, SpeciesComparison& into) {
  const auto m = ml::Moments::of(a.values, b.values);
  into.pearson.push_back(m.pearson());
  into.ceiling.push_back(std::sqrt(reliability(a.noise, m.spp) * reliability(b.noise, m.syy)));
  into.mean_a.push_back(m.mean_p);
  into.mean_b.push_back(m.mean_y);
  into.spread_a.push_back(std::sqrt(m.spp / m.rows));
  into.spread_b.push_back(std::sqrt(m.syy / m.rows));
}

std::map<std::string, SpeciesComparison> compareField(const Side& a, const Side& b, const Pairs& structures,
                                                      const Pairs& times) {
  std::map<std::string, SpeciesComparison> result;
  for (const auto& [i, j] : structures) {
    if ((a.set.structures[i].*a.mean).empty() || (b.set.structures[j].*b.mean).empty()) return result;
  }
  for (std::size_t s = 0; s < a.set.species_names.size(); ++s) {
    for (const auto& [ta, tb] : times) {
      Column from_a, from_b;
      for (const auto& [i, j] : structures) {
        append(a.set.structures[i], a, ta, static_cast<int>(s), from_a);
        append(b.set.structures[j], b, tb, static_cast<int>(s), from_b);
      }
      if (!from_a.values.empty()) score(from_a, from_b, result[a.set.species_names[s]]);
    }
  }
  return result;
}

}  // namespace

LabelComparison compareLabels(const LabelSet& a, const LabelSet& b, const std::vector<double>& times) {
  const Pairs structures = commonStructures(a, b);
  const Pairs common = commonTimes(a, b, structures, times);
  LabelComparison result;
  for (const auto& [ta, tb] : common) {
    result.times_a.push_back(a.structures[structures[0].first].times[ta]);
    result.times_b.push_back(b.structures[structures[0].second].times[tb]);
  }
  for (const auto& [i, j] : structures) result.pairs.emplace_back(a.structures[i].structure, b.structures[j].structure);
  result.replicas_a = leastReplicas(a, structures, true);
  result.replicas_b = leastReplicas(b, structures, false);
  result.species_names = a.species_names;
  const auto field = [&](auto mean, auto variance) {
    return compareField({a, mean, variance}, {b, mean, variance}, structures, common);
  };
  result.displacement = field(&StructureLabels::displacement, &StructureLabels::displacement_variance);
  result.bond_breaking = field(&StructureLabels::bond_breaking, &StructureLabels::bond_breaking_variance);
  return result;
}

}  // namespace glassforge::app
