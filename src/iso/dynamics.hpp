/// Dynamics of the liquid from short NVE runs: self-intermediate scattering function, mean square displacement, tau_alpha.
#pragma once

#include <functional>

#include "core/array.hpp"
#include "core/campaign.hpp"
#include "core/dynamics_record.hpp"
#include "core/step_ladder.hpp"
#include "core/structure.hpp"
#include "md/observables.hpp"

namespace glassforge::iso {

using ProgressHook = std::function<void(double)>;

using md::kWaveNumber;
using md::selfScattering;

constexpr double kStructuralDecay = 0.367879441171442321596;  ///< F_s(tau_alpha) = 1 / e

/// One NVE run from one structure. T times.
struct DynamicsRun {
  std::int64_t structure = 0;
  std::vector<double> fs;   ///< (T)
  Array<double> msd;        ///< (T, species)
};

/// About ten steps a decade from one step to `max_time`.
StepLadder dynamicsLadder(double max_time, double dt);

DynamicsRun runDynamics(const Campaign& campaign, const StepLadder& ladder, const StructureState& state,
                        const ProgressHook& progress = {});

/// Means, standard errors over structures, and tau_alpha where the mean F_s crosses 1/e (linear in log t), with the jackknife
/// error over structures. NaN where F_s does not fall so far.
DynamicsRecord combineDynamics(const StepLadder& ladder, const std::vector<DynamicsRun>& runs);

/// Where `fs` first crosses `level`, linear in log t between two times; NaN where it does not.
double crossingTime(const std::vector<double>& times, const std::vector<double>& fs, double level);

}  // namespace glassforge::iso
