/// Isoconfigurational replicas of one structure, and labels from them.
#pragma once

#include "core/campaign.hpp"
#include "core/checkpoint.hpp"
#include "core/labels.hpp"
#include "core/step_ladder.hpp"
#include "core/structure.hpp"

namespace glassforge::iso {

/// Which replicas of which structure.
struct ReplicaBlock {
  std::int64_t structure = 0;
  std::int64_t first = 0;
  std::int64_t count = 1;
};

/// Runs a block of replicas from `start` along the ladder: Maxwell-Boltzmann velocities at the campaign's temperature
/// keyed by (structure, replica), then NVE or NVT. A replica's labels do not depend on the block it runs in. It goes on
/// from the checkpoint of `monitor`, if it has one. A replica that leaves physics is run once more alone; where that
/// fails too, its status says why.
ReplicaLabels launch(const Campaign& campaign, const StepLadder& ladder, const Snapshot& start,
                     const ReplicaBlock& block, TaskMonitor& monitor);
ReplicaLabels launch(const Campaign& campaign, const StepLadder& ladder, const Snapshot& start,
                     const ReplicaBlock& block);

/// Labels of all replicas of a structure from blocks that together give every replica at every step of the ladder; and,
/// over the replicas whose status is "done", mean and unbiased variance summed in replica order. Status and energy
/// drift of a replica are those of its longest run. PhysicsError where something is missing, where two blocks do not
/// agree bit for bit on what both have, or where two replicas are the same.
StructureLabels gatherReplicas(const StepLadder& ladder, const std::vector<std::int32_t>& species,
                               const std::vector<ReplicaLabels>& blocks);

/// Adds what follows from the replicas of a structure and its start: overlap and pair labels, as far as they are asked
/// for.
void addDerivedLabels(const LabelSettings& settings, const Snapshot& start, StructureLabels& labels);

/// Share of the replicas that are "done" in which a displacement, (T, R, N), is below `distance`: (T, N).
Array<double> overlapOf(const ReplicaLabels& replicas, double distance);

/// rho_max of every time and species, (T, species), over the particles of one structure.
Array<double> ceilingOf(const Array<double>& mean, const Array<double>& variance, double replicas,
                        const std::vector<std::int32_t>& species);

/// Mean and unbiased variance over the replicas of (T, R, N) values whose status is "done"; both (T, N).
void reduceReplicas(const Array<double>& values, const std::vector<std::string>& status, Array<double>& mean,
                    Array<double>& variance);

}  // namespace glassforge::iso
