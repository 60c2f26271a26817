/// How the replicas of a campaign are cut into tasks.
#pragma once

#include <cstdint>

#include "app/campaign_folder.hpp"
#include "app/share.hpp"
#include "core/campaign.hpp"

namespace glassforge::app {

/// How many label times a campaign asks for, which is known before tau_alpha is.
std::size_t labelTimes(const Campaign& campaign);

/// Blocks of neighbouring replicas of a structure, numbered through the campaign.
class ReplicaBlocks {
 public:
  explicit ReplicaBlocks(const Campaign& campaign);

  /// Replicas of a block: what the campaign says, or all; with frames kept, as many as fit into memory.
  std::int64_t pack() const { return pack_; }
  std::int64_t perStructure() const { return blocks_; }
  /// The number of the block that begins with replica `first` of a structure, however many are missing beside it.
  std::int64_t number(std::int64_t structure, std::int64_t first) const { return structure * blocks_ + first / pack_; }
  /// Whether a share has a block of a structure of the shard.
  bool anyOf(const Share& share, const Shard& shard) const;

 private:
  std::int64_t pack_, blocks_;
};

}  // namespace glassforge::app
