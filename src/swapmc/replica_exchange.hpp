/// Which replica is at which temperature, and the Metropolis decisions that change it: replica exchange without the
/// dynamics.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/checkpoint.hpp"
#include "core/random.hpp"

namespace glassforge::swapmc {

/// min(1, exp((1/T_a - 1/T_b) (U_a - U_b))): two replicas at the temperatures T_a and T_b with the potential energies
/// U_a and U_b exchange temperatures. Sugita, Okamoto, Chem. Phys. Lett. 314, 141 (1999).
double exchangeProbability(double temperature_a, double energy_a, double temperature_b, double energy_b);

/// Temperatures move between replicas, configurations stay. Replica k starts at level k. Every decision is a function
/// of the energies, the key and the number of the round, so that all ranks come to the same one.
class ReplicaExchange {
 public:
  struct Count {
    std::string name;  ///< "exchange 0.6-0.615"
    std::int64_t attempted = 0, accepted = 0;
  };

  /// `temperatures` ascending, at least two.
  ReplicaExchange(std::vector<double> temperatures, const StreamKey& key);

  /// One round: the pairs of neighbouring levels that begin at an even level, in the next round those that begin at an
  /// odd one. `energy`: total potential energies, by replica.
  void attempt(const std::vector<double>& energy);

  void save(Checkpoint& checkpoint, const std::string& prefix) const;
  /// FileError where it is not one of so many levels.
  void restore(const Checkpoint& checkpoint, const std::string& prefix);

  int replicas() const { return static_cast<int>(temperatures_.size()); }
  double temperatureOf(int replica) const { return temperatures_[static_cast<std::size_t>(levelOf(replica))]; }
  int levelOf(int replica) const { return level_[static_cast<std::size_t>(replica)]; }
  int replicaAt(int level) const { return replica_[static_cast<std::size_t>(level)]; }
  /// Per pair of neighbouring levels, from the lowest on.
  const std::vector<Count>& counts() const { return counts_; }
  /// How often a replica went from the lowest level to the highest and back.
  std::int64_t roundTrips() const { return round_trips_; }

 private:
  enum class Way { unknown, up, down };  ///< up: the last end of the ladder a replica was at is the lowest

  void exchange(int level);
  void noteEnds();

  std::vector<double> temperatures_;
  RandomStream stream_;
  std::vector<int> level_, replica_;
  std::vector<Way> way_;
  std::vector<Count> counts_;
  std::int64_t rounds_ = 0, round_trips_ = 0;
};

}  // namespace glassforge::swapmc
