/// Molecular dynamics of a pack: velocity Verlet (Swope et al. 1982), NVE or with a Nose-Hoover chain a replica.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/checkpoint.hpp"
#include "core/random.hpp"
#include "core/replica_pack.hpp"
#include "md/clusters/cluster_forces.hpp"
#include "md/thermostat.hpp"

namespace glassforge::md {

struct Thermostat {
  double temperature = 1;
  double relaxation_time = 1;
};

using glassforge::defaultSkin;

/// One pack, its lists and its forces. Results of a replica do not depend on the other replicas, nor on threads.
template <int D>
class Engine {
 public:
  /// Mixed precision needs a box of at least twice cutoff + skin; InputError otherwise.
  Engine(const Mixture& mixture, int replicas, int particles, double skin, Precision precision = Precision::full);

  ReplicaPack<D>& pack() { return pack_; }
  const ReplicaPack<D>& pack() const { return pack_; }
  const Mixture& mixture() const { return mixture_; }

  /// Copies a snapshot into replica r; call prepare() when all are loaded.
  void load(int r, const Snapshot& snapshot) { pack_.load(r, snapshot); }
  /// Maxwell-Boltzmann velocities at `temperature`: Gaussian, total momentum zero, keyed by `key` and particle id.
  void drawVelocities(int r, double temperature, const StreamKey& key);
  /// Lists and forces of all replicas from their positions.
  void prepare();
  /// Lists and forces of replica r from its positions.
  void prepare(int r);

  /// Advances every healthy replica by `steps` of dt. A replica that leaves physics gets a status and is left alone.
  void advance(std::int64_t steps, double dt);
  void setThermostat(const std::optional<Thermostat>& thermostat);
  /// Changes the bath temperature of all replicas, keeping the state of their chains.
  void setTemperature(double temperature);
  /// The same for replica r alone.
  void setTemperature(int r, double temperature);
  /// Moves replica r to another bath as replica exchange does: its velocities are scaled by sqrt(T_new / T_old), and so
  /// are the momenta of its chain, whose velocities stay since its masses grow as T (docs/formulas.md).
  void exchangeTemperature(int r, double temperature);
  /// Potential energy and virial of replica r where it is now, in double precision; leaves its forces as they are.
  /// `per_particle` in file order.
  PairSums energy(int r, std::vector<double>* per_particle = nullptr);
  double kineticEnergy(int r) const;
  double temperature(int r) const;
  /// Virial pressure with the momentary kinetic part.
  double pressure(int r);
  /// (Kinetic + potential + chain energy) / N: what the integrator conserves.
  double conservedPerParticle(int r);
  bool healthy(int r) const { return pack_.status[static_cast<std::size_t>(r)].empty(); }
  /// All replicas under names that begin with `prefix`, in engine order: positions now and at the last list build,
  /// velocities, forces, images, chains, steps, status.
  void save(Checkpoint& checkpoint, const std::string& prefix) const;
  /// Goes on from there: the same lists, forces and steps, bit for bit. FileError where it is not one of such an
  /// engine.
  void restore(const Checkpoint& checkpoint, const std::string& prefix);
  long listBuilds(int r) const { return forces_.builds(r); }

  /// Forces at the positions now in the pack, lists rebuilt only where needed: what a minimiser calls.
  PairSums forcesAt(int r);
  /// The same without the sums: lists and forces alone.
  void forcesOnlyAt(int r);

 private:
  template <class TailType>
  bool stepReplica(const TailType& tail, int r, double dt);
  template <class TailType>
  void advanceReplica(const TailType& tail, int r, std::int64_t target, double dt);
  void scaleVelocities(int r, double dt);
  void kick(int r, double h);
  bool kickAndDrift(int r, double dt);
  bool refreshList(int r, bool outdated);
  void refreshList(int r);
  void inspect(int r);
  void restoreReplica(const Checkpoint& checkpoint, const std::string& prefix, int r);

  Mixture mixture_;
  Tail tail_;
  ReplicaPack<D> pack_;
  ClusterForces<D> forces_;
  std::vector<NoseHooverChain> chain_;
  std::optional<Thermostat> thermostat_;
};

extern template class Engine<2>;
extern template class Engine<3>;

/// Pressure from potential sums: rho T + virial / (D V).
double virialPressure(const Mixture& mixture, std::int64_t particles, double volume, double temperature, double virial);

}  // namespace glassforge::md
