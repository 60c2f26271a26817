/// Particles as rows of text, in any order: brought into the order of their ids, with species as numbers from 0.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/mixture.hpp"
#include "core/structure.hpp"

namespace glassforge::io {

struct ParticleRow {
  std::optional<std::int64_t> id;
  std::string species;              ///< a name of the mixture, or a number
  std::vector<double> position;     ///< (D), unwrapped, or wrapped with image counters
  std::vector<std::int32_t> image;  ///< (D) counters beside the position, or empty
  std::vector<double> velocity;     ///< (D), or empty
};

/// Builds a snapshot of `box` from rows. Where rows have ids they are sorted by them (ids need only be distinct), else the order
/// of the file stands. Species that are names of the mixture are taken by name; numbers count from 1, or from 0 where a 0
/// is among them. FileError naming `where`.
Snapshot snapshotFrom(std::vector<ParticleRow> rows, const std::vector<double>& box, const Mixture& mixture,
                      const std::string& where);

}  // namespace glassforge::io
