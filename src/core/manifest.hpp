/// What a file came from: stands in every file, and a file of another campaign or format is refused by it.
#pragma once

#include <cstdint>
#include <string>

namespace glassforge {

struct Manifest {
  std::string kind;             ///< "states", "labels", "features", "model", "dynamics", "dataset"
  int format_version = 1;
  std::string campaign;         ///< name
  std::string campaign_hash;    ///< hash of what the content depends on (system, seed, protocol), hex
  std::uint64_t seed = 0;
  std::string code_version;
  std::string instruction_set;
  std::string conventions;      ///< model, smoothing, units, in words
  std::string parent_hash;      ///< content hash of the file this one was made from, hex, or empty
};

}  // namespace glassforge
