/// Checkpoint files (docs/formats.md): the named arrays of a computation under way.
#pragma once

#include <string>

#include "core/checkpoint.hpp"
#include "io/manifest_file.hpp"

namespace glassforge::io {

struct StoredCheckpoint {
  Manifest manifest;
  std::string task;           ///< what is computed, in words: another task cannot go on from it
  std::int64_t sequence = 0;  ///< counts the checkpoints of a task
  Checkpoint content;
};

/// FileError where it cannot be written; then what was there before is still there.
void writeCheckpoint(const std::string& path, const StoredCheckpoint& checkpoint, const RunNotes& notes = {});

/// FileError where the file is missing, damaged or of another kind.
StoredCheckpoint readCheckpoint(const std::string& path);

}  // namespace glassforge::io
