#include "iso/launch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "iso/bonds.hpp"
#include "iso/pairs.hpp"
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
    if (campaign.labels.pairs) pairs_.emplace(start, campaign.labels.pair_cutoff);
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
    labels_.steps = ladder_.steps();
    if (campaign_.labels.displacement) labels_.displacement = Array<double>({T, R, N}, missing);
    if (bonds_) labels_.bond_breaking = Array<double>({T, R, N}, missing);
    if (campaign_.replicas.keep_frames) labels_.frames = Array<double>({T, R, N, D}, missing);
    if (pairs_) {
      labels_.pair_sum = Array<std::int64_t>({T, pairs_->size()}, 0);
      labels_.pair_sum2 = Array<std::int64_t>({T, pairs_->size()}, 0);
      labels_.pair_replicas.assign(T, 0);
    }
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
    if (pairs_) {
      pairs_->accumulate(x, labels_.pair_sum.row(t), labels_.pair_sum2.row(t));
      ++labels_.pair_replicas[t];
    }
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
  std::optional<PairDistances> pairs_;
  std::vector<double> energy_at_start_;
  ReplicaLabels labels_;
};

void subtractPairs(const ReplicaLabels& one, ReplicaLabels& from) {
  for (std::size_t k = 0; k < one.pair_sum.size(); ++k) {
    from.pair_sum.values()[k] -= one.pair_sum.values()[k];
    from.pair_sum2.values()[k] -= one.pair_sum2.values()[k];
  }
  for (std::size_t t = 0; t < one.pair_replicas.size(); ++t) from.pair_replicas[t] -= one.pair_replicas[t];
}

template <int D>
ReplicaLabels launchIn(const Campaign& campaign, const StepLadder& ladder, const Snapshot& start, const ReplicaBlock& block,
                       const ProgressHook& progress) {
  ReplicaLabels labels = Launcher<D>(campaign, ladder, start, block).run(progress);
  for (std::size_t r = 0; campaign.labels.pairs && r < labels.status.size(); ++r) {
    if (labels.status[r] == "done") continue;
    // It was stopped after its first labels had been added. Run again alone, it gives what to take out; to keep the pairs of
    // every replica until the end would take R times the memory.
    const ReplicaBlock alone{block.structure, block.first + static_cast<std::int64_t>(r), 1};
    subtractPairs(Launcher<D>(campaign, ladder, start, alone).run({}), labels);
  }
  return labels;
}

}  // namespace

ReplicaLabels launch(const Campaign& campaign, const StepLadder& ladder, const Snapshot& start, const ReplicaBlock& block,
                     const ProgressHook& progress) {
  return campaign.system.mixture.dimension == 3 ? launchIn<3>(campaign, ladder, start, block, progress)
                                                : launchIn<2>(campaign, ladder, start, block, progress);
}

}  // namespace glassforge::iso
