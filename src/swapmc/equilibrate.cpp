#include "swapmc/equilibrate.hpp"

#include <algorithm>

#include "swapmc/certificate.hpp"
#include "swapmc/monte_carlo.hpp"
#include "swapmc/sampler.hpp"
#include "swapmc/schedule.hpp"
#include "swapmc/series_checkpoint.hpp"
#include "swapmc/streams.hpp"
#include "swapmc/tempering.hpp"

namespace glassforge::swapmc {
namespace {

constexpr std::int64_t kMeltSweeps = 300;   // of the random start, before anything is recorded
constexpr double kMeltDisplacement = 0.05;  // small against the skin of the lists
constexpr std::int64_t kAtOnce = 50;        // sweeps or blocks between two looks at the clock

void record(EquilibrationSeries& series, double progress, const Measured& m, double temperature) {
  series.progress.push_back(progress);
  series.energy.push_back(m.energy);
  series.pressure.push_back(m.pressure);
  series.temperature.push_back(temperature);
}

/// One pass through a schedule, and where it stands.
struct Pass {
  std::vector<Stretch> stretches;
  std::unique_ptr<Sampler> sampler;
  double begin = 0;       ///< progress at its begin
  bool tune = false;      ///< the displacement, before sampling
  std::size_t at = 0;     ///< the stretch it is in
  std::int64_t done = 0;  ///< of that stretch's amount
  Snapshot reference;     ///< the configuration in which sampling began

  bool cools() const { return !stretches.front().sampling; }
  /// Finished share; of a redo it is not known how much follows, and the first pass is done.
  double share() const {
    if (!cools()) return 1;
    const double part =
        at < stretches.size() ? static_cast<double>(done) / static_cast<double>(stretches[at].amount) : 0;
    return (static_cast<double>(at) + part) / static_cast<double>(stretches.size());
  }
};

void beginStretch(Pass& pass, EquilibrationSeries& series) {
  if (pass.stretches[pass.at].sampling && pass.reference.particles() == 0) {
    pass.reference = pass.sampler->store();
    series.window_begin = pass.at > 0 ? pass.stretches[pass.at - 1].progress : pass.begin;
  }
  if (pass.at == pass.stretches.size() / 2 && pass.cools()) pass.sampler->resetCounts();
}

/// A piece of a stretch, small enough to be stopped after it.
void advancePiece(Pass& pass, EquilibrationSeries& series) {
  const Stretch& stretch = pass.stretches[pass.at];
  if (pass.done == 0) beginStretch(pass, series);
  const std::int64_t amount = std::min(kAtOnce, stretch.amount - pass.done);
  pass.sampler->advance(amount, stretch.bath);
  pass.done += amount;
  if (pass.done < stretch.amount) return;
  if (pass.tune && !stretch.sampling) pass.sampler->tuneDisplacement();
  if (stretch.recorded) record(series, stretch.progress, pass.sampler->measure(stretch.bath), stretch.bath);
  ++pass.at;
  pass.done = 0;
}

Checkpoint checkpointOf(const Pass& pass, const EquilibrationSeries& series) {
  Checkpoint kept;
  kept.put("pass/place", Checkpoint::Integers{static_cast<std::int64_t>(pass.at), pass.done});
  kept.put("pass/begin", pass.begin);
  putSeries(kept, series);
  if (pass.reference.particles() > 0) putSnapshot(kept, "reference", pass.reference);
  putSnapshot(kept, "now", pass.sampler->store());
  pass.sampler->save(kept);
  return kept;
}

/// Runs a pass from where it stands to its end.
void runThrough(Pass& pass, EquilibrationSeries& series, TaskMonitor& monitor) {
  while (pass.at < pass.stretches.size()) {
    advancePiece(pass, series);
    monitor.reached(pass.share(), [&] { return checkpointOf(pass, series); });
  }
}

/// What is known of the structure where a sampler stands.
void takeOver(const Campaign& c, const Pass& pass, StructureState& state) {
  const Sampler& sampler = *pass.sampler;
  auto& series = state.equilibration;
  state.thermal = sampler.store();
  state.thermal.step = 0;
  state.thermal.time = 0;
  state.energy = series.energy.back();
  state.pressure = series.pressure.back();
  series.move_names.clear();
  series.move_acceptance.clear();
  series.move_attempts.clear();
  for (const auto& move : sampler.moves()) {
    series.move_names.push_back(move.name);
    series.move_acceptance.push_back(move.acceptance());
    series.move_attempts.push_back(static_cast<double>(move.attempted));
  }
  series.energy_error = sampler.runningEnergyError().value_or(0);
  series.displacement = sampler.displacement();
  if (c.certificate.make) state.checks = certificateOf(c, pass.reference, state);
}

template <int D>
Snapshot melt(const Mixture& mixture, Snapshot s, double temperature, const StreamKey& key) {
  MonteCarlo<D> mc(mixture, s, {temperature, kMeltDisplacement, 0, {}}, key);
  mc.run(kMeltSweeps);
  return mc.store();
}

/// Cooling and sampling from a random liquid.
Pass firstPassOf(const Campaign& c, const StructureState& state) {
  Pass pass;
  pass.stretches = firstPass(c, state.equilibration.preparation);
  pass.tune = c.equilibrate.tune_displacement;
  const double hottest = pass.stretches.front().bath;
  pass.sampler = makeSampler(c, state.index, randomLiquid(c.system.mixture, hottest, c.seed, state.index), hottest, 0);
  return pass;
}

/// The sampling that follows the first pass, or a redo: a function of the state alone, so that a file can be its start.
Pass nextPassOf(const Campaign& c, StructureState& state) {
  auto& series = state.equilibration;
  Pass pass;
  pass.begin = series.progress.back();
  pass.stretches = furtherSampling(c, ++series.redos, pass.begin);
  pass.sampler = makeSampler(c, state.index, state.thermal, c.system.temperature, series.redos, series.displacement);
  return pass;
}

/// The pass that a checkpoint was taken in.
Pass passFrom(const Campaign& c, const Checkpoint& kept, StructureState& state) {
  auto& series = state.equilibration;
  getSeries(kept, series);
  const auto& place = kept.integers("pass/place", 2);
  Pass pass;
  pass.at = static_cast<std::size_t>(place[0]);
  pass.done = place[1];
  pass.begin = kept.real("pass/begin");
  pass.stretches = series.redos == 0 ? firstPass(c, series.preparation) : furtherSampling(c, series.redos, pass.begin);
  pass.tune = series.redos == 0 && c.equilibrate.tune_displacement;
  if (kept.has("reference/position")) pass.reference = getSnapshot(kept, "reference");
  pass.sampler = makeSampler(c, state.index, getSnapshot(kept, "now"), c.system.temperature, series.redos);
  pass.sampler->restore(kept);
  return pass;
}

void finishPass(const Campaign& c, Pass pass, StructureState& state, TaskMonitor& monitor) {
  runThrough(pass, state.equilibration, monitor);
  takeOver(c, pass, state);
}

StructureState redoUntilAcceptable(const Campaign& c, StructureState state, TaskMonitor& monitor) {
  const auto& settings = c.certificate;
  const std::int64_t redos = settings.on_failure == "redo" ? settings.redos : 0;
  while (!acceptable(settings, state) && state.equilibration.redos < redos) {
    finishPass(c, nextPassOf(c, state), state, monitor);
  }
  return state;
}

}  // namespace

Snapshot randomLiquid(const Mixture& mixture, double temperature, std::uint64_t seed, std::int64_t index,
                      std::uint32_t replica) {
  const RandomStream places({seed, Purpose::initial_positions, streamIndex(index), replica});
  const RandomStream deal({seed, Purpose::initial_species, streamIndex(index), replica});
  Snapshot s;
  s.dimension = mixture.dimension;
  s.box = mixture.box;
  s.species = mixture.speciesByCount();
  const std::size_t n = s.species.size(), dimension = s.box.size();
  for (std::size_t i = n; i > 1; --i) {
    const double u = deal.uniforms(0, static_cast<std::uint32_t>(i))[0];
    std::swap(s.species[i - 1], s.species[static_cast<std::size_t>(u * static_cast<double>(i))]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < dimension; ++k) {
      const auto u = places.uniforms(k / 2, static_cast<std::uint32_t>(i));
      s.position.push_back(s.box[k] * u[k % 2]);
    }
  }
  s.image.assign(n * dimension, 0);
  const StreamKey key = meltStream(seed, index, replica);
  return mixture.dimension == 3 ? melt<3>(mixture, s, temperature, key) : melt<2>(mixture, s, temperature, key);
}

StructureState equilibrate(const Campaign& c, std::int64_t index, TaskMonitor& monitor) {
  if (c.equilibrate.method == "tempering") return *temper(c, index, TemperingRanks::alone(), monitor);
  StructureState state;
  state.index = index;
  state.origin = "equilibrated";
  state.temperature = c.system.temperature;
  state.equilibration.method = c.equilibrate.method;
  state.equilibration.preparation = preparationOf(c.equilibrate, index);
  const auto kept = monitor.resume();
  finishPass(c, kept ? passFrom(c, *kept, state) : firstPassOf(c, state), state, monitor);
  return redoUntilAcceptable(c, std::move(state), monitor);
}

StructureState continueEquilibration(const Campaign& c, StructureState state, TaskMonitor& monitor) {
  if (const auto kept = monitor.resume()) finishPass(c, passFrom(c, *kept, state), state, monitor);
  return redoUntilAcceptable(c, std::move(state), monitor);
}

StructureState equilibrate(const Campaign& c, std::int64_t index) {
  TaskMonitor nobody;
  return equilibrate(c, index, nobody);
}

StructureState continueEquilibration(const Campaign& c, StructureState state) {
  TaskMonitor nobody;
  return continueEquilibration(c, std::move(state), nobody);
}

}  // namespace glassforge::swapmc
