#include "app/bench.hpp"

#include <time.h>

#include <algorithm>
#include <cmath>

#include "app/descriptor_input.hpp"
#include "core/error.hpp"
#include "md/engine.hpp"
#include "swapmc/monte_carlo.hpp"

namespace glassforge::app {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr double kDisplacement = 0.05;  // of a Monte Carlo move: the default of a campaign

double secondsOf(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// CPU time summed over ranks, wall time of the slowest rank.
Timing overRanks(const Timing& mine, const par::Communicator& comm) {
  Timing all{std::vector<double>(mine.cpu.size(), 0.0), std::vector<double>(mine.wall.size(), 0.0)};
  const auto cpu = comm.allGather(mine.cpu), wall = comm.allGather(mine.wall);
  for (std::size_t rank = 0; rank < cpu.size(); ++rank) {
    for (std::size_t k = 0; k < all.cpu.size(); ++k) {
      all.cpu[k] += cpu[rank][k];
      all.wall[k] = std::max(all.wall[k], wall[rank][k]);
    }
  }
  return all;
}

template <int D>
md::Engine<D> loadedEngine(const BenchSystem& system, const DynamicsBench& settings, int rank) {
  md::Engine<D> engine(system.mixture, settings.replicas, static_cast<int>(system.start.particles()), settings.skin,
                       settings.precision);
  const bool own_velocities = settings.replicas == 1 && rank == 0 && !system.start.velocity.empty();
  for (int r = 0; r < settings.replicas; ++r) {
    engine.load(r, system.start);
    const auto replica = static_cast<std::uint32_t>(rank * settings.replicas + r);
    if (!own_velocities) engine.drawVelocities(r, system.temperature, {kSeed, Purpose::replica_velocities, 0, replica});
  }
  engine.prepare();
  return engine;
}

template <int D>
void requireHealthy(const md::Engine<D>& engine) {
  for (int r = 0; r < engine.pack().replicas(); ++r) {
    require<PhysicsError>(engine.healthy(r), "replica {}: {}", r, engine.pack().status[static_cast<std::size_t>(r)]);
  }
}

template <int D>
std::vector<double> conserved(md::Engine<D>& engine) {
  std::vector<double> energies;
  for (int r = 0; r < engine.pack().replicas(); ++r) energies.push_back(engine.conservedPerParticle(r));
  return energies;
}

template <int D>
long builds(const md::Engine<D>& engine) {
  long sum = 0;
  for (int r = 0; r < engine.pack().replicas(); ++r) sum += engine.listBuilds(r);
  return sum;
}

template <int D>
DynamicsSpeed dynamicsIn(const BenchSystem& system, const DynamicsBench& settings, const par::Communicator& comm) {
  auto engine = loadedEngine<D>(system, settings, comm.rank());
  engine.advance(std::max<std::int64_t>(1, settings.steps / 10), settings.dt);
  const auto before = conserved(engine);
  const long built = builds(engine);
  DynamicsSpeed speed;
  Timing mine;
  for (int k = 0; k < settings.repeats; ++k) {
    comm.barrier();
    clockWork(mine, [&] { engine.advance(settings.steps, settings.dt); });
  }
  speed.timing = overRanks(mine, comm);
  requireHealthy(engine);
  const auto after = conserved(engine);
  const int R = settings.replicas;
  for (int r = 0; r < R; ++r) {
    const auto k = static_cast<std::size_t>(r);
    speed.temperature += engine.temperature(r) / R;
    speed.energy_drift = std::max(speed.energy_drift, std::abs(after[k] - before[k]));
  }
  const double all_steps = static_cast<double>(settings.steps) * settings.repeats * R;
  speed.list_builds_per_1000_steps = 1000.0 * static_cast<double>(builds(engine) - built) / all_steps;
  return speed;
}

/// The model's own swaps, else all pairs of species.
std::vector<std::array<int, 2>> swapPairs(const Mixture& mixture) {
  if (!mixture.swap_pairs.empty()) return mixture.swap_pairs;
  std::vector<std::array<int, 2>> pairs;
  for (int a = 0; a < mixture.speciesCount(); ++a) {
    for (int b = a + 1; b < mixture.speciesCount(); ++b) pairs.push_back({a, b});
  }
  return pairs;
}

template <int D>
SwapSpeed swapIn(const BenchSystem& system, const SwapBench& settings) {
  swapmc::MonteCarlo<D> chain(system.mixture, system.start,
                              {system.temperature, kDisplacement, settings.swap_fraction, swapPairs(system.mixture)},
                              {kSeed, Purpose::monte_carlo, 0, 0});
  chain.run(std::max<std::int64_t>(1, settings.sweeps / 10));
  chain.resetCounts();
  SwapSpeed speed;
  for (int k = 0; k < settings.repeats; ++k) clockWork(speed.timing, [&] { chain.run(settings.sweeps); });
  swapmc::MoveCount swaps;
  for (std::size_t k = 1; k < chain.moves().size(); ++k) {
    swaps.attempted += chain.moves()[k].attempted;
    swaps.accepted += chain.moves()[k].accepted;
  }
  speed.acceptance = chain.moves()[0].acceptance();
  speed.swap_acceptance = swaps.acceptance();
  return speed;
}

}  // namespace

void clockWork(Timing& timing, const std::function<void()>& work) {
  const double cpu = secondsOf(CLOCK_PROCESS_CPUTIME_ID), wall = secondsOf(CLOCK_MONOTONIC);
  work();
  timing.cpu.push_back(secondsOf(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  timing.wall.push_back(secondsOf(CLOCK_MONOTONIC) - wall);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

DynamicsSpeed benchDynamics(const BenchSystem& system, const DynamicsBench& settings, const par::Communicator& comm) {
  return system.mixture.dimension == 3 ? dynamicsIn<3>(system, settings, comm) : dynamicsIn<2>(system, settings, comm);
}

SwapSpeed benchSwap(const BenchSystem& system, const SwapBench& settings) {
  return system.mixture.dimension == 3 ? swapIn<3>(system, settings) : swapIn<2>(system, settings);
}

std::vector<DescriptorSpeed> benchDescriptors(const BenchSystem& system, const std::vector<std::string>& sets,
                                              int repeats) {
  StructureState state;
  state.thermal = system.start;
  state.inherent = iso::quench(system.mixture, system.start, {});
  state.quenched = true;
  state.cage.position = state.inherent.position;
  SystemSettings settings;
  settings.mixture = system.mixture;
  settings.temperature = system.temperature;
  const auto input = descriptorInput(settings, defaultSkin(system.mixture.dimension), state);
  std::vector<DescriptorSpeed> speeds;
  for (const std::string& set : sets) {
    const auto descriptor = ml::makeDescriptor(set, input.species_names, input.dimension);
    DescriptorSpeed speed{set, descriptor->columns().size(), {}};
    for (int k = 0; k < repeats; ++k) clockWork(speed.timing, [&] { descriptor->describe(input); });
    speeds.push_back(std::move(speed));
  }
  return speeds;
}

QuenchSpeed benchQuench(const BenchSystem& system, const iso::QuenchOptions& settings, int repeats) {
  QuenchSpeed speed;
  for (int k = 0; k < repeats; ++k) {
    clockWork(speed.timing, [&] { speed.result = iso::quench(system.mixture, system.start, settings); });
  }
  return speed;
}

}  // namespace glassforge::app
