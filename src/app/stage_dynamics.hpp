/// tau_alpha by the program: the first part of the stage launch.
#pragma once

#include "app/stage.hpp"
#include "core/dynamics_record.hpp"

namespace glassforge::app {

/// F_s, MSD and tau_alpha from short runs, measured where that has not been done and written to dynamics.h5.
/// Collective.
DynamicsRecord measureDynamics(const StageContext& context);

/// tau_alpha, or how far F_s has fallen, in a line on rank 0.
void announceRelaxation(const StageContext& context, const DynamicsRecord& record);

}  // namespace glassforge::app
