/// A file that appears whole or not at all: written under a temporary name, flushed, then renamed.
#pragma once

#include <string>

namespace glassforge::io {

class AtomicFile {
 public:
  /// Chooses a temporary name beside `path` that no other process uses; creates missing folders. FileError.
  explicit AtomicFile(std::string path);
  /// Removes the temporary file unless committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Where to write; close it before commit().
  const std::string& temporary() const { return temporary_; }
  /// Flushes the temporary file to disk, renames it to the final name and flushes the folder. FileError.
  void commit();

 private:
  std::string path_;
  std::string temporary_;
  bool committed_ = false;
};

}  // namespace glassforge::io
