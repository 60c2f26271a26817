/// Isoconfigurational replicas of one structure, and labels from them.
#pragma once

#include <functional>

#include "core/campaign.hpp"
#include "core/labels.hpp"
#include "core/step_ladder.hpp"
#include "core/structure.hpp"

namespace glassforge::iso {

/// Called now and then with the finished share in [0, 1]; may throw to stop.
using ProgressHook = std::function<void(double)>;

/// Which replicas of which structure.
struct ReplicaBlock {
  std::int64_t structure = 0;
  std::int64_t first = 0;
  std::int64_t count = 1;
};

/// Runs a block of replicas from `start` along the ladder: Maxwell-Boltzmann velocities at the campaign's temperature keyed
/// by (structure, replica), then NVE or NVT. A replica's labels do not depend on the block it runs in.
ReplicaLabels launch(const Campaign& campaign, const StepLadder& ladder, const Snapshot& start, const ReplicaBlock& block,
                     const ProgressHook& progress = {});

/// Labels of all replicas of a structure from its blocks, given in the order of their first replica; and, over the
/// replicas whose status is "done", mean and unbiased variance summed in replica order.
StructureLabels gatherReplicas(const StepLadder& ladder, const std::vector<std::int32_t>& species,
                               const std::vector<ReplicaLabels>& blocks);

/// Mean and unbiased variance over the replicas of (T, R, N) values whose status is "done"; both (T, N).
void reduceReplicas(const Array<double>& values, const std::vector<std::string>& status, Array<double>& mean,
                    Array<double>& variance);

}  // namespace glassforge::iso
