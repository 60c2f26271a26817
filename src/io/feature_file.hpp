/// Descriptors in HDF5 (docs/formats.md, "features").
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/features.hpp"
#include "io/manifest_file.hpp"

namespace glassforge::io {

/// The descriptor sets of one structure.
struct StructureFeatures {
  std::int64_t structure = 0;
  std::vector<FeatureSet> sets;
};

/// Writes the features of one shard; a set has the same columns in every structure. FileError.
void writeFeatures(const std::string& path, const Manifest& manifest, std::span<const StructureFeatures> features,
                   const RunNotes& notes = {});

/// Structures in a file, ascending, and the names of its descriptor sets, sorted.
std::vector<std::int64_t> featureIndices(const std::string& path);
std::vector<std::string> featureSetNames(const std::string& path);

/// All structures with all their sets (sorted by name). FileError where the file is missing, of another kind, or damaged.
std::vector<StructureFeatures> readFeatures(const std::string& path);

/// One set of one structure; FileError with what there is where it is not in the file.
FeatureSet readFeatures(const std::string& path, std::int64_t structure, const std::string& set);

}  // namespace glassforge::io
