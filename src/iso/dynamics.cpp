#include "iso/dynamics.hpp"

#include <cmath>
#include <limits>

#include "md/engine.hpp"

namespace glassforge::iso {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kStepsPerDecade = 10;

/// Standard error of the mean; NaN for a single value.
double standardError(const std::vector<double>& values, double mean) {
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return values.size() > 1 ? std::sqrt(sum / (n * (n - 1))) : kMissing;
}

double meanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

/// Mean F_s over all runs but one (`left_out` < 0: over all).
std::vector<double> meanScattering(const std::vector<DynamicsRun>& runs, int left_out) {
  std::vector<double> mean(runs.front().fs.size(), 0.0);
  double used = 0;
  for (std::size_t s = 0; s < runs.size(); ++s) {
    if (static_cast<int>(s) == left_out) continue;
    for (std::size_t t = 0; t < mean.size(); ++t) mean[t] += runs[s].fs[t];
    ++used;
  }
  for (double& m : mean) m /= used;
  return mean;
}

void setRelaxationTime(const std::vector<DynamicsRun>& runs, DynamicsRecord& record) {
  record.tau_alpha = crossingTime(record.times, record.fs, kStructuralDecay);
  const auto n = static_cast<double>(runs.size());
  if (runs.size() < 2) return;
  std::vector<double> left_out;
  for (int s = 0; s < static_cast<int>(runs.size()); ++s) {
    left_out.push_back(crossingTime(record.times, meanScattering(runs, s), kStructuralDecay));
  }
  const double mean = meanOf(left_out);
  double sum = 0;
  for (const double tau : left_out) sum += (tau - mean) * (tau - mean);
  record.tau_alpha_error = std::sqrt(sum * (n - 1) / n);  // jackknife
}

template <int D>
DynamicsRun runIn(const Campaign& c, const StepLadder& ladder, const StructureState& state,
                  const ProgressHook& progress) {
  const auto species_count = static_cast<std::size_t>(c.system.mixture.speciesCount());
  md::Engine<D> engine(c.system.mixture, 1, static_cast<int>(state.thermal.particles()), c.engine.skin);
  Snapshot start = state.thermal;
  start.step = 0;
  const std::vector<double> origin = start.unwrapped();
  engine.load(0, start);
  engine.drawVelocities(0, c.system.temperature,
                        {c.seed, Purpose::dynamics_velocities, static_cast<std::uint32_t>(state.index), 0});
  engine.prepare();
  DynamicsRun run;
  run.structure = state.index;
  run.msd = Array<double>({ladder.size(), species_count}, 0.0);
  std::int64_t done = 0;
  for (std::size_t t = 0; t < ladder.size(); ++t) {
    engine.advance(ladder.steps()[t] - done, ladder.dt());
    require<PhysicsError>(engine.healthy(0), "dynamics of structure {}: {}", state.index, engine.pack().status[0]);
    done = ladder.steps()[t];
    std::vector<double> dx = engine.pack().store(0).unwrapped(), count(species_count, 0.0);
    for (std::size_t i = 0; i < dx.size(); ++i) {
      dx[i] -= origin[i];
      const auto s = static_cast<std::size_t>(start.species[i / D]);
      run.msd(t, s) += dx[i] * dx[i];
      count[s] += 1.0 / D;
    }
    for (std::size_t s = 0; s < species_count; ++s) run.msd(t, s) /= count[s] > 0 ? count[s] : 1.0;
    run.fs.push_back(selfScattering(start.species, dx, D, kWaveNumber));
    if (progress) progress(static_cast<double>(done) / static_cast<double>(ladder.last()));
  }
  return run;
}

}  // namespace

StepLadder dynamicsLadder(double max_time, double dt) {
  std::vector<double> times;
  const auto last = static_cast<std::int64_t>(std::llround(max_time / dt));
  std::int64_t previous = 0;
  for (int k = 0;; ++k) {
    const auto step = std::min(last, static_cast<std::int64_t>(std::llround(std::pow(10.0, k / kStepsPerDecade))));
    if (step > previous) times.push_back(static_cast<double>(step) * dt);
    previous = step;
    if (step >= last) break;
  }
  return StepLadder::fromTimes(times, dt);
}

DynamicsRun runDynamics(const Campaign& campaign, const StepLadder& ladder, const StructureState& state,
                        const ProgressHook& progress) {
  return campaign.system.mixture.dimension == 3 ? runIn<3>(campaign, ladder, state, progress)
                                                : runIn<2>(campaign, ladder, state, progress);
}

double crossingTime(const std::vector<double>& times, const std::vector<double>& fs, double level) {
  for (std::size_t t = 0; t < fs.size(); ++t) {
    if (fs[t] >= level) continue;
    if (t == 0) return times[0];
    const double share = (fs[t - 1] - level) / (fs[t - 1] - fs[t]);
    return times[t - 1] * std::pow(times[t] / times[t - 1], share);
  }
  return kMissing;
}

DynamicsRecord combineDynamics(const StepLadder& ladder, const std::vector<DynamicsRun>& runs) {
  require<PhysicsError>(!runs.empty(), "no runs to measure dynamics from");
  const std::size_t T = ladder.size(), S = runs.size(), species = runs.front().msd.extent(1);
  DynamicsRecord record;
  record.times = ladder.times();
  record.steps = ladder.steps();
  record.q = kWaveNumber;
  record.fs_per_structure = Array<double>({S, T});
  record.msd = Array<double>({T, species});
  record.msd_error = Array<double>({T, species});
  std::vector<double> column(S);
  for (std::size_t t = 0; t < T; ++t) {
    for (std::size_t s = 0; s < S; ++s) record.fs_per_structure(s, t) = column[s] = runs[s].fs[t];
    record.fs.push_back(meanOf(column));
    record.fs_error.push_back(standardError(column, record.fs.back()));
    for (std::size_t k = 0; k < species; ++k) {
      for (std::size_t s = 0; s < S; ++s) column[s] = runs[s].msd(t, k);
      record.msd(t, k) = meanOf(column);
      record.msd_error(t, k) = standardError(column, record.msd(t, k));
    }
  }
  for (const auto& run : runs) record.structures.push_back(run.structure);
  setRelaxationTime(runs, record);
  return record;
}

}  // namespace glassforge::iso
