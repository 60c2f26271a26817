/// Metropolis Monte Carlo of one replica: Gaussian displacements and swaps of species (Ninarello, Berthier, Coslovich,
/// Phys. Rev. X 7, 021039 (2017)), by local energy differences.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/checkpoint.hpp"
#include "core/random.hpp"
#include "core/replica_pack.hpp"
#include "core/structure.hpp"
#include "md/pair_potential.hpp"
#include "swapmc/verlet_lists.hpp"

namespace glassforge::swapmc {

struct MonteCarloOptions {
  double temperature = 1;
  double displacement = 0.05;                  ///< standard deviation per component
  double swap_fraction = 0.2;                  ///< share of attempts that are swaps; 0 without swap pairs
  std::vector<std::array<int, 2>> swap_pairs;  ///< chosen among with equal probability
  std::vector<double> confinement = {};  ///< per species, how far a particle may be from its start; empty: anywhere
};

struct MoveCount {
  std::string name;  ///< "displacement", "swap A-C", ...
  std::int64_t attempted = 0, accepted = 0;
  double acceptance() const { return attempted ? static_cast<double>(accepted) / static_cast<double>(attempted) : 0; }
};

/// Attempt n draws its random numbers from the keyed stream at step n: the chain is a pure function of start, key and
/// n.
template <int D>
class MonteCarlo {
 public:
  MonteCarlo(const Mixture& mixture, const Snapshot& start, const MonteCarloOptions& options, const StreamKey& key);

  /// `sweeps` times N attempted moves.
  void run(std::int64_t sweeps);
  /// A number of attempts, for tests.
  void attempt(std::int64_t count);

  void setTemperature(double temperature) { options_.temperature = temperature; }
  /// Only before sampling: a step that follows the acceptance while samples are taken breaks detailed balance.
  void setDisplacement(double displacement) { options_.displacement = displacement; }
  double displacement() const { return options_.displacement; }
  /// Replaces positions, images, velocities and species, keeping the place in the random stream.
  void load(const Snapshot& snapshot);
  Snapshot store() const;

  /// Potential energy by the running ledger.
  double energy() const { return energy_; }
  /// Potential energy summed anew over all lists; the ledger is set to it where `reset`.
  double fullEnergy(bool reset = false);
  std::int64_t attempts() const { return attempts_; }
  const std::vector<MoveCount>& moves() const { return moves_; }
  void resetCounts();
  const std::vector<std::int32_t>& species() const { return start_.species; }
  /// Under names that begin with `prefix`: where particles are and what they are, their lists, energies and counts.
  void save(Checkpoint& checkpoint, const std::string& prefix) const;
  /// Goes on from there, bit for bit, with the start it was made with. FileError where it is not one of such a chain.
  void restore(const Checkpoint& checkpoint, const std::string& prefix);
  /// Adds to `sum`, (N, D), how far each particle is from where it was loaded, in unwrapped space.
  void addDisplacements(std::vector<double>& sum) const;

 private:
  void attemptOne();
  void attemptDisplacement(const RandomStream::Philox::ctr_type& words);
  void attemptSwap(const RandomStream::Philox::ctr_type& words);
  double fromStart(int i, int k, double x) const;
  bool leavesItsSphere(int i, const double* target) const;
  bool accept(double difference, std::uint32_t high, std::uint32_t low) const;
  double localEnergy(int i) const;
  double displacementDifference(int i, const double* target) const;
  double energyAs(int i, int species) const;
  double speciesDifference(int i, int species);
  double rememberedEnergy(int i);
  void forgetAround(int i);
  double swapDifference(int i, int j, int a, int b);
  void exchangeSpecies(int i, int j);
  void rebuild();

  Mixture mixture_;
  md::Tail tail_;
  std::variant<std::false_type, std::true_type> more_than_four_;  ///< species: which form of the tables is used
  md::PairTable table_;
  Box<D> box_;
  MonteCarloOptions options_;
  RandomStream stream_;
  Snapshot start_;                   ///< species up to date; positions live in row_, images in image_
  PackView<double**> row_;           ///< (N + 1, 4), the last one is padding
  std::vector<std::int32_t> image_;  ///< (N, D)
  bool still_;                       ///< all moves are swaps: particles keep their places
  VerletLists<D> lists_;
  std::vector<double> remembered_;         ///< local energies of a chain without displacements; NaN: to be computed
  std::vector<std::vector<int>> members_;  ///< per species, particle ids
  std::vector<int> place_;                 ///< of each particle in its species' members
  double energy_ = 0;
  std::int64_t attempts_ = 0;
  std::vector<MoveCount> moves_;  ///< displacement first, then swap_pairs in their order
};

extern template class MonteCarlo<2>;
extern template class MonteCarlo<3>;

}  // namespace glassforge::swapmc
