#include "io/campaign_labels.hpp"

#include <algorithm>

#include "core/labels.hpp"

namespace glassforge::io {
namespace {

double halfBox(const Mixture& mixture) {
  return *std::min_element(mixture.box.begin(), mixture.box.end()) / 2;
}

/// True where `key` is a table of settings; else it switches the label on or off.
bool isTable(const TomlSection& section, std::string_view key, std::string_view example, bool& on) {
  const auto* node = section.find(key);
  if (node != nullptr && node->is_table()) return true;
  if (node != nullptr && !node->is_boolean()) section.fail(key, fmt::format("must be true, false or {}", example));
  on = section.boolean(key, on);
  return false;
}

/// The outer cutoff must be seen by the minimum image.
void readBonds(const TomlDocument& document, const TomlSection& section, const Mixture& mixture,
               LabelSettings& labels) {
  if (!isTable(section, "bond_breaking", "{ inner = 1.4, outer = 1.8 }", labels.bond_breaking)) return;
  const TomlSection bonds(document, "labels.bond_breaking", {"inner", "outer"});
  labels.bond_inner = bonds.number("inner", {.min = 0, .open = true}, labels.bond_inner);
  labels.bond_outer =
      bonds.number("outer", Range::atLeast(labels.bond_inner), std::max(labels.bond_outer, labels.bond_inner));
  const double sigma = *std::max_element(mixture.sigma.begin(), mixture.sigma.end());
  if (labels.bond_outer * sigma > halfBox(mixture)) {
    bonds.fail("outer",
               fmt::format("is {} (in sigma_ab), beyond half the box ({})", labels.bond_outer, halfBox(mixture)));
  }
}

/// The cutoff must be seen by the minimum image, and the sums of squares must fit their integers.
void readPairs(const TomlDocument& document, const TomlSection& section, const Mixture& mixture, std::int64_t replicas,
               LabelSettings& labels) {
  if (isTable(section, "pairs", "{ cutoff = 2.0 }", labels.pairs)) {
    const TomlSection pairs(document, "labels.pairs", {"cutoff"});
    labels.pairs = true;
    labels.pair_cutoff = pairs.number("cutoff", {.min = 0, .open = true}, labels.pair_cutoff);
  }
  if (!labels.pairs) return;
  if (labels.pair_cutoff > halfBox(mixture)) {
    section.fail("pairs",
                 fmt::format("have cutoff {}, beyond half the box ({})", labels.pair_cutoff, halfBox(mixture)));
  }
  double largest2 = 0;
  for (const double length : mixture.box) largest2 += length * length / 4;
  const double most = static_cast<double>(INT64_MAX) / (kPairScale * largest2);
  if (static_cast<double>(replicas) > most) {
    section.fail("pairs",
                 fmt::format("of {} replicas in this box do not fit their sums; at most {:.0f} do", replicas, most));
  }
}

void readOverlap(const TomlDocument& document, const TomlSection& section, LabelSettings& labels) {
  if (isTable(section, "overlap", "{ distance = 0.3 }", labels.overlap)) {
    const TomlSection overlap(document, "labels.overlap", {"distance"});
    labels.overlap = true;
    labels.overlap_distance = overlap.number("distance", {.min = 0, .open = true}, labels.overlap_distance);
  }
  if (labels.overlap && !labels.displacement) {
    section.fail("overlap", "is taken from the displacements; displacement must not be false");
  }
}

}  // namespace

LabelSettings readLabelSettings(const TomlDocument& document, const Mixture& mixture, std::int64_t replicas) {
  const TomlSection section(document, "labels", {"displacement", "bond_breaking", "pairs", "overlap"});
  LabelSettings labels;
  labels.displacement = section.boolean("displacement", labels.displacement);
  readBonds(document, section, mixture, labels);
  readPairs(document, section, mixture, replicas, labels);
  readOverlap(document, section, labels);
  if (!labels.displacement && !labels.bond_breaking) {
    section.fail("displacement", "and bond_breaking are both false; at least one label is needed");
  }
  return labels;
}

}  // namespace glassforge::io
