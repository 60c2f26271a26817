/// When an equilibration has which temperature, and when it is looked at.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/campaign.hpp"

namespace glassforge::swapmc {

/// A piece of a run at one temperature.
struct Stretch {
  std::int64_t amount = 0;  ///< sweeps (swap) or blocks of MD (md, hybrid)
  double bath = 0;
  double progress = 0;    ///< at its end: sweeps or time, as in EquilibrationSeries
  bool sampling = false;  ///< part of the sampling at the campaign's temperature
  bool recorded = true;   ///< energy and pressure are recorded at its end
};

/// Above this temperature MD takes so many steps for one, since particles are faster.
constexpr double kHot = 1.0;
constexpr int kHotSteps = 2;

/// "hot" or "cold": how structure `index` comes to its temperature.
std::string preparationOf(const EquilibrateSettings& settings, std::int64_t index);

/// Temperature of the bath after a share of the run in [0, 1]. Hot: a geometric ramp from start_temperature over the
/// first half. Cold: the ramp leads to 0.8 of the temperature over the first quarter, stays, and comes up at 0.4.
double bathAt(const Campaign& campaign, const std::string& preparation, double share);

/// Cooling, and sampling over the second half.
std::vector<Stretch> firstPass(const Campaign& campaign, const std::string& preparation);

/// More sampling behind `progress`: 2^redo times as much as in the first pass, redo = 1, 2, ...
std::vector<Stretch> furtherSampling(const Campaign& campaign, std::int64_t redo, double progress);

}  // namespace glassforge::swapmc
