#include "io/model_file.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "io/hdf5.hpp"

namespace glassforge::io {
namespace {

constexpr std::array<std::string_view, 12> kReserved{"kind", "format_version", "campaign", "campaign_hash", "seed",
                                                     "code_version", "instruction_set", "conventions", "parent_hash", "units",
                                                     "model", "label"};

bool isReserved(const std::string& name) { return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end(); }

/// "a/b/c" as ("a/b", "c").
std::pair<std::string, std::string> splitPath(const std::string& key) {
  const auto slash = key.rfind('/');
  if (slash == std::string::npos) return {"", key};
  return {key.substr(0, slash), key.substr(slash + 1)};
}

bool isPath(const std::string& key) {
  return !key.empty() && key.front() != '/' && key.back() != '/' && key.find("//") == std::string::npos &&
         key.rfind("run/", 0) != 0 && key != "run";
}

void writeAttributes(const Hdf5Group& root, const ModelRecord& record) {
  for (const auto& [key, value] : record.attributes) {
    const auto [group, name] = splitPath(key);
    if (!isPath(key) || (group.empty() && isReserved(name))) root.fail("", fmt::format("attribute '{}' has no usable name", key));
    const auto set = [&, attribute = name](const Hdf5Group& holder) {
      std::visit([&](const auto& v) { holder.setAttribute(attribute, v); }, value);
    };
    if (group.empty()) {
      set(root);
    } else {
      set(root.has(group) ? root.object(group) : root.make(group));
    }
  }
}

void readAttributes(const Hdf5Group& object, const std::string& prefix, ModelRecord& record) {
  for (const auto& name : object.attributeNames()) {
    if (prefix.empty() && isReserved(name)) continue;
    auto& value = record.attributes[prefix + name];
    switch (object.attributeKind(name)) {
      case 'd': value = object.attribute<double>(name); break;
      case 'i': value = object.attribute<std::int64_t>(name); break;
      default: value = object.textAttribute(name);
    }
  }
}

void readTree(const Hdf5Group& group, const std::string& prefix, ModelRecord& record) {
  readAttributes(group, prefix, record);
  for (const auto& name : group.names()) {
    if (prefix.empty() && name == "run") continue;
    const auto key = prefix + name;
    const auto object = group.object(name);
    if (H5Iget_type(object.id()) == H5I_GROUP) {
      readTree(group.open(name), key + "/", record);
    } else {
      record.arrays[key] = group.read<double>(name);
      readAttributes(object, key + "/", record);
    }
  }
}

}  // namespace

void writeModel(const std::string& path, const Manifest& manifest, const ModelRecord& record, const RunNotes& notes) {
  Hdf5Writer writer(path);
  {
    const auto root = writer.root();
    writeManifest(root, manifest, notes);
    root.setAttribute("model", record.model);
    root.setAttribute("label", record.label);
    for (const auto& [key, values] : record.arrays) {
      if (!isPath(key)) root.fail("", fmt::format("array '{}' has no usable name", key));
      const auto [group, name] = splitPath(key);
      if (group.empty()) {
        root.write(name, values);
      } else {
        root.make(group).write(name, values);
      }
    }
    writeAttributes(root, record);
  }
  writer.commit();
}

ModelRecord readModel(const std::string& path) {
  const auto file = openKind(path, "model");
  const auto root = file.root();
  ModelRecord record;
  record.model = root.textAttribute("model");
  record.label = root.textAttribute("label");
  readTree(root, "", record);
  return record;
}

}  // namespace glassforge::io
