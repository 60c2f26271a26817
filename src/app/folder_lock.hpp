/// Keeps programs apart that would be in each other's way in one campaign folder.
#pragma once

#include <cstdint>
#include <string>

#include "app/share.hpp"

namespace glassforge::app {

/// A lock on <folder>/.lock (ranges of bytes of one file, so that many shares need no files of their own), released
/// when the program ends, however it ends. Where the file system has no locks, that is said once and work goes on:
/// files are still written whole, under names of their own, and two programs that do the same task write the same bits.
class FolderLock {
 public:
  /// For a program that has the folder for itself. FileError where another is at work in it.
  static FolderLock whole(const std::string& root);
  /// For a share, beside other shares. FileError where the same share, or a program for itself, is at work.
  static FolderLock share(const std::string& root, const Share& share);
  /// For the one who submits jobs; does not keep those out. FileError where somebody else is submitting.
  static FolderLock submission(const std::string& root);

  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;

 private:
  explicit FolderLock(const std::string& root);
  enum class Kind { shared, exclusive };
  /// Whether the byte was free.
  bool take(std::int64_t byte, Kind kind) const;
  /// Whether it is shares that hold the folder.
  bool heldByShares() const;

  std::string root_;
  int file_;
};

}  // namespace glassforge::app
