/// A folder that appears whole or not at all: filled under a temporary name beside it, then renamed.
#pragma once

#include <string>

namespace glassforge::app {

class StagedFolder {
 public:
  /// FileError where `path` is a file or a folder with something in it, or no folder can be made beside it.
  explicit StagedFolder(const std::string& path);
  /// Removes what was written unless committed.
  ~StagedFolder();
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  /// The final folder, without a slash at its end.
  const std::string& path() const { return path_; }
  /// Where to write until commit().
  const std::string& temporary() const { return temporary_; }
  std::string temporary(const std::string& relative) const { return temporary_ + "/" + relative; }
  void commit();

 private:
  std::string path_, temporary_;
  bool committed_ = false;
};

}  // namespace glassforge::app
