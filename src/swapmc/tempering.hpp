/// Equilibration by replica exchange molecular dynamics in temperature (Sugita, Okamoto, Chem. Phys. Lett. 314, 141
/// (1999)).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/campaign.hpp"
#include "core/checkpoint.hpp"
#include "core/structure.hpp"

namespace glassforge::swapmc {

/// The ranks that share the replicas of one structure, and how they act together.
struct TemperingRanks {
  int rank = 0, count = 1;
  /// Runs the work on every rank; where it throws on one, throws on all.
  std::function<void(const std::function<void()>&)> together;
  /// Every rank's numbers one after the other in rank order, on every rank.
  std::function<std::vector<double>(const std::vector<double>&)> gather;

  /// One rank, which has nobody to ask.
  static TemperingRanks alone();
};

/// Structure `index` of a campaign, a pure function of (campaign seed, index, settings), whatever the number of ranks.
/// Each level is a replica of its own: random start, melt, cooling from start_temperature over half of `time` without
/// exchanges; then `time` of NVT (Nose-Hoover) with exchanges. Where the certificate fails and the settings say so,
/// exchanges go on, twice as long each time; F_s is that of the replica that ends at the lowest temperature, wherever
/// it was meanwhile. Returned by the rank that has the replica at the lowest temperature in the end; the others return
/// nothing. Checkpoints hold all replicas, so that another number of ranks can go on from them: a rank whose monitor
/// wants one makes all take part, rank 0 saves it, and every rank reads it. Collective over `ranks`.
std::optional<StructureState> temper(const Campaign& campaign, std::int64_t index, const TemperingRanks& ranks,
                                     TaskMonitor& monitor);
std::optional<StructureState> temper(const Campaign& campaign, std::int64_t index, const TemperingRanks& ranks);

/// MD time over which each level is cooled before its `time` begins.
double temperingCoolingTime(const EquilibrateSettings& settings);

}  // namespace glassforge::swapmc
