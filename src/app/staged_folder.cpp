#include "app/staged_folder.hpp"

#include <unistd.h>

#include <filesystem>

#include "core/error.hpp"

namespace glassforge::app {
namespace {

namespace fs = std::filesystem;

std::string withoutSlash(const std::string& path) {
  const fs::path normal = fs::path(path).lexically_normal();
  return (normal.has_filename() ? normal : normal.parent_path()).string();
}

}  // namespace

StagedFolder::StagedFolder(const std::string& path) : path_(withoutSlash(path)) {
  require(!path_.empty() && fs::path(path_).filename() != "." && fs::path(path_).filename() != "..",
          "--out '{}' names no new folder; give a folder that does not exist yet", path);
  std::error_code error;
  require<FileError>(!fs::exists(path_, error) || (fs::is_directory(path_, error) && fs::is_empty(path_, error)),
                     "{}: exists and is not an empty folder; nothing is overwritten, choose another --out", path_);
  temporary_ = fmt::format("{}.part-{}", path_, ::getpid());
  fs::remove_all(temporary_, error);
  fs::create_directories(temporary_, error);
  require<FileError>(!error, "{}: the folder cannot be made: {}", temporary_, error.message());
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(temporary_, ignored);
}

void StagedFolder::commit() {
  std::error_code error;
  fs::rename(temporary_, path_, error);
  require<FileError>(!error, "{}: the finished folder cannot be put there: {}", path_, error.message());
  committed_ = true;
}

}  // namespace glassforge::app
