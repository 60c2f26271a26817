/// The potential energy as a function of one long vector of coordinates: what minimisers work on.
#pragma once

#include <cstdint>
#include <vector>

#include "core/structure.hpp"
#include "md/engine.hpp"

namespace glassforge::iso {

/// Coordinates and forces are (N, D) in file order, coordinates unwrapped: list rebuilds do not show.
template <int D>
class Landscape {
 public:
  Landscape(const Mixture& mixture, const Snapshot& start, double skin)
      : engine_(mixture, 1, static_cast<int>(start.particles()), skin) {
    engine_.load(0, start);
    engine_.prepare();
    require<PhysicsError>(engine_.healthy(0), "{}", engine_.pack().status[0]);
  }

  /// Forces at x go to `force`.
  void forces(const std::vector<double>& x, std::vector<double>& force) {
    place(x);
    engine_.forcesOnlyAt(0);
    ++evaluations_;
    const auto& pack = engine_.pack();
    for (int i = 0; i < pack.particles(); ++i) {
      const auto at = static_cast<std::size_t>(pack.id(0, i)) * D;
      for (int k = 0; k < D; ++k) force[at + static_cast<std::size_t>(k)] = pack.force(0, i, k);
    }
  }

  /// Energy at x: counts as an evaluation of forces.
  double energy(const std::vector<double>& x) {
    place(x);
    ++evaluations_;
    return engine_.forcesAt(0).energy;
  }

  /// For work outside that costs as much as an evaluation.
  void countEvaluation() { ++evaluations_; }
  const Box<D>& box() const { return engine_.pack().box; }
  std::int64_t evaluations() const { return evaluations_; }

 private:
  void place(const std::vector<double>& x) {
    auto& pack = engine_.pack();
    for (int i = 0; i < pack.particles(); ++i) {
      const auto at = static_cast<std::size_t>(pack.id(0, i)) * D;
      for (int k = 0; k < D; ++k) {
        pack.row(0, i, k) = x[at + static_cast<std::size_t>(k)] - pack.image(0, i, k) * pack.box.length(k);
      }
    }
  }

  md::Engine<D> engine_;
  std::int64_t evaluations_ = 0;
};

}  // namespace glassforge::iso
