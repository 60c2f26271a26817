/// Molecular dynamics of a pack on any Kokkos execution space: the whole pack in each launch. NVE (velocity Verlet).
#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "core/replica_pack.hpp"
#include "md/device/list_builder.hpp"
#include "md/device/state.hpp"
#include "md/device/step_kernels.hpp"
#include "md/pair_potential.hpp"

namespace glassforge::md::device {

/// The form of md::Engine for a GPU. Results of a replica depend neither on the other replicas nor on how many threads
/// there are. Lists are in another order than the CPU's, and sums run one by one, so forces agree with md::Engine to
/// rounding, not to the bit.
template <int D, class ExecutionSpace>
class Engine {
 public:
  /// Takes replicas, particles, box and masses from `pack`, which must be of `mixture`; particles come with load().
  Engine(const Mixture& mixture, const ReplicaPack<D>& pack, double skin)
      : tail_(makeTail(mixture.smoothing, mixture.cutoff)),
        table_(mixture),
        state_(checked(pack)),
        builder_(state_, table_, mixture.speciesCount(), skin),
        energy_("device::energy", static_cast<std::size_t>(state_.rows())),
        step_(pack.step),
        status_(pack.status) {}

  Engine(const Engine&) = delete;  // a copy would share its views
  Engine& operator=(const Engine&) = delete;

  /// Copies a pack of the same shape to the device; call prepare() after it.
  void load(const ReplicaPack<D>& pack) {
    require(pack.replicas() == state_.replicas && pack.particles() == state_.particles,
            "a pack of {} replicas of {} particles does not fit an engine for {} of {}", pack.replicas(),
            pack.particles(), state_.replicas, state_.particles);
    device::load(state_, pack);
    step_ = pack.step;
    status_ = pack.status;
  }

  /// Copies the replicas back, in the particle order of the device; a replica that was stopped has a status.
  void store(ReplicaPack<D>& pack) const {
    device::store(pack, state_);
    pack.step = step_;
    pack.status = status_;
  }

  /// Lists and forces of all healthy replicas from their positions.
  void prepare() {
    judge(builder_.refresh(state_, true));
    forces();
  }

  /// Forces at the positions as they are; lists must hold.
  void forces() {
    std::visit([&](const auto& tail) { computeForces<false>(tail); }, tail_);
  }

  /// Advances every healthy replica by `steps` of dt. A replica that leaves physics gets a status and is left alone.
  void advance(std::int64_t steps, double dt) {
    for (std::int64_t s = 0; s < steps; ++s) {
      kick(0.5 * dt, dt);
      judge(builder_.refresh(state_, false));
      forces();
      kick(0.5 * dt, 0.0);
      for (std::size_t r = 0; r < step_.size(); ++r) step_[r] += status_[r].empty() ? 1 : 0;
    }
    Kokkos::fence();
  }

  /// (R) potential energies where the particles are now, summed in the order of the particles.
  std::vector<double> potentialEnergies() {
    std::visit([&](const auto& tail) { computeForces<true>(tail); }, tail_);
    const auto host = Kokkos::create_mirror_view(energy_);
    Kokkos::deep_copy(host, energy_);
    std::vector<double> sums(static_cast<std::size_t>(state_.replicas), 0.0);
    for (int p = 0; p < state_.rows(); ++p) sums[static_cast<std::size_t>(p / state_.particles)] += host(p);
    return sums;
  }

  bool healthy(int r) const { return status_[static_cast<std::size_t>(r)].empty(); }
  long listBuilds(int r) const { return builder_.builds(r); }
  /// Neighbours a list has room for; grows where it must.
  int listCapacity() const { return builder_.capacity(); }

 private:
  static const ReplicaPack<D>& checked(const ReplicaPack<D>& pack) {
    const auto rows = static_cast<std::int64_t>(pack.replicas()) * pack.particles();
    require(rows < std::int64_t{1} << 30, "{} particles are too many for one pack; use fewer replicas", rows);
    return pack;
  }

  template <bool with_energy, class TailType>
  void computeForces(const TailType& tail) {
    const auto& lists = builder_.lists();
    launch<ExecutionSpace>(
        "glassforge::md::device::force", state_.rows(),
        Force<D, TailType, ExecutionSpace, with_energy>{tail, table_, state_, lists.entry, lists.count, energy_});
  }

  void kick(double h, double dt) {
    launch<ExecutionSpace>("glassforge::md::device::kick", state_.rows(), Kick<D, ExecutionSpace>{state_, h, dt});
  }

  /// Notes which replicas the device has found lost.
  void judge(const std::vector<int>& verdicts) {
    for (std::size_t r = 0; r < verdicts.size(); ++r) {
      if (verdicts[r] != replica_lost) continue;
      status_[r] = fmt::format(
          "a particle left the neighbourhood of the box at step {}: time step too large or particles "
          "overlap",
          step_[r]);
    }
  }

  Tail tail_;
  PairTable table_;
  State<D, ExecutionSpace> state_;
  ListBuilder<D, ExecutionSpace> builder_;
  Kokkos::View<double*, typename ExecutionSpace::memory_space> energy_;  ///< (R N)
  std::vector<std::int64_t> step_;                                       ///< (R)
  std::vector<std::string> status_;                                      ///< (R) empty while healthy
};

}  // namespace glassforge::md::device
