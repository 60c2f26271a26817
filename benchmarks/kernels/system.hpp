/// The configurations that the kernels work on: liquids at T = 0.5, made once a process.
#pragma once

#include <map>

#include "app/bench_liquid.hpp"
#include "core/mixture.hpp"
#include "core/structure.hpp"
#include "md/engine.hpp"

namespace glassforge::kernels {

constexpr double kTemperature = 0.5;

/// KA (D = 3) or KA2D (D = 2), both with the smoothing quartic; 0 particles: the model's own number.
template <int D>
Mixture mixture(std::int64_t particles = 0) {
  Mixture m = Mixture::preset(D == 3 ? "KA" : "KA2D");
  m.smoothing = Smoothing::quartic;
  return particles == 0 ? m : app::withParticles(m, particles);
}

template <int D>
const Snapshot& liquid(std::int64_t particles = 0) {
  static std::map<std::int64_t, Snapshot> made;
  const auto found = made.find(particles);
  if (found != made.end()) return found->second;
  return made[particles] = app::makeLiquid(mixture<D>(particles), {kTemperature, 0.005, 20, 1});
}

/// One replica with its lists: what an Engine holds, laid open.
template <int D>
struct Parts {
  explicit Parts(Smoothing smoothing = Smoothing::quartic, std::int64_t particles = 0,
                 Precision precision = Precision::full)
      : model(mixture<D>(particles)),
        tail(md::makeTail(smoothing, model.cutoff)),
        pack(1, model, box(), static_cast<int>(model.particles())),
        forces(pack, model, md::defaultSkin(D), precision) {
    pack.load(0, liquid<D>(particles));
    rebuild();
  }

  void rebuild() { forces.build(pack, 0); }
  Box<D> box() const {
    std::array<double, D> lengths{};
    std::copy_n(model.box.begin(), D, lengths.begin());
    return Box<D>(lengths);
  }

  Mixture model;
  md::Tail tail;
  ReplicaPack<D> pack;
  md::ClusterForces<D> forces;
};

}  // namespace glassforge::kernels
