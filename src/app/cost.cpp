#include "app/cost.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/bench.hpp"
#include "app/bench_liquid.hpp"
#include "app/learning_data.hpp"
#include "app/replica_blocks.hpp"
#include "core/error.hpp"
#include "core/temperature_ladder.hpp"
#include "io/campaign_file.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "swapmc/tempering.hpp"

namespace glassforge::app {
namespace {

constexpr std::int64_t kBenchParticles = 1300;  // enough for the speed of larger ones, quick to make
constexpr double kBenchSteps = 1500;            // that make the liquid
constexpr double kBenchWork = 1.0e6;            // particle-steps and moves of a repeat
constexpr double kQuenchEvaluations = 800;      // of forces in a minimisation (docs/performance.md: 392 to 706 to 1e-8)
constexpr double kChunkBytes = 1024 * 1024;     // of datasets (io/hdf5.cpp)
constexpr double kHotBath = 1.0;                // above it MD takes two half steps for one

double real(std::int64_t n) {
  return static_cast<double>(n);
}

/// The liquid that is timed: the campaign's own, made smaller where it is large and stays twice the reach of its
/// forces.
Mixture benchMixture(const Campaign& c) {
  const auto& m = c.system.mixture;
  if (m.particles() <= kBenchParticles) return m;
  try {
    Mixture small = withParticles(m, kBenchParticles);
    const double shortest = *std::min_element(small.box.begin(), small.box.end());
    return shortest > 2 * (small.maxCutoff() + c.engine.skin) ? small : m;
  } catch (const InputError&) {
    return m;
  }
}

Work steps(double amount, const Rates& rates) {
  return {amount, "particle-steps", amount / rates.particle_steps};
}
Work moves(double amount, const Rates& rates) {
  return {amount, "Monte Carlo moves", amount / rates.moves};
}

/// Share of an equilibration by MD that runs at half the time step: the bath cools geometrically over the first half.
double hotShare(const Campaign& c) {
  const double from = c.equilibrate.start_temperature, to = c.system.temperature;
  if (from <= kHotBath) return 0;
  return to >= kHotBath ? 1.0 : 0.5 * std::log(from / kHotBath) / std::log(from / to);
}

/// Every level is cooled, then runs for `time`; with half the time step while any of them is hot.
StageCost temperingCost(const Campaign& c, const Rates& rates, StageCost cost) {
  const auto& e = c.equilibrate;
  const double cooling = swapmc::temperingCoolingTime(e), hottest = e.temperatures.back();
  const double time = e.start_temperature > kHotBath ? 2 * cooling : cooling;
  const double each = (time + e.time * (hottest > kHotBath ? 2 : 1)) / c.replicas.dt;
  cost.work.push_back(steps(
      real(c.system.structures * c.system.mixture.particles()) * static_cast<double>(e.temperatures.size()) * each,
      rates));
  double worst = 1;
  for (std::size_t k = 1; k < e.temperatures.size(); ++k) {
    worst = std::min(
        worst, exchangeAcceptance(e.temperatures[k - 1], e.temperatures[k], potentialHeatCapacity(c.system.mixture)));
  }
  cost.remark = fmt::format("{} temperatures up to {:.4g}, about {:.0f} % of exchanges accepted", e.temperatures.size(),
                            hottest, 100 * worst);
  return cost;
}

StageCost equilibrateCost(const Campaign& c, const Rates& rates) {
  const auto& e = c.equilibrate;
  StageCost cost{"equilibrate", c.system.structures, "structures", {}, ""};
  if (!c.system.files.empty()) {
    cost.remark = "read from files";
    return cost;
  }
  const double particles = real(c.system.structures * c.system.mixture.particles());
  if (e.method == "swap") cost.work.push_back(moves(particles * real(e.sweeps), rates));
  if (e.method == "swap") return cost;
  if (e.method == "tempering") return temperingCost(c, rates, cost);
  cost.work.push_back(steps(particles * e.time / c.replicas.dt * (1 + hotShare(c)), rates));
  if (e.method == "hybrid")
    cost.work.push_back(moves(particles * e.time / e.block_time * real(e.sweeps_per_block), rates));
  return cost;
}

StageCost quenchCost(const Campaign& c, const Rates& rates) {
  const double particles = real(c.system.structures * c.system.mixture.particles());
  const double minimisers = c.quench.cross_check ? 2 : 1;
  StageCost cost{
      "quench", c.system.structures, "structures", {steps(particles * kQuenchEvaluations * minimisers, rates)}, ""};
  cost.work.back().unit = "particle-forces";
  cost.remark = fmt::format("about {} evaluations each", kQuenchEvaluations * minimisers);
  if (c.cage.make) cost.work.push_back(moves(particles * real(c.cage.sweeps + c.cage.burn_in), rates));
  return cost;
}

/// Runs are doubled in length until F_s has decayed, so at most twice max_time each.
StageCost dynamicsCost(const Campaign& c, const Rates& rates) {
  const std::int64_t runs = std::min(c.dynamics.structures, c.system.structures) * c.dynamics.replicas;
  StageCost cost{"tau_alpha", runs, "runs", {}, "at most"};
  if (runs > 0)
    cost.work.push_back(
        steps(2 * real(runs * c.system.mixture.particles()) * c.dynamics.max_time / c.replicas.dt, rates));
  if (runs == 0) cost.remark = "not asked for";
  return cost;
}

/// Steps of the longest run, and what to say of it.
double longestRun(const Campaign& c, std::string& remark) {
  const auto& relative = c.replicas.times.tau_alpha;
  if (relative.empty()) return real(io::stepLadder(c).last());
  remark = fmt::format("to {} tau_alpha, which is measured first; at most, with dynamics.max_time = {} for it",
                       relative.back(), c.dynamics.max_time);
  return relative.back() * c.dynamics.max_time / c.replicas.dt;
}

StageCost launchCost(const Campaign& c, const Rates& rates) {
  const std::int64_t blocks = ReplicaBlocks(c).perStructure();
  StageCost cost{"launch", c.system.structures * blocks, "replica blocks", {}, ""};
  const double particles = real(c.system.structures * c.replicas.count * c.system.mixture.particles());
  cost.work.push_back(steps(particles * longestRun(c, cost.remark), rates));
  return cost;
}

/// Pairs i < j within the cutoff, at the mean density.
double pairCount(const Campaign& c) {
  const auto& m = c.system.mixture;
  const double r = c.labels.pair_cutoff;
  const double around = m.dimension == 3 ? 4.0 / 3 * std::numbers::pi * r * r * r : std::numbers::pi * r * r;
  return 0.5 * real(m.particles()) * m.density() * around;
}

/// Bytes that so many rows take in a file: large datasets lie in whole chunks of about 1 MB.
double inChunks(double rows, double row_bytes) {
  if (rows * row_bytes <= kChunkBytes) return rows * row_bytes;
  const double chunk = std::max(1.0, std::floor(kChunkBytes / row_bytes));
  return std::ceil(rows / chunk) * chunk * row_bytes;
}

DiskCost diskOf(const Campaign& c) {
  const auto& m = c.system.mixture;
  const double S = real(c.system.structures), N = real(m.particles()), R = real(c.replicas.count), D = m.dimension;
  const double T = static_cast<double>(labelTimes(c)), kinds = c.labels.displacement + c.labels.bond_breaking;
  DiskCost disk;
  const bool velocities = c.system.files.empty() && c.equilibrate.method != "swap";
  disk.states = S * (N * (8 * D * (2 + velocities + c.cage.make) + 4 * D + 12) + 32 * real(c.equilibrate.samples));
  disk.labels = S * (8 * T * N * (kinds * (R + 2) + c.labels.overlap) + 8 * N * D * (2 + c.cage.make));
  if (c.labels.pairs) disk.labels += S * pairCount(c) * (8 + 16 * T);
  if (c.replicas.keep_frames) disk.frames = 8 * S * T * R * N * D;
  const auto sets = wantedSets(c);
  for (const auto& set : sets) {
    const auto columns = ml::makeDescriptor(set, m.species, m.dimension)->columns().size();
    disk.features += S * inChunks(N, 8 * static_cast<double>(columns));
  }
  const std::int64_t shards = (c.system.structures + c.shard_size - 1) / c.shard_size;
  const auto models = static_cast<std::int64_t>(c.models.size());
  disk.files =
      shards * (sets.empty() ? 2 : 3) + models + (models > 0 ? 2 : 0) + (c.dynamics.structures > 0 ? 1 : 0) + 4;
  return disk;
}

}  // namespace

double StageCost::coreSeconds() const {
  double sum = 0;
  for (const auto& w : work) sum += w.core_seconds;
  return sum;
}

double StageCost::wallSeconds(std::int64_t ranks) const {
  if (tasks == 0) return 0;
  return coreSeconds() / real(tasks) * real((tasks + ranks - 1) / ranks);
}

double CampaignCost::coreSeconds() const {
  double sum = 0;
  for (const auto& stage : stages) sum += stage.coreSeconds();
  return sum;
}

double CampaignCost::wallSeconds(std::int64_t ranks) const {
  double sum = 0;
  for (const auto& stage : stages) sum += stage.wallSeconds(ranks);
  return sum;
}

bool usesMonteCarlo(const Campaign& c) {
  const bool sampled = c.system.files.empty() && (c.equilibrate.method == "swap" || c.equilibrate.method == "hybrid");
  return sampled || c.cage.make;
}

void checkRates(const std::vector<double>& rate) {
  require(rate.size() <= 2,
          "--rate takes particle-steps a second and, behind a comma, Monte Carlo moves a second; {} numbers are given",
          rate.size());
  for (const double one : rate) require(std::isfinite(one) && one > 0, "--rate {} is not a positive number", one);
}

Rates givenRates(const std::vector<double>& rate) {
  return {rate.empty() ? 0 : rate[0], rate.size() < 2 ? 0 : rate[1], ""};
}

Rates measureRates(const Campaign& c, const Rates& given, const par::Communicator& comm) {
  Rates rates = given;
  rates.source = "given";
  const bool missing = rates.particle_steps == 0 || (rates.moves == 0 && usesMonteCarlo(c));
  if (!missing) return rates;
  const Mixture mixture = benchMixture(c);
  const double n = real(mixture.particles()), dt = c.replicas.dt, T = c.system.temperature;
  const BenchSystem system{mixture, makeLiquid(mixture, {T, dt, kBenchSteps * dt, 1}), T};
  rates.source = fmt::format("measured now on {} particles", mixture.particles());
  const auto repeats = 3;
  if (rates.particle_steps == 0) {
    const auto count = static_cast<std::int64_t>(std::ceil(kBenchWork / n));
    const auto speed = benchDynamics(system, {dt, count, c.engine.skin, c.engine.precision, 1, repeats}, comm);
    rates.particle_steps = n * real(count) * comm.size() / median(speed.timing.cpu);
  }
  if (rates.moves == 0 && usesMonteCarlo(c)) {
    const auto sweeps = static_cast<std::int64_t>(std::ceil(0.3 * kBenchWork / n));
    const auto speed = benchSwap(system, {sweeps, c.equilibrate.swap_fraction, repeats});
    rates.moves = n * real(sweeps) / median(speed.timing.cpu);
  }
  return rates;
}

CampaignCost costOf(const Campaign& c, const Rates& rates) {
  return {rates,
          {equilibrateCost(c, rates), quenchCost(c, rates), dynamicsCost(c, rates), launchCost(c, rates)},
          diskOf(c)};
}

}  // namespace glassforge::app
