/// From nothing to an equilibrated structure: random start, melt, cooling, sampling with a certificate; every step
/// monitored.
#pragma once

#include "core/campaign.hpp"
#include "core/checkpoint.hpp"
#include "core/structure.hpp"

namespace glassforge::swapmc {

/// Structure `index` of a campaign, a pure function of (campaign seed, index, settings). Methods: "swap" (displacement
/// and swap moves), "md" (NVT, Nose-Hoover), "hybrid" (MD blocks with sweeps of swaps in between), "tempering" (temper,
/// on one rank). The bath follows a ramp over the first half (schedule.hpp), then stays. Where the certificate fails
/// and the settings say so, sampling goes on, twice as long each time; a state that still fails is returned with its
/// failed checks (certificate.hpp, acceptable). It goes on from the checkpoint of `monitor`, if it has one.
StructureState equilibrate(const Campaign& campaign, std::int64_t index, TaskMonitor& monitor);
StructureState equilibrate(const Campaign& campaign, std::int64_t index);

/// The same for a state that failed with fewer redos than are allowed now: the bits are those of a run that was allowed
/// them at once. Not for tempering, whose other replicas are gone.
StructureState continueEquilibration(const Campaign& campaign, StructureState state, TaskMonitor& monitor);
StructureState continueEquilibration(const Campaign& campaign, StructureState state);

/// Random positions, pushed apart by Monte Carlo at `temperature` until no pair overlaps; species at random.
/// Each `replica` has a start of its own.
Snapshot randomLiquid(const Mixture& mixture, double temperature, std::uint64_t seed, std::int64_t index,
                      std::uint32_t replica = 0);

}  // namespace glassforge::swapmc
