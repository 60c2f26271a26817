#include "io/structure_files.hpp"

#include <glob.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

#include "core/error.hpp"
#include "io/state_file.hpp"

namespace glassforge::io {
namespace {

namespace fs = std::filesystem;

bool isStructureFile(const fs::path& path) {
  static constexpr std::array<std::string_view, 8> kKnown{".npz", ".xyz",  ".extxyz", ".lammps",
                                                          ".lmp", ".data", ".h5",     ".h5md"};
  return std::find(kKnown.begin(), kKnown.end(), path.extension().string()) != kKnown.end();
}

/// Published archives have folders in folders: T0.44/train, T0.44/test.
std::vector<std::string> npzBelow(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.is_regular_file(error) && entry.path().extension() == ".npz") files.push_back(entry.path().string());
  }
  return files;
}

std::vector<std::string> filesIn(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file(error) && isStructureFile(entry.path())) files.push_back(entry.path().string());
  }
  return files.empty() ? npzBelow(folder) : files;
}

std::vector<std::string> matches(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> files;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t k = 0; k < found.gl_pathc; ++k) files.emplace_back(found.gl_pathv[k]);
  }
  ::globfree(&found);
  return files;
}

/// "file:7" for each structure of a state file of ours, else the file itself.
void append(std::vector<std::string>& files, const std::string& path) {
  const auto extension = fs::path(path).extension();
  if (extension != ".h5" && extension != ".h5md") {
    files.push_back(path);
    return;
  }
  for (const auto index : stateIndices(path)) files.push_back(fmt::format("{}:{}", path, index));
}

/// "file.h5:7": a structure of a state file is named already.
bool isIndexed(const std::string& entry) {
  const auto colon = entry.rfind(':');
  return colon != std::string::npos && colon + 1 < entry.size() &&
         std::all_of(entry.begin() + static_cast<std::ptrdiff_t>(colon) + 1, entry.end(),
                     [](unsigned char c) { return std::isdigit(c); }) &&
         fs::is_regular_file(entry.substr(0, colon));
}

}  // namespace

std::vector<std::string> expandStructureFiles(const std::string& entry, const std::string& base) {
  const std::string absolute = (fs::path(base) / entry).lexically_normal().string();
  if (isIndexed(absolute)) return {absolute};
  std::vector<std::string> found;
  if (fs::is_directory(absolute)) {
    found = filesIn(absolute);
    require<FileError>(!found.empty(),
                       "{}: no structure files (.npz, .xyz, .extxyz, .lammps, .data, .h5) in this folder", absolute);
  } else if (fs::exists(absolute)) {
    found = {absolute};
  } else {
    found = matches(absolute);
    require<FileError>(!found.empty(), "{}: no such file, and nothing matches it", absolute);
  }
  std::sort(found.begin(), found.end(), naturalLess);
  std::vector<std::string> files;
  for (const auto& path : found) append(files, path);
  return files;
}

bool naturalLess(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const auto number = [&](const std::string& text, std::size_t& at) {
    const auto begin = at;
    while (at < text.size() && digit(text[at])) ++at;
    const auto first = std::min(text.find_first_not_of('0', begin), at);
    return std::string_view(text).substr(first, at - first);
  };
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      const auto x = number(a, i), y = number(b, j);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
    }
  }
  if (a.size() - i != b.size() - j) return a.size() - i < b.size() - j;
  return a < b;
}

}  // namespace glassforge::io
