#include "io/feature_file.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "core/error.hpp"
#include "io/hdf5.hpp"

namespace glassforge::io {
namespace {

constexpr std::string_view kKind = "features";

/// Equal bits, so that NaN radii compare equal.
bool sameRadii(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  });
}

void requireColumns(const FeatureSet& set, std::int64_t structure) {
  const auto f = set.names.size();
  require<FileError>(set.units.size() == f && set.radii.size() == f && set.values.rank() == 2 && set.values.extent(1) == f,
                     "features '{}' of structure {}: {} names, {} units, {} radii and values of shape ({}) do not belong "
                     "together",
                     set.name, structure, f, set.units.size(), set.radii.size(), fmt::join(set.values.shape(), ", "));
}

bool isColumns(const Hdf5Group& root, const std::string& name) {
  return name != "run" && root.has(name + "/names") && root.has(name + "/radii");
}

std::vector<std::string> setNames(const Hdf5Group& root) {
  auto names = root.names();
  std::erase_if(names, [&](const auto& name) { return !isColumns(root, name); });
  return names;
}

FeatureSet readSet(const Hdf5Group& root, std::int64_t structure, const std::string& name) {
  const auto columns = root.open(name);
  FeatureSet set;
  set.name = name;
  set.names = columns.readTexts("names");
  set.units = columns.readTexts("units");
  set.radii = columns.readVector<double>("radii", set.names.size());
  const auto where = structureName(structure) + "/" + name + "/features";
  set.values = root.read<double>(where);
  if (set.values.rank() != 2 || set.values.extent(1) != set.names.size() || set.units.size() != set.names.size()) {
    root.fail(where, fmt::format("has shape ({}); {} columns are named", fmt::join(set.values.shape(), ", "), set.names.size()));
  }
  return set;
}

void writeColumns(const Hdf5Group& root, const FeatureSet& set) {
  const auto columns = root.make(set.name);
  columns.write("names", set.names);
  columns.write("units", set.units);
  columns.write("radii", set.radii);
}

}  // namespace

void writeFeatures(const std::string& path, const Manifest& manifest, std::span<const StructureFeatures> features,
                   const RunNotes& notes) {
  Hdf5Writer writer(path);
  {
    const auto root = writer.root();
    writeManifest(root, manifest, notes);
    std::map<std::string, const FeatureSet*> columns;
    for (const auto& one : features) {
      const auto group = root.make(structureName(one.structure));
      for (const auto& set : one.sets) {
        requireColumns(set, one.structure);
        const auto [first, added] = columns.emplace(set.name, &set);
        require<FileError>(added || (first->second->names == set.names && first->second->units == set.units &&
                                     sameRadii(first->second->radii, set.radii)),
                           "{}: features '{}' have other columns in structure {} than before", path, set.name, one.structure);
        group.make(set.name).write("features", set.values);
      }
    }
    for (const auto& [name, set] : columns) writeColumns(root, *set);
  }
  writer.commit();
}

std::vector<std::int64_t> featureIndices(const std::string& path) { return structureIndices(openKind(path, kKind).root()); }

std::vector<std::string> featureSetNames(const std::string& path) { return setNames(openKind(path, kKind).root()); }

std::vector<StructureFeatures> readFeatures(const std::string& path) {
  const auto file = openKind(path, kKind);
  const auto root = file.root();
  const auto names = setNames(root);
  std::vector<StructureFeatures> features;
  for (const auto index : structureIndices(root)) {
    features.push_back({index, {}});
    for (const auto& name : names) {
      if (root.has(structureName(index) + "/" + name)) features.back().sets.push_back(readSet(root, index, name));
    }
  }
  return features;
}

FeatureSet readFeatures(const std::string& path, std::int64_t structure, const std::string& set) {
  const auto file = openKind(path, kKind);
  const auto root = file.root();
  require<FileError>(root.has(structureName(structure) + "/" + set),
                     "{}: has no features '{}' of structure {}; it holds structures {} and sets {}", path, set, structure,
                     fmt::join(structureIndices(root), ", "), fmt::join(setNames(root), ", "));
  return readSet(root, structure, set);
}

}  // namespace glassforge::io
