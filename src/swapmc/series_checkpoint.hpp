/// The record of an equilibration under way, as checkpoints keep it.
#pragma once

#include "core/checkpoint.hpp"
#include "core/structure.hpp"

namespace glassforge::swapmc {

/// What has been recorded so far, the begin of the sampling and the number of redos; what follows from the settings, or
/// is found out at the end, is not kept.
void putSeries(Checkpoint& checkpoint, const EquilibrationSeries& series);
/// FileError where something is missing.
void getSeries(const Checkpoint& checkpoint, EquilibrationSeries& series);

}  // namespace glassforge::swapmc
