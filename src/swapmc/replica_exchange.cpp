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

}  // namespace glassforge::swapmc
