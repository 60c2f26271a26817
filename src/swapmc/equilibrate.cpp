#include "swapmc/equilibrate.hpp"

#include "swapmc/certificate.hpp"
#include "swapmc/monte_carlo.hpp"
#include "swapmc/sampler.hpp"
#include "swapmc/schedule.hpp"
#include "swapmc/streams.hpp"
#include "swapmc/tempering.hpp"

namespace glassforge::swapmc {
namespace {

constexpr std::int64_t kMeltSweeps = 300;   // of the random start, before anything is recorded
constexpr double kMeltDisplacement = 0.05;  // small against the skin of the lists

void record(EquilibrationSeries& series, double progress, const Measured& m, double temperature) {
  series.progress.push_back(progress);
  series.energy.push_back(m.energy);
  series.pressure.push_back(m.pressure);
  series.temperature.push_back(temperature);
}

/// Runs the stretches one by one and records them; returns the configuration in which sampling began.
Snapshot runThrough(Sampler& sampler, const std::vector<Stretch>& stretches, bool tune, EquilibrationSeries& series,
                    const ProgressHook& progress) {
  Snapshot reference;
  for (std::size_t k = 0; k < stretches.size(); ++k) {
    const Stretch& stretch = stretches[k];
    if (stretch.sampling && reference.particles() == 0) {
      reference = sampler.store();
      series.window_begin = k > 0 ? stretches[k - 1].progress : series.progress.empty() ? 0 : series.progress.back();
    }
    if (k == stretches.size() / 2 && !stretches.front().sampling) sampler.resetCounts();
    sampler.advance(stretch.amount, stretch.bath);
    if (tune && !stretch.sampling) sampler.tuneDisplacement();
    if (stretch.recorded) record(series, stretch.progress, sampler.measure(stretch.bath), stretch.bath);
    if (progress) progress(static_cast<double>(k + 1) / static_cast<double>(stretches.size()));
  }
  return reference;
}

/// What is known of the structure where a sampler stands.
void takeOver(const Campaign& c, const Sampler& sampler, const Snapshot& reference, StructureState& state) {
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
  if (c.certificate.make) state.checks = certificateOf(c, reference, state);
}

template <int D>
Snapshot melt(const Mixture& mixture, Snapshot s, double temperature, const StreamKey& key) {
  MonteCarlo<D> mc(mixture, s, {temperature, kMeltDisplacement, 0, {}}, key);
  mc.run(kMeltSweeps);
  return mc.store();
}

/// The sampling that follows the first pass, or a redo: a function of the state alone, so that a file can be its start.
void sampleOn(const Campaign& c, StructureState& state, const ProgressHook& progress) {
  auto& series = state.equilibration;
  const auto stretches = furtherSampling(c, ++series.redos, series.progress.back());
  const auto sampler =
      makeSampler(c, state.index, state.thermal, c.system.temperature, series.redos, series.displacement);
  const ProgressHook still_here = [&](double) {  // the share of the first pass is done; how much follows is not known
    if (progress) progress(1);
  };
  const Snapshot reference = runThrough(*sampler, stretches, false, series, still_here);
  takeOver(c, *sampler, reference, state);
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

StructureState equilibrate(const Campaign& c, std::int64_t index, const ProgressHook& progress) {
  if (c.equilibrate.method == "tempering") return *temper(c, index, TemperingRanks::alone(), progress);
  StructureState state;
  state.index = index;
  state.origin = "equilibrated";
  state.temperature = c.system.temperature;
  auto& series = state.equilibration;
  series.method = c.equilibrate.method;
  series.preparation = preparationOf(c.equilibrate, index);
  const auto stretches = firstPass(c, series.preparation);
  const double hottest = stretches.front().bath;
  const auto sampler = makeSampler(c, index, randomLiquid(c.system.mixture, hottest, c.seed, index), hottest, 0);
  const Snapshot reference = runThrough(*sampler, stretches, c.equilibrate.tune_displacement, series, progress);
  takeOver(c, *sampler, reference, state);
  return continueEquilibration(c, std::move(state), progress);
}

StructureState continueEquilibration(const Campaign& c, StructureState state, const ProgressHook& progress) {
  const auto& settings = c.certificate;
  const std::int64_t redos = settings.on_failure == "redo" ? settings.redos : 0;
  while (!acceptable(settings, state) && state.equilibration.redos < redos) sampleOn(c, state, progress);
  return state;
}

}  // namespace glassforge::swapmc
