#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "core/error.hpp"

namespace glassforge::io {
namespace {

/// Flushes a file or a folder to disk; some file systems cannot flush folders, which is no error.
void flush(const std::string& path, bool folder) {
  const int descriptor = ::open(path.c_str(), folder ? (O_RDONLY | O_DIRECTORY) : O_RDONLY);
  if (descriptor < 0) {
    if (folder) return;
    throw FileError(fmt::format("{}: cannot be opened to flush it: {}", path, std::strerror(errno)));
  }
  const int result = ::fsync(descriptor);
  const int reason = errno;
  ::close(descriptor);
  if (result != 0 && !folder) throw FileError(fmt::format("{}: cannot be flushed to disk: {}", path, std::strerror(reason)));
}

std::string folderOf(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? std::string(".") : parent.string();
}

/// Unique by host, process and the object that owns the file.
std::string temporaryName(const std::string& path, const void* owner) {
  const auto target = std::filesystem::path(path);
  char host[64] = {};
  ::gethostname(host, sizeof host - 1);
  const auto name = fmt::format(".{}.{}.{}.{}.tmp", target.filename().string(), host, ::getpid(), owner);
  return (target.parent_path() / name).string();
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), temporary_(temporaryName(path_, this)) {
  std::error_code error;
  std::filesystem::create_directories(folderOf(path_), error);
  require<FileError>(!error, "{}: its folder cannot be made: {}", path_, error.message());
}

AtomicFile::~AtomicFile() {
  if (!committed_) std::remove(temporary_.c_str());
}

void AtomicFile::commit() {
  flush(temporary_, false);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw FileError(fmt::format("{}: cannot be put in place: {}", path_, std::strerror(errno)));
  }
  committed_ = true;
  flush(folderOf(path_), true);
}

}  // namespace glassforge::io
