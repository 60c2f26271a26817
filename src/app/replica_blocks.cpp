#include "app/replica_blocks.hpp"

#include <algorithm>

#include "io/campaign_file.hpp"

namespace glassforge::app {
namespace {

constexpr double kFrameBytes = 256e6;  // of kept frames in one task

std::int64_t packOf(const Campaign& c) {
  if (c.replicas.pack > 0) return std::min(c.replicas.pack, c.replicas.count);
  if (!c.replicas.keep_frames) return c.replicas.count;
  const auto frame = static_cast<double>(c.system.mixture.particles() * c.system.mixture.dimension) * sizeof(double);
  const double fitting = kFrameBytes / (frame * static_cast<double>(labelTimes(c)));
  return std::clamp(static_cast<std::int64_t>(fitting), std::int64_t{1}, c.replicas.count);
}

}  // namespace

std::size_t labelTimes(const Campaign& campaign) {
  const auto& multiples = campaign.replicas.times.tau_alpha;
  return multiples.empty() ? io::stepLadder(campaign).size() : multiples.size();
}

ReplicaBlocks::ReplicaBlocks(const Campaign& campaign)
    : pack_(packOf(campaign)), blocks_((campaign.replicas.count + pack_ - 1) / pack_) {}

bool ReplicaBlocks::anyOf(const Share& share, const Shard& shard) const {
  const std::int64_t end = (shard.first + shard.count) * blocks_;
  for (std::int64_t task = shard.first * blocks_; task < end; ++task) {
    if (share.has(task)) return true;
  }
  return false;
}

}  // namespace glassforge::app
