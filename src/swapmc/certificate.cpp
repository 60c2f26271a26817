#include "swapmc/certificate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "md/observables.hpp"
#include "swapmc/drift.hpp"
#include "swapmc/screen.hpp"

namespace glassforge::swapmc {
namespace {

constexpr double kLargestEnergyError = 1e-8;  // per particle: rounding of 1e9 moves stays far below

/// The plateau of energy or pressure.
Check driftCheck(const EquilibrationSeries& series, const std::vector<double>& values, const std::string& name,
                 double sigmas) {
  std::vector<double> at, within;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (!series.inWindow(k)) continue;
    at.push_back(series.progress[k]);
    within.push_back(values[k]);
  }
  const Drift drift = driftOf(at, within, sigmas);
  return {name + " drift", drift.change, drift.error, drift.limit, drift.level()};
}

/// F_s between the reference and the end; the error is that of a mean over particles and axes that move on their own.
Check scatteringCheck(const Snapshot& reference, const Snapshot& end, double limit) {
  if (reference.particles() == 0) {
    constexpr double missing = std::numeric_limits<double>::quiet_NaN();
    return {"F_s", missing, missing, limit, false};
  }
  const auto moved = md::displacementWithoutDrift(reference.unwrapped(), end.unwrapped(), reference.dimension);
  const double fs = md::selfScattering(reference.species, moved, reference.dimension, md::kWaveNumber);
  const double squares =
      (1 + md::selfScattering(reference.species, moved, reference.dimension, 2 * md::kWaveNumber)) / 2;
  const auto first = std::count(reference.species.begin(), reference.species.end(), 0);
  const double error = std::sqrt(std::max(0.0, squares - fs * fs) / static_cast<double>(first * reference.dimension));
  return {"F_s", fs, error, limit, fs < limit};
}

void addMoves(const EquilibrationSeries& series, std::vector<Check>& checks) {
  for (std::size_t k = 0; k < series.move_names.size(); ++k) {
    const double attempts = series.move_attempts[k], acceptance = series.move_acceptance[k];
    if (attempts == 0) continue;
    const double error = std::sqrt(std::max(0.0, acceptance * (1 - acceptance)) / attempts);
    checks.push_back({"acceptance " + series.move_names[k], acceptance, error, 0, acceptance > 0});
  }
}

template <class Container>
void append(std::vector<Check>& checks, const Container& more) {
  checks.insert(checks.end(), more.begin(), more.end());
}

}  // namespace

std::vector<Check> certificateOf(const Campaign& c, const Snapshot& reference, const StructureState& state) {
  const auto& series = state.equilibration;
  const auto& settings = c.certificate;
  std::vector<Check> checks{driftCheck(series, series.energy, "energy", settings.sigmas),
                            driftCheck(series, series.pressure, "pressure", settings.sigmas),
                            scatteringCheck(reference, state.thermal, settings.largest_scattering)};
  addMoves(series, checks);
  if (series.method == "swap") {
    checks.push_back(
        {"running energy", series.energy_error, 0, kLargestEnergyError, series.energy_error <= kLargestEnergyError});
  }
  append(checks, crystalChecks(c.system.mixture, state.thermal));
  append(checks, mixingChecks(c.system.mixture, state.thermal, settings.sigmas));
  return checks;
}

std::vector<Check> failedChecks(const StructureState& state) {
  std::vector<Check> failed;
  std::copy_if(state.checks.begin(), state.checks.end(), std::back_inserter(failed),
               [](const Check& check) { return !check.passed; });
  return failed;
}

bool acceptable(const CertificateSettings& settings, const StructureState& state) {
  return settings.on_failure == "keep" || failedChecks(state).empty();
}

}  // namespace glassforge::swapmc
