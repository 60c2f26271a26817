/// Structures in H5MD 1.1 files (docs/formats.md, "states").
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/structure.hpp"
#include "io/manifest_file.hpp"

namespace glassforge::io {

/// Writes the structures of one shard. `species` are the names, in the order of the species numbers. FileError.
void writeStates(const std::string& path, const Manifest& manifest, const std::vector<std::string>& species,
                 std::span<const StructureState> states, const RunNotes& notes = {});

/// Numbers of the structures in a file, ascending.
std::vector<std::int64_t> stateIndices(const std::string& path);

/// All structures, ascending in number. FileError where the file is missing, of another kind, or damaged.
std::vector<StructureState> readStates(const std::string& path);

/// One structure; FileError with the numbers there are where it is not in the file.
StructureState readState(const std::string& path, std::int64_t index);

/// Species names as they stand in the file.
std::vector<std::string> readSpeciesNames(const std::string& path);

}  // namespace glassforge::io
