#include "iso/launch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "iso/bonds.hpp"
#include "md/engine.hpp"

namespace glassforge::iso {
namespace {

constexpr std::int64_t kStepsPerCall = 2000;  // how often progress and stop requests are looked at
// An NVE run whose energy per particle changed by more than this left physics (normal: below 1e-3 at the default steps).
constexpr double kLargestDrift = 0.1;

/// The running block: engine, reference positions, and where labels go.
template <int D>
class Launcher {
 public:
  Launcher(const Campaign& campaign, const StepLadder& ladder, const Snapshot& start, const ReplicaBlock& block)
      : campaign_(campaign),
        ladder_(ladder),
        start_(start),
        origin_(start.unwrapped()),
        engine_(campaign.system.mixture, static_cast<int>(block.count), static_cast<int>(start.particles()),
                campaign.engine.skin, campaign.engine.precision) {
    if (campaign.labels.bond_breaking) {
      bonds_ = findBonds(campaign.system.mixture, start, campaign.labels.bond_inner, campaign.labels.bond_outer);
    }
    prepareLabels(block);
    prepareReplicas(block);
  }

  ReplicaLabels run(const ProgressHook& progress) {
    std::int64_t done = 0;
    for (std::size_t t = 0; t < ladder_.size(); ++t) {
      while (done < ladder_.steps()[t]) {
        const std::int64_t steps = std::min(kStepsPerCall, ladder_.steps()[t] - done);
        engine_.advance(steps, ladder_.dt());
        done += steps;
        if (progress) progress(static_cast<double>(done) / static_cast<double>(ladder_.last()));
      }
      for (int r = 0; r < engine_.pack().replicas(); ++r) label(t, r);
    }
    finish();
    return std::move(labels_);
  }

 private:
  void prepareLabels(const ReplicaBlock& block) {
    const std::size_t T = ladder_.size(), R = static_cast<std::size_t>(block.count), N = start_.particles();
    const double missing = std::numeric_limits<double>::quiet_NaN();
    labels_.structure = block.structure;
    labels_.first_replica = block.first;
    if (campaign_.labels.displacement) labels_.displacement = Array<double>({T, R, N}, missing);
    if (bonds_) labels_.bond_breaking = Array<double>({T, R, N}, missing);
    if (campaign_.replicas.keep_frames) labels_.frames = Array<double>({T, R, N, D}, missing);
    labels_.energy_drift.assign(R, missing);
    labels_.status.assign(R, "");
  }

  void prepareReplicas(const ReplicaBlock& block) {
    const double temperature = campaign_.system.temperature;
    if (campaign_.replicas.dynamics == "nvt") {
      engine_.setThermostat(md::Thermostat{temperature, campaign_.replicas.thermostat_time});
    }
    for (int r = 0; r < engine_.pack().replicas(); ++r) {
      Snapshot start = start_;
      start.step = 0;
      engine_.load(r, start);
      engine_.drawVelocities(r, temperature,
                             {campaign_.seed, Purpose::replica_velocities, static_cast<std::uint32_t>(block.structure),
                              static_cast<std::uint32_t>(block.first + r)});
    }
    engine_.prepare();
    for (int r = 0; r < engine_.pack().replicas(); ++r) energy_at_start_.push_back(engine_.conservedPerParticle(r));
  }

  void label(std::size_t t, int r) {
    if (!engine_.healthy(r)) return;
    const std::vector<double> x = engine_.pack().store(r).unwrapped();
    if (!labels_.displacement.empty()) displacementsTo(x, labels_.displacement.row(t, r));
    if (bonds_) remainingBonds(*bonds_, start_.box, x, labels_.bond_breaking.row(t, r).data());
    if (!labels_.frames.empty()) std::copy(x.begin(), x.end(), labels_.frames.row(t, r).begin());
  }

  void displacementsTo(const std::vector<double>& x, std::span<double> displacement) const {
    for (std::size_t i = 0; i < displacement.size(); ++i) {
      double d2 = 0;
      for (std::size_t k = 0; k < D; ++k) d2 += (x[i * D + k] - origin_[i * D + k]) * (x[i * D + k] - origin_[i * D + k]);
      displacement[i] = std::sqrt(d2);
    }
  }

  void finish() {
    for (int r = 0; r < engine_.pack().replicas(); ++r) {
      const auto at = static_cast<std::size_t>(r);
      labels_.status[at] = engine_.healthy(r) ? "done" : engine_.pack().status[at];
      if (!engine_.healthy(r)) continue;
      const double drift = engine_.conservedPerParticle(r) - energy_at_start_[at];
      labels_.energy_drift[at] = drift;
      if (!(std::abs(drift) < kLargestDrift)) {
        labels_.status[at] = fmt::format("energy per particle changed by {} over the run: time step too large", drift);
      }
    }
  }

  const Campaign& campaign_;
  const StepLadder& ladder_;
  const Snapshot& start_;
  std::vector<double> origin_;
  md::Engine<D> engine_;
  std::optional<Bonds> bonds_;
  std::vector<double> energy_at_start_;
  ReplicaLabels labels_;
};

/// Copies a (T, r, ...) block behind replica `first` of the whole (T, R, ...).
void placeBlock(const Array<double>& block, std::size_t first, Array<double>& whole) {
  if (block.empty()) return;
  for (std::size_t t = 0; t < block.extent(0); ++t) {
    for (std::size_t r = 0; r < block.extent(1); ++r) {
      std::copy(block.row(t, r).begin(), block.row(t, r).end(), whole.row(t, first + r).begin());
    }
  }
}

Array<double> roomFor(const Array<double>& block, std::size_t replicas) {
  if (block.empty()) return {};
  auto shape = block.shape();
  shape[1] = replicas;
  return Array<double>(shape);
}

}  // namespace

ReplicaLabels launch(const Campaign& campaign, const StepLadder& ladder, const Snapshot& start, const ReplicaBlock& block,
                     const ProgressHook& progress) {
  if (campaign.system.mixture.dimension == 3) return Launcher<3>(campaign, ladder, start, block).run(progress);
  return Launcher<2>(campaign, ladder, start, block).run(progress);
}

void reduceReplicas(const Array<double>& values, const std::vector<std::string>& status, Array<double>& mean,
                    Array<double>& variance) {
  const std::size_t T = values.extent(0), R = values.extent(1), N = values.extent(2);
  const auto good = static_cast<double>(std::count(status.begin(), status.end(), "done"));
  const double missing = std::numeric_limits<double>::quiet_NaN();
  mean = Array<double>({T, N}, good > 0 ? 0.0 : missing);
  variance = Array<double>({T, N}, good > 1 ? 0.0 : missing);
  for (std::size_t t = 0; t < T; ++t) {
    for (std::size_t r = 0; r < R; ++r) {
      if (status[r] != "done") continue;
      for (std::size_t i = 0; i < N; ++i) mean(t, i) += values(t, r, i);
    }
    for (std::size_t i = 0; i < N; ++i) mean(t, i) /= good;
    for (std::size_t r = 0; r < R && good > 1; ++r) {
      if (status[r] != "done") continue;
      for (std::size_t i = 0; i < N; ++i) {
        const double d = values(t, r, i) - mean(t, i);
        variance(t, i) += d * d / (good - 1);
      }
    }
  }
}

StructureLabels gatherReplicas(const StepLadder& ladder, const std::vector<std::int32_t>& species,
                               const std::vector<ReplicaLabels>& blocks) {
  StructureLabels result;
  result.structure = blocks.at(0).structure;
  result.times = ladder.times();
  result.steps = ladder.steps();
  result.species = species;
  std::size_t total = 0;
  for (const auto& block : blocks) total += block.status.size();
  auto& all = result.replicas;
  all.structure = result.structure;
  all.displacement = roomFor(blocks[0].displacement, total);
  all.bond_breaking = roomFor(blocks[0].bond_breaking, total);
  all.frames = roomFor(blocks[0].frames, total);
  for (const auto& block : blocks) {
    const auto first = static_cast<std::size_t>(block.first_replica);
    require<PhysicsError>(first == all.status.size(), "replica blocks of structure {} do not join: {} after {}",
                          result.structure, first, all.status.size());
    placeBlock(block.displacement, first, all.displacement);
    placeBlock(block.bond_breaking, first, all.bond_breaking);
    placeBlock(block.frames, first, all.frames);
    all.status.insert(all.status.end(), block.status.begin(), block.status.end());
    all.energy_drift.insert(all.energy_drift.end(), block.energy_drift.begin(), block.energy_drift.end());
  }
  if (!all.displacement.empty()) {
    reduceReplicas(all.displacement, all.status, result.displacement, result.displacement_variance);
  }
  if (!all.bond_breaking.empty()) {
    reduceReplicas(all.bond_breaking, all.status, result.bond_breaking, result.bond_breaking_variance);
  }
  return result;
}

}  // namespace glassforge::iso
