// Blocks of replicas joined to the labels of a structure.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "core/reliability.hpp"
#include "core/statistics.hpp"
#include "iso/launch.hpp"
#include "iso/pairs.hpp"

namespace glassforge::iso {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

bool sameBits(std::span<const double> a, std::span<const double> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

/// Joins blocks into whole arrays, and keeps account of which (time, replica) is there.
class Gatherer {
 public:
  Gatherer(const StepLadder& ladder, const std::vector<ReplicaLabels>& blocks, StructureLabels& into)
      : ladder_(ladder), structure_(blocks.at(0).structure), all_(into.replicas) {
    for (const auto& block : blocks) replicas_ = std::max(replicas_, end(block));
    const auto& first = blocks[0];
    all_.structure = structure_;
    all_.displacement = roomFor(first.displacement);
    all_.bond_breaking = roomFor(first.bond_breaking);
    all_.frames = roomFor(first.frames);
    if (!first.pair_sum.empty()) {
      all_.pair_sum = all_.pair_sum2 = Array<std::int64_t>({ladder.size(), first.pair_sum.extent(1)}, 0);
      all_.pair_replicas.assign(ladder.size(), 0);
    }
    all_.status.resize(replicas_);
    all_.energy_drift.assign(replicas_, kMissing);
    filled_.assign(ladder.size() * replicas_, 0);
    longest_.assign(replicas_, -1);
  }

  void add(const ReplicaLabels& block) {
    const auto rows = rowsOf(block);
    place(block, rows, block.displacement, all_.displacement, "displacement");
    place(block, rows, block.bond_breaking, all_.bond_breaking, "bond_breaking");
    place(block, rows, block.frames, all_.frames, "frames");
    addPairs(block, rows);
    const auto first = static_cast<std::size_t>(block.first_replica);
    for (std::size_t r = 0; r < block.status.size(); ++r) {
      for (const auto t : rows) filled_[t * replicas_ + first + r] = 1;
      const std::int64_t last = ladder_.steps()[rows.back()];
      if (last <= longest_[first + r]) continue;
      longest_[first + r] = last;
      all_.status[first + r] = block.status[r];
      all_.energy_drift[first + r] = block.energy_drift[r];
    }
  }

  void requireWhole() const {
    for (std::size_t r = 0; r < replicas_; ++r) {
      for (std::size_t t = 0; t < ladder_.size(); ++t) {
        require<PhysicsError>(filled_[t * replicas_ + r] != 0,
                              "replica blocks of structure {} do not join: replica {} is missing at step {}",
                              structure_, r, ladder_.steps()[t]);
      }
    }
  }

 private:
  static std::size_t end(const ReplicaLabels& block) {
    return static_cast<std::size_t>(block.first_replica) + block.status.size();
  }

  Array<double> roomFor(const Array<double>& block) const {
    if (block.empty()) return {};
    auto shape = block.shape();
    shape[0] = ladder_.size();
    shape[1] = replicas_;
    return Array<double>(shape, kMissing);
  }

  /// Which times of the ladder the rows of a block are.
  std::vector<std::size_t> rowsOf(const ReplicaLabels& block) const {
    std::vector<std::size_t> rows(block.steps.empty() ? ladder_.size() : block.steps.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    const auto& steps = ladder_.steps();
    for (std::size_t t = 0; t < block.steps.size(); ++t) {
      const auto found = std::find(steps.begin(), steps.end(), block.steps[t]);
      require<PhysicsError>(found != steps.end(), "structure {}: labels at step {}, which is not among {}", structure_,
                            block.steps[t], fmt::join(steps, ", "));
      rows[t] = static_cast<std::size_t>(found - steps.begin());
    }
    return rows;
  }

  /// Copies a (t, r, ...) block to its times and replicas of the whole.
  void place(const ReplicaLabels& block, const std::vector<std::size_t>& rows, const Array<double>& values,
             Array<double>& whole, const char* what) const {
    require<PhysicsError>(values.empty() == whole.empty(), "structure {}: {} is in some replica blocks only",
                          structure_, what);
    const auto first = static_cast<std::size_t>(block.first_replica);
    for (std::size_t t = 0; !values.empty() && t < rows.size(); ++t) {
      for (std::size_t r = 0; r < block.status.size(); ++r) {
        const auto to = whole.row(rows[t], first + r);
        require<PhysicsError>(filled_[rows[t] * replicas_ + first + r] == 0 || sameBits(to, values.row(t, r)),
                              "structure {}: {} of replica {} at step {} came out otherwise the second time",
                              structure_, what, first + r, ladder_.steps()[rows[t]]);
        std::copy(values.row(t, r).begin(), values.row(t, r).end(), to.begin());
      }
    }
  }

  void addPairs(const ReplicaLabels& block, const std::vector<std::size_t>& rows) {
    const auto first = static_cast<std::size_t>(block.first_replica);
    for (std::size_t t = 0; !block.pair_sum.empty() && t < rows.size(); ++t) {
      for (std::size_t r = 0; r < block.status.size(); ++r) {
        require<PhysicsError>(filled_[rows[t] * replicas_ + first + r] == 0,
                              "structure {}: the pairs of replica {} at step {} are in two blocks", structure_,
                              first + r, ladder_.steps()[rows[t]]);
      }
      for (std::size_t e = 0; e < block.pair_sum.extent(1); ++e) {
        all_.pair_sum(rows[t], e) += block.pair_sum(t, e);
        all_.pair_sum2(rows[t], e) += block.pair_sum2(t, e);
      }
      all_.pair_replicas[rows[t]] += block.pair_replicas[t];
    }
  }

  const StepLadder& ladder_;
  std::int64_t structure_;
  std::size_t replicas_ = 0;
  ReplicaLabels& all_;
  std::vector<char> filled_;           ///< (T, R)
  std::vector<std::int64_t> longest_;  ///< (R) last step of the run that status and drift are of
};

/// Compares every two replicas at the first time: sorted by their values, equal ones would lie side by side. Returns
/// how many pairs that are.
std::int64_t proveDistinct(const ReplicaLabels& replicas, std::int64_t structure) {
  if (replicas.displacement.empty()) return 0;
  std::vector<std::size_t> order;
  for (std::size_t r = 0; r < replicas.status.size(); ++r) {
    if (!std::isnan(replicas.displacement(0, r, 0))) order.push_back(r);  // not one that was stopped before
  }
  const auto row = [&](std::size_t r) { return replicas.displacement.row(0, r); };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::lexicographical_compare(row(a).begin(), row(a).end(), row(b).begin(), row(b).end());
  });
  for (std::size_t k = 1; k < order.size(); ++k) {
    require<PhysicsError>(
        !std::equal(row(order[k - 1]).begin(), row(order[k - 1]).end(), row(order[k]).begin()),
        "structure {}: replicas {} and {} are the same run: every particle has moved by the same distance", structure,
        order[k - 1], order[k]);
  }
  const auto compared = static_cast<std::int64_t>(order.size());
  return compared * (compared - 1) / 2;
}

double doneReplicas(const ReplicaLabels& replicas) {
  return static_cast<double>(std::count(replicas.status.begin(), replicas.status.end(), "done"));
}

}  // namespace

void reduceReplicas(const Array<double>& values, const std::vector<std::string>& status, Array<double>& mean,
                    Array<double>& variance) {
  const std::size_t T = values.extent(0), R = values.extent(1), N = values.extent(2);
  const auto good = static_cast<double>(std::count(status.begin(), status.end(), "done"));
  mean = Array<double>({T, N}, good > 0 ? 0.0 : kMissing);
  variance = Array<double>({T, N}, good > 1 ? 0.0 : kMissing);
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

Array<double> ceilingOf(const Array<double>& mean, const Array<double>& variance, double replicas,
                        const std::vector<std::int32_t>& species) {
  const auto count = static_cast<std::size_t>(*std::max_element(species.begin(), species.end())) + 1;
  Array<double> ceiling({mean.extent(0), count});
  for (std::size_t t = 0; t < mean.extent(0); ++t) {
    for (std::size_t s = 0; s < count; ++s) {
      std::vector<double> label, noise;
      for (std::size_t i = 0; i < species.size(); ++i) {
        if (static_cast<std::size_t>(species[i]) != s) continue;
        label.push_back(mean(t, i));
        noise.push_back(variance(t, i) / replicas);
      }
      const auto n = static_cast<double>(label.size());
      ceiling(t, s) = noiseCeiling(meanOf(noise), varianceOf(label) * (n - 1) / n);
    }
  }
  return ceiling;
}

Array<double> overlapOf(const ReplicaLabels& replicas, double distance) {
  const auto& values = replicas.displacement;
  const std::size_t T = values.extent(0), N = values.extent(2);
  const double good = doneReplicas(replicas);
  Array<double> overlap({T, N}, good > 0 ? 0.0 : kMissing);
  for (std::size_t t = 0; t < T; ++t) {
    for (std::size_t r = 0; r < replicas.status.size(); ++r) {
      if (replicas.status[r] != "done") continue;
      for (std::size_t i = 0; i < N; ++i) overlap(t, i) += values(t, r, i) < distance ? 1.0 : 0.0;
    }
    for (std::size_t i = 0; i < N; ++i) overlap(t, i) /= good;
  }
  return overlap;
}

void addDerivedLabels(const LabelSettings& settings, const Snapshot& start, StructureLabels& labels) {
  if (settings.overlap) labels.overlap = overlapOf(labels.replicas, settings.overlap_distance);
  if (settings.pairs) {
    labels.pairs = reducePairs(labels.replicas, PairDistances(start, settings.pair_cutoff).edges());
  }
}

StructureLabels gatherReplicas(const StepLadder& ladder, const std::vector<std::int32_t>& species,
                               const std::vector<ReplicaLabels>& blocks) {
  StructureLabels result;
  Gatherer gatherer(ladder, blocks, result);
  for (const auto& block : blocks) gatherer.add(block);
  gatherer.requireWhole();
  result.structure = blocks[0].structure;
  result.times = ladder.times();
  result.steps = ladder.steps();
  result.species = species;
  auto& all = result.replicas;
  result.distinct_pairs = proveDistinct(all, result.structure);
  const double good = doneReplicas(all);
  if (!all.displacement.empty()) {
    reduceReplicas(all.displacement, all.status, result.displacement, result.displacement_variance);
    result.displacement_ceiling = ceilingOf(result.displacement, result.displacement_variance, good, species);
  }
  if (!all.bond_breaking.empty()) {
    reduceReplicas(all.bond_breaking, all.status, result.bond_breaking, result.bond_breaking_variance);
    result.bond_breaking_ceiling = ceilingOf(result.bond_breaking, result.bond_breaking_variance, good, species);
  }
  return result;
}

}  // namespace glassforge::iso
