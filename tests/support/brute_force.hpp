/// Independent O(N^2) reference for the engine's tests: minimum images, scalar arithmetic, no lists.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/box.hpp"
#include "core/mixture.hpp"
#include "core/random.hpp"
#include "core/structure.hpp"
#include "md/pair_potential.hpp"

namespace glassforge::test {

struct BruteForce {
  std::vector<double> force;  // (N, D)
  double energy = 0, virial = 0;
};

template <int D>
BruteForce bruteForce(const Mixture& mixture, const Snapshot& s) {
  std::array<double, D> lengths{};
  for (int k = 0; k < D; ++k) lengths[k] = s.box[k];
  const Box<D> box(lengths);
  const md::PairTable table(mixture);
  const md::Tail tail = md::makeTail(mixture.smoothing, mixture.cutoff);
  const int n = static_cast<int>(s.particles());
  BruteForce result;
  result.force.assign(static_cast<std::size_t>(n) * D, 0.0);
  for (int i = 0; i < n; ++i) {
    for (int j = i + 1; j < n; ++j) {
      double d[D], r2 = 0;
      for (int k = 0; k < D; ++k) {
        d[k] = box.minimumImage(s.position[i * D + k] - s.position[j * D + k], k);
        r2 += d[k] * d[k];
      }
      const auto term =
          std::visit([&](const auto& t) { return md::evaluatePair(t, table, s.species[i], s.species[j], r2); }, tail);
      result.energy += term.energy;
      result.virial += term.force_over_r * r2;
      for (int k = 0; k < D; ++k) {
        result.force[i * D + k] += term.force_over_r * d[k];
        result.force[j * D + k] -= term.force_over_r * d[k];
      }
    }
  }
  return result;
}

/// The mixture with counts and box scaled down so that about n particles have the same density.
inline Mixture scaledDown(Mixture mixture, int n) {
  const double ratio = static_cast<double>(n) / static_cast<double>(mixture.particles());
  const double density = mixture.density();
  for (auto& c : mixture.counts) c = std::max<std::int64_t>(1, std::llround(static_cast<double>(c) * ratio));
  const double length = std::pow(static_cast<double>(mixture.particles()) / density, 1.0 / mixture.dimension);
  mixture.box.assign(static_cast<std::size_t>(mixture.dimension), length);
  return mixture;
}

/// A model small enough for brute force: KA of 512 particles or KA2D of 400.
template <int D>
Mixture small(Smoothing smoothing) {
  Mixture m = scaledDown(Mixture::preset(D == 3 ? "KA" : "KA2D"), D == 3 ? 512 : 400);
  m.smoothing = smoothing;
  m.validate();
  return m;
}

/// N particles on a jittered lattice in the box of the mixture, species shuffled: no overlaps.
inline Snapshot jitteredLattice(const Mixture& mixture, double jitter, std::uint64_t seed) {
  const RandomStream stream({seed, Purpose::test, 0, 0});
  Snapshot s;
  const int D = mixture.dimension, n = static_cast<int>(mixture.particles());
  s.dimension = D;
  s.box = mixture.box;
  s.species = mixture.speciesByCount();
  for (int i = n - 1; i > 0; --i) {
    std::swap(s.species[i], s.species[static_cast<int>(stream.uniforms(1, i)[0] * (i + 1))]);
  }
  const int side = static_cast<int>(std::ceil(std::pow(n, 1.0 / D) - 1e-9));
  for (int i = 0; i < n; ++i) {
    int rest = i;
    for (int k = 0; k < D; ++k) {
      const double cell = mixture.box[k] / side;
      double x = (rest % side + 0.5) * cell + jitter * cell * (2 * stream.uniforms(2 + k, i)[0] - 1);
      x -= std::floor(x / mixture.box[k]) * mixture.box[k];
      s.position.push_back(x);
      s.image.push_back(0);
      rest /= side;
    }
  }
  return s;
}

}  // namespace glassforge::test
