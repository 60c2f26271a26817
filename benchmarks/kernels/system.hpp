/// The configurations that the kernels work on: liquids at T = 0.5, made once a process.
#pragma once

#include "app/bench_liquid.hpp"
#include "core/mixture.hpp"
#include "core/structure.hpp"
#include "md/engine.hpp"

namespace glassforge::kernels {

constexpr double kTemperature = 0.5;

/// KA (D = 3) or KA2D (D = 2), both with the smoothing quartic.
template <int D>
Mixture mixture() {
  Mixture m = Mixture::preset(D == 3 ? "KA" : "KA2D");
  m.smoothing = Smoothing::quartic;
  return m;
}

template <int D>
const Snapshot& liquid() {
  static const Snapshot made = app::makeLiquid(mixture<D>(), {kTemperature, 0.005, 20, 1});
  return made;
}

/// One replica with its lists: what an Engine holds, laid open.
template <int D>
struct Parts {
  explicit Parts(md::Tail smoothing_tail)
      : model(mixture<D>()),
        tail(std::move(smoothing_tail)),
        table(model),
        pack(1, model, box(), static_cast<int>(model.particles())),
        list(pack, table, model.speciesCount(), md::defaultSkin(D)) {
    pack.load(0, liquid<D>());
    rebuild();
  }
  Parts() : Parts(md::makeTail(Smoothing::quartic, mixture<D>().cutoff)) {}

  void rebuild() {
    while (!list.build(pack, 0)) list.grow(pack);
  }
  Box<D> box() const {
    std::array<double, D> lengths{};
    std::copy_n(model.box.begin(), D, lengths.begin());
    return Box<D>(lengths);
  }

  Mixture model;
  md::Tail tail;
  md::PairTable table;
  ReplicaPack<D> pack;
  md::NeighbourList<D> list;
};

}  // namespace glassforge::kernels
