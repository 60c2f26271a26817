/// Two sets of labels of the same structures held against each other: do they agree as far as their noise allows?
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/labels.hpp"

namespace glassforge::app {

/// One side of a comparison.
struct LabelSet {
  std::string name;         ///< as the user gave it
  std::vector<double> box;  ///< empty where not known
  std::vector<std::string> species_names;
  std::vector<StructureLabels> structures;  ///< without the values of single replicas
};

/// What is needed to read an npz, and not always in it.
struct LabelHints {
  std::string model;                  ///< empty: told by the other side or by the numbers of particles
  std::optional<double> temperature;  ///< of the time codes; else by the file name or the other side
  std::vector<double> times;          ///< of end frames without a known time code
};

/// Reads both sides: each a campaign folder (or its campaign.toml), a label file, an npz with end frames or
/// propensities, or a folder of such npz files.
std::pair<LabelSet, LabelSet> readLabelSets(const std::string& a, const std::string& b, const LabelHints& hints);

/// The same of a campaign and of published npz files (files, folders, globs).
std::pair<LabelSet, LabelSet> readLabelSets(const std::string& campaign, const std::vector<std::string>& published,
                                            const LabelHints& hints);

/// Scores of one label and species, one entry per common time. NaN where a number is not defined.
struct SpeciesComparison {
  std::vector<double> pearson, ceiling, mean_a, mean_b, spread_a, spread_b;
};

struct LabelComparison {
  std::vector<double> times_a, times_b;                      ///< (T) common times
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;  ///< structure numbers in a and b
  std::size_t replicas_a = 0, replicas_b = 0;                ///< the least over structures; 0 where not known
  std::vector<std::string> species_names;
  std::map<std::string, SpeciesComparison> displacement;   ///< by species name
  std::map<std::string, SpeciesComparison> bond_breaking;  ///< empty unless both have it
};

/// Structures are matched by their thermal positions, times within 1 %; where `times` is not empty, only those count.
/// InputError where no structure or no time is common.
LabelComparison compareLabels(const LabelSet& a, const LabelSet& b, const std::vector<double>& times);

}  // namespace glassforge::app
