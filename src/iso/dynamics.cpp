#include "iso/dynamics.hpp"

#include <cmath>

#include "md/engine.hpp"

namespace glassforge::iso {
namespace {

constexpr double kStepsPerDecade = 10;

template <int D>
DynamicsRun runIn(const Campaign& c, const StepLadder& ladder, const StructureState& state, std::int64_t replica,
                  const ProgressHook& progress) {
  const auto species_count = static_cast<std::size_t>(c.system.mixture.speciesCount());
  md::Engine<D> engine(c.system.mixture, 1, static_cast<int>(state.thermal.particles()), c.engine.skin);
  Snapshot start = state.thermal;
  start.step = 0;
  const std::vector<double> origin = start.unwrapped();
  engine.load(0, start);
  engine.drawVelocities(0, c.system.temperature,
                        {c.seed, Purpose::dynamics_velocities, static_cast<std::uint32_t>(state.index),
                         static_cast<std::uint32_t>(replica)});
  engine.prepare();
  DynamicsRun run;
  run.structure = state.index;
  run.replica = replica;
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
                        const ProgressHook& progress, std::int64_t replica) {
  return campaign.system.mixture.dimension == 3 ? runIn<3>(campaign, ladder, state, replica, progress)
                                                : runIn<2>(campaign, ladder, state, replica, progress);
}

namespace {

/// Means over the runs of each structure, (S, T) of F_s and (S, T, species) of the mean square displacement; runs of one
/// structure stand together.
struct StructureMeans {
  std::vector<std::int64_t> structures;
  Array<double> fs, msd;
};

StructureMeans averageRuns(const std::vector<DynamicsRun>& runs, std::size_t replicas) {
  const std::size_t S = runs.size() / replicas, T = runs[0].fs.size(), species = runs[0].msd.extent(1);
  StructureMeans means{{}, Array<double>({S, T}, 0.0), Array<double>({S, T, species}, 0.0)};
  for (std::size_t k = 0; k < runs.size(); ++k) {
    const std::size_t s = k / replicas;
    if (k % replicas == 0) means.structures.push_back(runs[k].structure);
    require<PhysicsError>(runs[k].structure == means.structures[s], "dynamics: the runs of structure {} do not stand together",
                          runs[k].structure);
    for (std::size_t t = 0; t < T; ++t) {
      means.fs(s, t) += runs[k].fs[t] / static_cast<double>(replicas);
      for (std::size_t a = 0; a < species; ++a) means.msd(s, t, a) += runs[k].msd(t, a) / static_cast<double>(replicas);
    }
  }
  return means;
}

}  // namespace

DynamicsRecord combineDynamics(const StepLadder& ladder, const std::vector<DynamicsRun>& runs, std::int64_t replicas) {
  require<PhysicsError>(!runs.empty() && runs.size() % static_cast<std::size_t>(replicas) == 0,
                        "{} runs to measure dynamics from, {} a structure", runs.size(), replicas);
  const StructureMeans means = averageRuns(runs, static_cast<std::size_t>(replicas));
  const std::size_t S = means.structures.size(), T = ladder.size(), species = means.msd.extent(2);
  DynamicsRecord record;
  record.times = ladder.times();
  record.steps = ladder.steps();
  record.structures = means.structures;
  record.replicas = replicas;
  record.q = kWaveNumber;
  record.fs_per_structure = means.fs;
  record.msd = Array<double>({T, species});
  record.msd_error = Array<double>({T, species});
  std::vector<double> column(S);
  for (std::size_t t = 0; t < T; ++t) {
    for (std::size_t s = 0; s < S; ++s) column[s] = means.fs(s, t);
    const Estimate fs = meanWithError(column);
    record.fs.push_back(fs.value);
    record.fs_error.push_back(fs.error);
    for (std::size_t k = 0; k < species; ++k) {
      for (std::size_t s = 0; s < S; ++s) column[s] = means.msd(s, t, k);
      const Estimate msd = meanWithError(column);
      record.msd(t, k) = msd.value;
      record.msd_error(t, k) = msd.error;
    }
  }
  const Estimate tau = relaxationTime(record.times, record.fs_per_structure);
  record.tau_alpha = tau.value;
  record.tau_alpha_error = tau.error;
  return record;
}

}  // namespace glassforge::iso
