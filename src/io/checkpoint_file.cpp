#include "io/checkpoint_file.hpp"

#include <variant>

#include "core/error.hpp"

namespace glassforge::io {
namespace {

constexpr const char* kKind = "checkpoint";
constexpr const char* kNames = "names";

/// Arrays are stored by number, since their names are paths; an empty array is a name without a dataset.
std::string datasetName(std::size_t k) {
  return fmt::format("a{:03d}", k);
}

char kindOf(const Checkpoint::Value& value) {
  return "rit"[value.index()];
}

std::size_t sizeOf(const Checkpoint::Value& value) {
  return std::visit([](const auto& values) { return values.size(); }, value);
}

Checkpoint::Value readValue(const Hdf5Group& group, const std::string& name, char kind, bool empty) {
  if (kind == 'r') return empty ? Checkpoint::Reals() : group.readVector<double>(name);
  if (kind == 'i') return empty ? Checkpoint::Integers() : group.readVector<std::int64_t>(name);
  if (kind == 't') return empty ? Checkpoint::Texts() : group.readTexts(name);
  group.fail(name, fmt::format("an array of the unknown kind '{}'", kind));
}

}  // namespace

void writeCheckpoint(const std::string& path, const StoredCheckpoint& checkpoint, const RunNotes& notes) {
  Hdf5Writer file(path);
  {
    const Hdf5Group root = file.root();
    Manifest manifest = checkpoint.manifest;
    manifest.kind = kKind;
    writeManifest(root, manifest, notes);
    root.setAttribute("task", checkpoint.task);
    root.setAttribute("sequence", checkpoint.sequence);
    const Hdf5Group arrays = root.make("arrays");
    std::vector<std::string> names;
    for (const auto& [name, value] : checkpoint.content.values()) {
      names.push_back(fmt::format("{}{}{}", kindOf(value), sizeOf(value) > 0 ? '+' : '0', name));
      if (sizeOf(value) == 0) continue;
      std::visit([&](const auto& values) { arrays.write(datasetName(names.size() - 1), values); }, value);
    }
    root.write(kNames, names);
  }
  file.commit();
}

StoredCheckpoint readCheckpoint(const std::string& path) {
  const Hdf5File file(path);
  const Hdf5Group root = file.root();
  StoredCheckpoint stored;
  stored.manifest = readManifest(root);
  require<FileError>(stored.manifest.kind == kKind, "{}: this is a file of kind '{}'; '{}' is needed", path,
                     stored.manifest.kind, kKind);
  stored.task = root.textAttribute("task");
  stored.sequence = root.attribute<std::int64_t>("sequence");
  const Hdf5Group arrays = root.open("arrays");
  const auto names = root.readTexts(kNames);
  for (std::size_t k = 0; k < names.size(); ++k) {
    require<FileError>(names[k].size() > 2, "{}: the array name '{}' is too short", path, names[k]);
    stored.content.put(names[k].substr(2), readValue(arrays, datasetName(k), names[k][0], names[k][1] == '0'));
  }
  return stored;
}

}  // namespace glassforge::io
