/// Dynamics of the liquid from short NVE runs: self-intermediate scattering function, mean square displacement,
/// tau_alpha.
#pragma once

#include "core/array.hpp"
#include "core/campaign.hpp"
#include "core/checkpoint.hpp"
#include "core/dynamics_record.hpp"
#include "core/step_ladder.hpp"
#include "core/structure.hpp"
#include "iso/relaxation.hpp"
#include "md/observables.hpp"

namespace glassforge::iso {

using md::selfScattering;

/// One run from one structure, always NVE, whose total momentum is zero: the centre of mass stays (a test checks it). T
/// times.
struct DynamicsRun {
  std::int64_t structure = 0;
  std::int64_t replica = 0;
  std::vector<double> fs;  ///< (T)
  Array<double> msd;       ///< (T, species)
};

/// About ten steps a decade from one step to `max_time`.
StepLadder dynamicsLadder(double max_time, double dt);

/// It goes on from the checkpoint of `monitor`, if it has one. PhysicsError where the run leaves physics.
DynamicsRun runDynamics(const Campaign& campaign, const StepLadder& ladder, const StructureState& state,
                        std::int64_t replica, TaskMonitor& monitor);
DynamicsRun runDynamics(const Campaign& campaign, const StepLadder& ladder, const StructureState& state,
                        std::int64_t replica = 0);

/// Means, standard errors over structures, and tau_alpha where the mean F_s crosses 1/e (relaxationTime), with its
/// error over structures: `replicas` runs of each structure, which stand together, count as one value. NaN where F_s
/// does not fall so far.
DynamicsRecord combineDynamics(const StepLadder& ladder, const std::vector<DynamicsRun>& runs,
                               std::int64_t replicas = 1);

}  // namespace glassforge::iso
