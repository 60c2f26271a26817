/// One of several programs that do the tasks of a stage together, each a fixed share of them, in one campaign folder.
#pragma once

#include <cstdint>
#include <string>

namespace glassforge::app {

/// Which tasks of a stage are this program's. A task's number follows from its structure (and block of replicas) alone,
/// so a share is the same tasks whenever it is started.
struct Share {
  std::string stage;
  std::int64_t index = 0;  ///< 0 .. count - 1
  std::int64_t count = 0;  ///< 0: no share, but the whole campaign, by a program that has the folder for itself

  bool isPart() const { return count > 0; }
  bool has(std::int64_t task) const { return count == 0 || task % count == index; }
  /// "3/16".
  std::string text() const;
};

/// The share of "--stage STAGE --share I/N"; InputError where that is not one.
Share parseShare(const std::string& stage, const std::string& text);

}  // namespace glassforge::app
