#include "swapmc/equilibrate.hpp"

#include <algorithm>
#include <cmath>

#include "md/engine.hpp"
#include "swapmc/monte_carlo.hpp"

namespace glassforge::swapmc {
namespace {

constexpr double kRampShare = 0.5;          // of the run: the bath cools over this part, then stays
constexpr std::int64_t kMeltSweeps = 300;   // of the random start, before anything is recorded
constexpr double kMeltDisplacement = 0.05;  // small against the skin of the lists
constexpr std::uint32_t kMeltReplica = 1;   // its stream, apart from the sampling's
constexpr double kStartTimestep = 0.5;      // of the time step, while hot

std::uint32_t small(std::int64_t index) { return static_cast<std::uint32_t>(index); }

double bathAt(const Campaign& c, double share) {
  const double from = std::max(c.equilibrate.start_temperature, c.system.temperature), to = c.system.temperature;
  return share >= kRampShare ? to : from * std::pow(to / from, share / kRampShare);
}

template <int D>
MonteCarloOptions moveOptions(const Campaign& c, double temperature) {
  return {temperature, c.equilibrate.displacement, c.equilibrate.swap_fraction, c.equilibrate.swap_pairs};
}

/// A pack of one, to measure energy and pressure and to run MD.
template <int D>
md::Engine<D> engineFor(const Campaign& c) {
  return md::Engine<D>(c.system.mixture, 1, static_cast<int>(c.system.mixture.particles()), c.engine.skin);
}

struct Measured {
  double energy, pressure;
};

template <int D>
Measured measure(const Campaign& c, md::Engine<D>& engine, const Snapshot& s, double temperature) {
  engine.load(0, s);
  engine.prepare();
  const auto sums = engine.energy(0);
  const auto n = static_cast<std::int64_t>(s.particles());
  return {sums.energy / static_cast<double>(n),
          md::virialPressure(c.system.mixture, n, engine.pack().box.volume(), temperature, sums.virial)};
}

void record(EquilibrationSeries& series, double progress, const Measured& m, double temperature) {
  series.progress.push_back(progress);
  series.energy.push_back(m.energy);
  series.pressure.push_back(m.pressure);
  series.temperature.push_back(temperature);
}

template <int D>
void recordMoves(EquilibrationSeries& series, const MonteCarlo<D>& mc) {
  for (const auto& move : mc.moves()) {
    series.move_names.push_back(move.name);
    series.move_acceptance.push_back(move.acceptance());
    series.move_attempts.push_back(static_cast<double>(move.attempted));
  }
}

/// Sweeps or steps of sample k out of `samples`, so that they add up to `total` exactly.
std::int64_t portion(std::int64_t total, std::int64_t samples, std::int64_t k) {
  return total * (k + 1) / samples - total * k / samples;
}

template <int D>
void sampleBySwap(const Campaign& c, StructureState& state, const ProgressHook& progress) {
  const auto& e = c.equilibrate;
  MonteCarlo<D> mc(c.system.mixture, state.thermal, moveOptions<D>(c, bathAt(c, 0)),
                   {c.seed, Purpose::monte_carlo, small(state.index), 0});
  auto engine = engineFor<D>(c);
  const std::int64_t samples = std::min(e.samples, e.sweeps);
  std::int64_t done = 0;
  for (std::int64_t k = 0; k < samples; ++k) {
    const double bath = bathAt(c, static_cast<double>(k) / static_cast<double>(samples));
    if (k == samples / 2) mc.resetCounts();  // acceptance is reported for the final temperature
    mc.setTemperature(bath);
    mc.run(portion(e.sweeps, samples, k));
    done += portion(e.sweeps, samples, k);
    state.thermal = mc.store();
    record(state.equilibration, static_cast<double>(done), measure(c, engine, state.thermal, bath), bath);
    if (progress) progress(static_cast<double>(k + 1) / static_cast<double>(samples));
  }
  recordMoves(state.equilibration, mc);
  const auto n = static_cast<double>(state.thermal.particles());
  state.equilibration.energy_error = std::abs(mc.energy() / n - state.equilibration.energy.back());
}

/// MD in NVT; where `sweeps_between` > 0, that many sweeps of swaps after each block of `block_time`.
template <int D>
void sampleByDynamics(const Campaign& c, StructureState& state, std::int64_t sweeps_between,
                      const ProgressHook& progress) {
  const auto& e = c.equilibrate;
  auto engine = engineFor<D>(c);
  engine.load(0, state.thermal);
  engine.setThermostat(md::Thermostat{bathAt(c, 0), c.replicas.thermostat_time});
  engine.drawVelocities(0, bathAt(c, 0), {c.seed, Purpose::equilibration_velocities, small(state.index), 0});
  engine.prepare();
  MonteCarloOptions options = moveOptions<D>(c, bathAt(c, 0));
  options.swap_fraction = 1;
  MonteCarlo<D> mc(c.system.mixture, state.thermal, options, {c.seed, Purpose::monte_carlo, small(state.index), 0});
  const double dt = c.replicas.dt;
  const std::int64_t blocks = std::max<std::int64_t>(1, std::llround(e.time / e.block_time));
  const std::int64_t steps = std::max<std::int64_t>(1, std::llround(e.block_time / dt));
  const std::int64_t every = std::max<std::int64_t>(1, blocks / std::max<std::int64_t>(1, e.samples));
  for (std::int64_t b = 0; b < blocks; ++b) {
    const double share = static_cast<double>(b) / static_cast<double>(blocks), bath = bathAt(c, share);
    engine.setTemperature(bath);
    const bool hot = bath > 1.0;  // faster particles need a shorter step
    engine.advance(hot ? 2 * steps : steps, hot ? kStartTimestep * dt : dt);
    require<PhysicsError>(engine.healthy(0), "equilibration of structure {}: {}", state.index, engine.pack().status[0]);
    if (sweeps_between > 0) {
      if (b == blocks / 2) mc.resetCounts();
      mc.setTemperature(bath);
      mc.load(engine.pack().store(0));
      mc.run(sweeps_between);
      engine.load(0, mc.store());
      engine.prepare();
    }
    if ((b + 1) % every == 0 || b + 1 == blocks) {
      const auto sums = engine.energy(0);
      const auto n = c.system.mixture.particles();
      record(state.equilibration, static_cast<double>(b + 1) * e.block_time,
             {sums.energy / static_cast<double>(n),
              md::virialPressure(c.system.mixture, n, engine.pack().box.volume(), bath, sums.virial)},
             bath);
    }
    if (progress) progress(static_cast<double>(b + 1) / static_cast<double>(blocks));
  }
  state.thermal = engine.pack().store(0);
  if (sweeps_between > 0) recordMoves(state.equilibration, mc);
}

template <int D>
Snapshot melt(const Mixture& mixture, Snapshot s, double temperature, const StreamKey& key) {
  MonteCarlo<D> mc(mixture, s, {temperature, kMeltDisplacement, 0, {}}, key);
  mc.run(kMeltSweeps);
  return mc.store();
}

template <int D>
StructureState equilibrateIn(const Campaign& c, std::int64_t index, const ProgressHook& progress) {
  StructureState state;
  state.index = index;
  state.origin = "equilibrated";
  state.temperature = c.system.temperature;
  state.equilibration.method = c.equilibrate.method;
  state.thermal = randomLiquid(c.system.mixture, bathAt(c, 0), c.seed, index);
  if (c.equilibrate.method == "swap") {
    sampleBySwap<D>(c, state, progress);
  } else {
    sampleByDynamics<D>(c, state, c.equilibrate.method == "hybrid" ? c.equilibrate.sweeps_per_block : 0, progress);
  }
  state.energy = state.equilibration.energy.back();
  state.pressure = state.equilibration.pressure.back();
  state.thermal.step = 0;
  state.thermal.time = 0;
  return state;
}

}  // namespace

Snapshot randomLiquid(const Mixture& mixture, double temperature, std::uint64_t seed, std::int64_t index) {
  const RandomStream places({seed, Purpose::initial_positions, small(index), 0});
  const RandomStream deal({seed, Purpose::initial_species, small(index), 0});
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
  const StreamKey key{seed, Purpose::monte_carlo, small(index), kMeltReplica};
  return mixture.dimension == 3 ? melt<3>(mixture, s, temperature, key) : melt<2>(mixture, s, temperature, key);
}

StructureState equilibrate(const Campaign& campaign, std::int64_t index, const ProgressHook& progress) {
  return campaign.system.mixture.dimension == 3 ? equilibrateIn<3>(campaign, index, progress)
                                                : equilibrateIn<2>(campaign, index, progress);
}

}  // namespace glassforge::swapmc
