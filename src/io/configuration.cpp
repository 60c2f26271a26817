#include "io/configuration.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "core/error.hpp"
#include "io/extxyz.hpp"
#include "io/glass_data.hpp"
#include "io/lammps_data.hpp"
#include "io/state_file.hpp"
#include "io/text_lines.hpp"

namespace glassforge::io {
namespace {

/// "file.h5:7" as its file and 7; a path that exists as it stands has no number.
std::pair<std::string, std::optional<std::int64_t>> splitIndex(const std::string& path) {
  const auto colon = path.rfind(':');
  std::int64_t index = 0;
  if (std::filesystem::exists(path) || colon == std::string::npos) return {path, std::nullopt};
  if (!parseInteger(std::string_view(path).substr(colon + 1), index)) return {path, std::nullopt};
  return {path.substr(0, colon), index};
}

Snapshot fromStates(const std::string& path, std::optional<std::int64_t> index, const Mixture& mixture) {
  if (!index) {
    const auto there = stateIndices(path);
    require<FileError>(!there.empty(), "{}: has no structures", path);
    index = there.front();
  }
  auto snapshot = readState(path, *index).thermal;
  require<FileError>(snapshot.dimension == mixture.dimension, "{}: has {} dimensions, mixture {} has {}", path, snapshot.dimension,
                     mixture.name, mixture.dimension);
  const auto most = std::max_element(snapshot.species.begin(), snapshot.species.end());
  require<FileError>(most == snapshot.species.end() || *most < mixture.speciesCount(), "{}: has more species than mixture {}",
                     path, mixture.name);
  return snapshot;
}

/// An XYZ file begins with a line that is one integer.
bool beginsWithCount(const std::string& path) {
  TextLines lines(path);
  std::string_view line;
  std::int64_t count = 0;
  if (!lines.next(line)) return false;
  const auto parts = tokens(line);
  return parts.size() == 1 && parseInteger(parts[0], count);
}

std::string firstBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  require<FileError>(file.good(), "{}: cannot be read", path);
  std::string bytes(8, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

}  // namespace

Snapshot readConfiguration(const std::string& path, const Mixture& mixture) {
  const auto [file, index] = splitIndex(path);
  require<FileError>(std::filesystem::is_regular_file(file), "{}: there is no such file", file);
  const auto magic = firstBytes(file);
  if (magic == "\x89HDF\r\n\x1a\n") return fromStates(file, index, mixture);
  require<FileError>(!index, "{}: only state files hold numbered structures", path);
  if (magic.starts_with("PK")) return readGlassData(file, mixture, Counts::any).snapshot;
  return beginsWithCount(file) ? readExtxyz(file, mixture) : readLammpsData(file, mixture);
}

}  // namespace glassforge::io
