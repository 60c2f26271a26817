#include "io/manifest_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "core/error.hpp"

namespace glassforge::io {
namespace {

constexpr std::string_view kUnits = "reduced Lennard-Jones";

std::string utcNow() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32] = {};
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string hostName() {
  char text[256] = {};
  return ::gethostname(text, sizeof text - 1) == 0 ? text : "unknown";
}

}  // namespace

void writeManifest(const Hdf5Group& root, const Manifest& manifest, const RunNotes& notes) {
  root.setAttribute("kind", manifest.kind);
  root.setAttribute("format_version", static_cast<std::int64_t>(manifest.format_version));
  root.setAttribute("campaign", manifest.campaign);
  root.setAttribute("campaign_hash", manifest.campaign_hash);
  root.setAttribute("seed", manifest.seed);
  root.setAttribute("code_version", manifest.code_version);
  root.setAttribute("instruction_set", manifest.instruction_set);
  root.setAttribute("conventions", manifest.conventions);
  root.setAttribute("parent_hash", manifest.parent_hash);
  root.setAttribute("units", kUnits);
  RunNotes all(notes);
  all.try_emplace("date", utcNow());
  all.try_emplace("host", hostName());
  const auto run = root.make("run");
  for (const auto& [name, value] : all) {
    std::visit([&, key = name](const auto& v) { run.setAttribute(key, v); }, value);
  }
}

Manifest readManifest(const Hdf5Group& root) {
  require<FileError>(root.hasAttribute("kind") && root.hasAttribute("format_version"),
                     "{}: an HDF5 file, but not one of glassforge's (no attributes kind and format_version)", root.file());
  Manifest manifest;
  manifest.kind = root.textAttribute("kind");
  manifest.format_version = static_cast<int>(root.attribute<std::int64_t>("format_version"));
  manifest.campaign = root.textAttribute("campaign");
  manifest.campaign_hash = root.textAttribute("campaign_hash");
  manifest.seed = root.attribute<std::uint64_t>("seed");
  manifest.code_version = root.textAttribute("code_version");
  manifest.instruction_set = root.textAttribute("instruction_set");
  manifest.conventions = root.textAttribute("conventions");
  manifest.parent_hash = root.textAttribute("parent_hash");
  return manifest;
}

Manifest readManifest(const std::string& path) { return readManifest(Hdf5File(path).root()); }

void checkManifest(const std::string& path, const Manifest& found, const Manifest& expected) {
  require<FileError>(expected.kind.empty() || found.kind == expected.kind, "{}: this is a file of kind '{}'; '{}' is needed",
                     path, found.kind, expected.kind);
  require<FileError>(found.format_version == expected.format_version,
                     "{}: format version {}; this program reads and writes version {}. Use the program that made it (code "
                     "version {}), or another --out",
                     path, found.format_version, expected.format_version, found.code_version);
  require<FileError>(expected.campaign.empty() || found.campaign == expected.campaign,
                     "{}: belongs to campaign '{}', not '{}'; use another --out", path, found.campaign, expected.campaign);
  require<FileError>(expected.campaign_hash.empty() || found.campaign_hash == expected.campaign_hash,
                     "{}: campaign '{}' with other settings (hash {}, now {}): the seed, system or protocol in the campaign file "
                     "has changed since. Change it back, or use another name or --out",
                     path, found.campaign, found.campaign_hash, expected.campaign_hash);
}

void checkVersion(const std::string& path, const Manifest& found, const Manifest& expected) {
  require<FileError>(found.code_version == expected.code_version && found.instruction_set == expected.instruction_set,
                     "{}: made by version {} for {}, this is {} for {}; results may differ in their last bits. Continue with "
                     "--accept-version, which is recorded",
                     path, found.code_version, found.instruction_set, expected.code_version, expected.instruction_set);
}

Hdf5File openKind(const std::string& path, std::string_view kind) {
  Hdf5File file(path);
  Manifest expected;
  expected.kind = kind;
  checkManifest(path, readManifest(file.root()), expected);
  return file;
}

std::string structureName(std::int64_t index) { return fmt::format("s{:04d}", index); }

std::vector<std::int64_t> structureIndices(const Hdf5Group& group) {
  std::vector<std::int64_t> indices;
  for (const auto& name : group.names()) {
    std::int64_t index = -1;
    const char* end = name.data() + name.size();
    if (name.size() < 5 || name[0] != 's') continue;
    const auto [last, error] = std::from_chars(name.data() + 1, end, index);
    if (error == std::errc() && last == end && name == structureName(index)) indices.push_back(index);
  }
  std::sort(indices.begin(), indices.end());
  return indices;
}

}  // namespace glassforge::io
