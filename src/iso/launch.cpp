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
// An NVE run whose energy per particle changed by more than this left physics (normal: below 1e-3 at the default
// steps).
constexpr double kLargestDrift = 0.1;
constexpr const char* kDone = "done";

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

  ReplicaLabels run(TaskMonitor& monitor) {
    if (const auto kept = monitor.resume()) restore(*kept);
    while (labelled_ < ladder_.size()) {
      advance();
      monitor.reached(static_cast<double>(done_) / static_cast<double>(ladder_.last()), [&] { return checkpoint(); });
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

  /// So many steps towards the next time of the ladder, and the labels there once it is reached.
  void advance() {
    const std::int64_t next = ladder_.steps()[labelled_], steps = std::min(kStepsPerCall, next - done_);
    engine_.advance(steps, ladder_.dt());
    done_ += steps;
    if (done_ < next) return;
    for (int r = 0; r < engine_.pack().replicas(); ++r) label(labelled_, r);
    ++labelled_;
  }

  Checkpoint checkpoint() const {
    Checkpoint kept;
    kept.put("place", Checkpoint::Integers{done_, static_cast<std::int64_t>(labelled_)});
    kept.put("labels/displacement", soFar(labels_.displacement));
    kept.put("labels/bond_breaking", soFar(labels_.bond_breaking));
    kept.put("labels/frames", soFar(labels_.frames));
    kept.put("labels/pair_sum", soFar(labels_.pair_sum));
    kept.put("labels/pair_sum2", soFar(labels_.pair_sum2));
    kept.put("labels/pair_replicas", Checkpoint::Integers(labels_.pair_replicas.begin(), labels_.pair_replicas.end()));
    engine_.save(kept, "engine");
    return kept;
  }

  void restore(const Checkpoint& kept) {
    const auto& place = kept.integers("place", 2);
    done_ = place[0];
    labelled_ = static_cast<std::size_t>(place[1]);
    takeBack(kept.reals("labels/displacement"), labels_.displacement);
    takeBack(kept.reals("labels/bond_breaking"), labels_.bond_breaking);
    takeBack(kept.reals("labels/frames"), labels_.frames);
    takeBack(kept.integers("labels/pair_sum"), labels_.pair_sum);
    takeBack(kept.integers("labels/pair_sum2"), labels_.pair_sum2);
    const auto& replicas = kept.integers("labels/pair_replicas", labels_.pair_replicas.size());
    labels_.pair_replicas.assign(replicas.begin(), replicas.end());
    engine_.restore(kept, "engine");
  }

  /// The rows of the times that have been labelled: the others hold nothing yet.
  template <class T>
  std::vector<T> soFar(const Array<T>& values) const {
    const std::size_t size = values.size() / ladder_.size() * labelled_;
    return std::vector<T>(values.values().begin(), values.values().begin() + static_cast<std::ptrdiff_t>(size));
  }

  template <class T>
  void takeBack(const std::vector<T>& kept, Array<T>& values) const {
    const std::size_t size = values.size() / ladder_.size() * labelled_;
    require<FileError>(kept.size() == size, "labels in the checkpoint have {} values instead of {}", kept.size(), size);
    std::copy(kept.begin(), kept.end(), values.values().begin());
  }

  void displacementsTo(const std::vector<double>& x, std::span<double> displacement) const {
    for (std::size_t i = 0; i < displacement.size(); ++i) {
      double d2 = 0;
      for (std::size_t k = 0; k < D; ++k)
        d2 += (x[i * D + k] - origin_[i * D + k]) * (x[i * D + k] - origin_[i * D + k]);
      displacement[i] = std::sqrt(d2);
    }
  }

  void finish() {
    for (int r = 0; r < engine_.pack().replicas(); ++r) {
      const auto at = static_cast<std::size_t>(r);
      labels_.status[at] = engine_.healthy(r) ? kDone : engine_.pack().status[at];
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
  std::int64_t done_ = 0;     ///< steps
  std::size_t labelled_ = 0;  ///< times
};

void subtractPairs(const ReplicaLabels& one, ReplicaLabels& from) {
  for (std::size_t k = 0; k < one.pair_sum.size(); ++k) {
    from.pair_sum.values()[k] -= one.pair_sum.values()[k];
    from.pair_sum2.values()[k] -= one.pair_sum2.values()[k];
  }
  for (std::size_t t = 0; t < one.pair_replicas.size(); ++t) from.pair_replicas[t] -= one.pair_replicas[t];
}

/// A replica that left physics is run again alone. Where that goes well, the fault was the machine's, and the block is
/// run anew. Else its pairs, which were added before it failed, are taken out again: to keep those of every replica
/// until the end would take R times the memory.
template <int D>
ReplicaLabels launchIn(const Campaign& campaign, const StepLadder& ladder, const Snapshot& start,
                       const ReplicaBlock& block, TaskMonitor& monitor) {
  TaskMonitor nobody;
  ReplicaLabels labels = Launcher<D>(campaign, ladder, start, block).run(monitor);
  for (std::size_t r = 0; r < labels.status.size(); ++r) {
    if (labels.status[r] == kDone) continue;
    const ReplicaBlock alone{block.structure, block.first + static_cast<std::int64_t>(r), 1};
    monitor.note(fmt::format("structure {}, replica {}: {}", alone.structure, alone.first, labels.status[r]));
    const ReplicaLabels again = Launcher<D>(campaign, ladder, start, alone).run(nobody);
    if (again.status.front() == kDone) {
      monitor.note(fmt::format("structure {}, replica {}: no error when run again", alone.structure, alone.first));
      return Launcher<D>(campaign, ladder, start, block).run(nobody);
    }
    subtractPairs(again, labels);
  }
  return labels;
}

}  // namespace

ReplicaLabels launch(const Campaign& campaign, const StepLadder& ladder, const Snapshot& start,
                     const ReplicaBlock& block, TaskMonitor& monitor) {
  return campaign.system.mixture.dimension == 3 ? launchIn<3>(campaign, ladder, start, block, monitor)
                                                : launchIn<2>(campaign, ladder, start, block, monitor);
}

ReplicaLabels launch(const Campaign& campaign, const StepLadder& ladder, const Snapshot& start,
                     const ReplicaBlock& block) {
  TaskMonitor nobody;
  return launch(campaign, ladder, start, block, nobody);
}

}  // namespace glassforge::iso
