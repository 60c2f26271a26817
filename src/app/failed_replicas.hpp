/// Replicas that left physics: what a campaign says of them when it goes on without.
#pragma once

#include "app/stage.hpp"

namespace glassforge::app {

/// A word on rank 0 about replicas that failed twice and are left out of the labels, where there are any; a PhysicsError
/// where a structure has none that is left. From the merged labels. Collective.
void tellOfFailedReplicas(const StageContext& context);

}  // namespace glassforge::app
