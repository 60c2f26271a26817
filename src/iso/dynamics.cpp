#include "iso/dynamics.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "md/engine.hpp"

namespace glassforge::iso {
namespace {

constexpr double kStepsPerDecade = 10;
constexpr std::int64_t kStepsPerCall = 2000;  // how often stop requests are looked at

/// A run under way.
template <int D>
class Runner {
 public:
  Runner(const Campaign& c, const StepLadder& ladder, const StructureState& state, std::int64_t replica)
      : ladder_(ladder),
        species_(state.thermal.species),
        species_count_(static_cast<std::size_t>(c.system.mixture.speciesCount())),
        origin_(state.thermal.unwrapped()),
        engine_(c.system.mixture, 1, static_cast<int>(state.thermal.particles()), c.engine.skin) {
    Snapshot start = state.thermal;
    start.step = 0;
    engine_.load(0, start);
    engine_.drawVelocities(0, c.system.temperature,
                           {c.seed, Purpose::dynamics_velocities, static_cast<std::uint32_t>(state.index),
                            static_cast<std::uint32_t>(replica)});
    engine_.prepare();
    run_.structure = state.index;
    run_.replica = replica;
    run_.msd = Array<double>({ladder.size(), species_count_}, 0.0);
  }

  DynamicsRun run(TaskMonitor& monitor) {
    if (const auto kept = monitor.resume()) restore(*kept);
    while (run_.fs.size() < ladder_.size()) {
      advance();
      monitor.reached(static_cast<double>(done_) / static_cast<double>(ladder_.last()), [&] { return checkpoint(); });
    }
    return run_;
  }

 private:
  void advance() {
    const std::int64_t next = ladder_.steps()[run_.fs.size()], steps = std::min(kStepsPerCall, next - done_);
    engine_.advance(steps, ladder_.dt());
    require<PhysicsError>(engine_.healthy(0), "dynamics of structure {}: {}", run_.structure, engine_.pack().status[0]);
    done_ += steps;
    if (done_ == next) measure();
  }

  void measure() {
    const std::size_t t = run_.fs.size();
    std::vector<double> dx = engine_.pack().store(0).unwrapped(), count(species_count_, 0.0);
    for (std::size_t i = 0; i < dx.size(); ++i) {
      dx[i] -= origin_[i];
      const auto s = static_cast<std::size_t>(species_[i / D]);
      run_.msd(t, s) += dx[i] * dx[i];
      count[s] += 1.0 / D;
    }
    for (std::size_t s = 0; s < species_count_; ++s) run_.msd(t, s) /= count[s] > 0 ? count[s] : 1.0;
    run_.fs.push_back(selfScattering(species_, dx, D, kWaveNumber));
  }

  Checkpoint checkpoint() const {
    Checkpoint kept;
    kept.put("done", done_);
    kept.put("f_s", run_.fs);
    kept.put("msd", run_.msd.values());
    engine_.save(kept, "engine");
    return kept;
  }

  void restore(const Checkpoint& kept) {
    done_ = kept.integer("done");
    run_.fs = kept.reals("f_s");
    run_.msd = Array<double>({ladder_.size(), species_count_}, kept.reals("msd", ladder_.size() * species_count_));
    engine_.restore(kept, "engine");
  }

  const StepLadder& ladder_;
  const std::vector<std::int32_t>& species_;
  std::size_t species_count_;
  std::vector<double> origin_;
  md::Engine<D> engine_;
  DynamicsRun run_;
  std::int64_t done_ = 0;  ///< steps
};

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
                        std::int64_t replica, TaskMonitor& monitor) {
  return campaign.system.mixture.dimension == 3 ? Runner<3>(campaign, ladder, state, replica).run(monitor)
                                                : Runner<2>(campaign, ladder, state, replica).run(monitor);
}

DynamicsRun runDynamics(const Campaign& campaign, const StepLadder& ladder, const StructureState& state,
                        std::int64_t replica) {
  TaskMonitor nobody;
  return runDynamics(campaign, ladder, state, replica, nobody);
}

namespace {

/// Means over the runs of each structure, (S, T) of F_s and (S, T, species) of the mean square displacement; runs of
/// one structure stand together.
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
    require<PhysicsError>(runs[k].structure == means.structures[s],
                          "dynamics: the runs of structure {} do not stand together", runs[k].structure);
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
