/// The manifest in the root attributes of every HDF5 file, and what makes a file be refused.
#pragma once

#include <map>
#include <string>
#include <variant>

#include "core/manifest.hpp"
#include "io/hdf5.hpp"

namespace glassforge::io {

/// What differs between identical runs: attributes of /run, which do not count when files are compared. Date and host are
/// always written.
using RunNotes = std::map<std::string, std::variant<double, std::int64_t, std::string>>;

void writeManifest(const Hdf5Group& root, const Manifest& manifest, const RunNotes& notes = {});

/// FileError where the file is not one of ours or damaged.
Manifest readManifest(const Hdf5Group& root);
Manifest readManifest(const std::string& path);

/// Refuses a file of another kind, format version or campaign: FileError that says which and what to do. Empty texts of
/// `expected` are not compared.
void checkManifest(const std::string& path, const Manifest& found, const Manifest& expected);

/// Refuses a file of another code version or instruction set: its bits may differ from what this program would make.
void checkVersion(const std::string& path, const Manifest& found, const Manifest& expected);

/// Opens a file and checks its kind.
Hdf5File openKind(const std::string& path, std::string_view kind);

/// "s0007": the group of structure 7 in every file.
std::string structureName(std::int64_t index);

/// Numbers of the structure groups in a group, ascending; names of another form are passed over.
std::vector<std::int64_t> structureIndices(const Hdf5Group& group);

}  // namespace glassforge::io
