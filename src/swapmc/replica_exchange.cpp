#include "swapmc/replica_exchange.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/temperature_ladder.hpp"

namespace glassforge::swapmc {

double exchangeProbability(double temperature_a, double energy_a, double temperature_b, double energy_b) {
  return std::min(1.0, std::exp((1 / temperature_a - 1 / temperature_b) * (energy_a - energy_b)));
}

ReplicaExchange::ReplicaExchange(std::vector<double> temperatures, const StreamKey& key)
    : temperatures_(std::move(temperatures)),
      stream_(key),
      level_(temperatures_.size()),
      way_(temperatures_.size(), Way::unknown) {
  std::iota(level_.begin(), level_.end(), 0);
  replica_ = level_;
  for (std::size_t k = 1; k < temperatures_.size(); ++k) {
    counts_.push_back({"exchange " + temperaturePair(temperatures_[k - 1], temperatures_[k])});
  }
  noteEnds();
}

void ReplicaExchange::attempt(const std::vector<double>& energy) {
  for (int k = static_cast<int>(rounds_ % 2); k + 1 < replicas(); k += 2) {
    const auto cold = static_cast<std::size_t>(replicaAt(k)), hot = static_cast<std::size_t>(replicaAt(k + 1));
    const auto at = static_cast<std::size_t>(k);
    const double u = stream_.uniforms(static_cast<std::uint64_t>(rounds_), static_cast<std::uint32_t>(k))[0];
    ++counts_[at].attempted;
    if (u < exchangeProbability(temperatures_[at], energy[cold], temperatures_[at + 1], energy[hot])) exchange(k);
  }
  ++rounds_;
  noteEnds();
}

void ReplicaExchange::exchange(int level) {
  const auto at = static_cast<std::size_t>(level);
  ++counts_[at].accepted;
  std::swap(replica_[at], replica_[at + 1]);
  std::swap(level_[static_cast<std::size_t>(replica_[at])], level_[static_cast<std::size_t>(replica_[at + 1])]);
}

void ReplicaExchange::noteEnds() {
  Way& lowest = way_[static_cast<std::size_t>(replica_.front())];
  if (lowest == Way::down) ++round_trips_;
  lowest = Way::up;
  Way& highest = way_[static_cast<std::size_t>(replica_.back())];
  if (highest == Way::up) highest = Way::down;
}

void ReplicaExchange::save(Checkpoint& checkpoint, const std::string& prefix) const {
  Checkpoint::Integers way, counts;
  for (const Way w : way_) way.push_back(static_cast<std::int64_t>(w));
  for (const auto& count : counts_) counts.insert(counts.end(), {count.attempted, count.accepted});
  checkpoint.put(prefix + "/replica_at", Checkpoint::Integers(replica_.begin(), replica_.end()));
  checkpoint.put(prefix + "/way", std::move(way));
  checkpoint.put(prefix + "/counts", std::move(counts));
  checkpoint.put(prefix + "/rounds", Checkpoint::Integers{rounds_, round_trips_});
}

void ReplicaExchange::restore(const Checkpoint& checkpoint, const std::string& prefix) {
  const auto& replica_at = checkpoint.integers(prefix + "/replica_at", replica_.size());
  const auto& way = checkpoint.integers(prefix + "/way", way_.size());
  const auto& counts = checkpoint.integers(prefix + "/counts", 2 * counts_.size());
  const auto& rounds = checkpoint.integers(prefix + "/rounds", 2);
  for (std::size_t level = 0; level < replica_.size(); ++level) {
    replica_[level] = static_cast<int>(replica_at[level]);
    level_.at(static_cast<std::size_t>(replica_at[level])) = static_cast<int>(level);
    way_[level] = static_cast<Way>(way[level]);
  }
  for (std::size_t k = 0; k < counts_.size(); ++k) {
    counts_[k].attempted = counts[2 * k];
    counts_[k].accepted = counts[2 * k + 1];
  }
  rounds_ = rounds[0];
  round_trips_ = rounds[1];
}

}  // namespace glassforge::swapmc
