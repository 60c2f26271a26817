/// Published structures, with labels where their files have them, as a campaign folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/manifest_file.hpp"
#include "par/stop_guard.hpp"

namespace glassforge::app {

struct ImportOptions {
  std::vector<std::string> files;  ///< files, folders, globs
  std::string format;              ///< "botan", "glassbench", "deepmind", "extxyz", "lammps"
  std::string model, out, name;    ///< empty name: that of the folder
  double temperature = 0;
  std::vector<double> times;  ///< of the end frames, or empty: by time code
  std::string test;           ///< published numbers of the test part: "401-500" or "3,7,12"
  std::int64_t seed = 1;
  std::vector<std::string> set;  ///< "section.key=value"
};

/// What was made of the files.
struct ImportSummary {
  std::int64_t structures = 0, first_number = 0, last_number = 0;
  std::size_t replicas = 0, test = 0;
  std::vector<double> times;  ///< of the labels; empty without labels
  bool from_frames = false;   ///< labels were made from end frames; otherwise published as they are
};

/// Makes the folder options.out, whole or not at all. InputError and FileError say what is wrong with options and
/// files.
ImportSummary importStructures(const ImportOptions& options, const par::StopGuard& guard, const io::RunNotes& notes);

/// The numbers of `there` that a list like "401-500" or "3,7" names, as places in `there`. A range may name numbers
/// that are not there; a single number may not.
std::vector<std::int64_t> placesOf(const std::string& list, const std::vector<std::int64_t>& there);

}  // namespace glassforge::app
