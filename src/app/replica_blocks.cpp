#include "app/replica_blocks.hpp"

#include <algorithm>

namespace glassforge::app {
namespace {

constexpr double kFrameBytes = 256e6;  // of kept frames in one task

std::int64_t packOf(const Campaign& c, std::size_t times) {
  if (c.replicas.pack > 0) return std::min(c.replicas.pack, c.replicas.count);
  if (!c.replicas.keep_frames) return c.replicas.count;
  const auto frame = static_cast<double>(c.system.mixture.particles() * c.system.mixture.dimension) * sizeof(double);
  const double fitting = kFrameBytes / (frame * static_cast<double>(times));
  return std::clamp(static_cast<std::int64_t>(fitting), std::int64_t{1}, c.replicas.count);
}

}  // namespace

ReplicaBlocks::ReplicaBlocks(const Campaign& campaign, std::size_t times)
    : pack_(packOf(campaign, times)), blocks_((campaign.replicas.count + pack_ - 1) / pack_) {}

bool ReplicaBlocks::anyOf(const Share& share, const Shard& shard) const {
  const std::int64_t end = (shard.first + shard.count) * blocks_;
  for (std::int64_t task = shard.first * blocks_; task < end; ++task) {
    if (share.has(task)) return true;
  }
  return false;
}

}  // namespace glassforge::app
