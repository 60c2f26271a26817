// Neighbour lists and their forces.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "md/clusters/cluster_forces.hpp"
#include "md/pack_order.hpp"
#include "support/brute_force.hpp"

namespace glassforge::md {
namespace {

template <int D>
Box<D> boxOf(const Mixture& m) {
  std::array<double, D> lengths{};
  std::copy_n(m.box.begin(), D, lengths.begin());
  return Box<D>(lengths);
}

template <int D>
struct System {
  System(const Mixture& m, const Snapshot& s, double skin, Precision precision)
      : mixture(m),
        pack(1, m, boxOf<D>(m), static_cast<int>(m.particles())),
        tail(makeTail(m.smoothing, m.cutoff)),
        forces(pack, m, skin, precision) {
    pack.load(0, s);
    build();
  }
  void build() { forces.build(pack, 0); }
  std::vector<double> compute() {
    std::visit([&](const auto& t) { forces.compute(t, pack, 0); }, tail);
    return std::vector<double>(&pack.force(0, 0, 0), &pack.force(0, 0, 0) + 4 * pack.particles());
  }
  /// Relative rms error.
  double error() {
    compute();
    const auto reference = test::bruteForce<D>(mixture, pack.store(0));
    double off = 0, scale = 0;
    for (int i = 0; i < pack.particles(); ++i) {
      for (int k = 0; k < D; ++k) {
        const double f = reference.force[static_cast<std::size_t>(pack.id(0, i) * D + k)];
        off += std::pow(pack.force(0, i, k) - f, 2);
        scale += f * f;
      }
    }
    return std::sqrt(off / scale);
  }
  /// Moves every particle by the distance in a direction of its own.
  void jiggle(double distance) {
    for (int i = 0; i < pack.particles(); ++i) {
      const double angle = 0.7 * pack.id(0, i);
      pack.row(0, i, 0) += distance * std::cos(angle);
      pack.row(0, i, D - 1) += distance * std::sin(angle);
    }
  }

  Mixture mixture;
  ReplicaPack<D> pack;
  Tail tail;
  ClusterForces<D> forces;
};

template <int D>
void eachPrecision(const auto& check) {
  for (const Precision precision : {Precision::full, Precision::mixed}) {
    SCOPED_TRACE(precision == Precision::full ? "double" : "mixed");
    check.template operator()<D>(precision);
  }
}
void eachPrecisionAndDimension(const auto& check) {
  eachPrecision<2>(check);
  eachPrecision<3>(check);
}

constexpr double bound(Precision precision) {
  return precision == Precision::full ? 1e-12 : 2e-6;
}

TEST(PairLists, forcesAndSumsAreThoseOfBruteForceWhileListsHold) {
  eachPrecisionAndDimension([]<int D>(Precision precision) {
    const double skin = defaultSkin(D);
    const Mixture m = test::small<D>(Smoothing::none);  // the smoothing that shows a pair left out or counted twice
    System<D> system(m, test::jitteredLattice(m, 0.15, 7), skin, precision);
    for (const double moved : {0.0, 0.2 * skin, 0.29 * skin}) {  // 0.49 skins in all
      system.jiggle(moved);
      EXPECT_FALSE(system.forces.outdated(system.pack, 0));
      system.forces.update(system.pack, 0);
      EXPECT_LT(system.error(), bound(precision));
      const auto reference = test::bruteForce<D>(m, system.pack.store(0));
      std::vector<double> of_row(static_cast<std::size_t>(system.pack.particles()));
      const auto before = system.compute();
      const PairSums sums = std::visit(
          [&](const auto& tail) { return system.forces.energy(tail, system.pack, 0, of_row.data()); }, system.tail);
      EXPECT_NEAR(sums.energy, reference.energy, 1e-12 * std::abs(reference.energy));
      EXPECT_NEAR(sums.virial, reference.virial, 1e-11 * std::abs(reference.virial));
      double added = 0;
      for (const double e : of_row) added += e;
      EXPECT_NEAR(added, sums.energy, 1e-12 * std::abs(sums.energy));
      EXPECT_EQ(std::vector<double>(&system.pack.force(0, 0, 0), &system.pack.force(0, 0, 0) + before.size()), before);
    }
    system.jiggle(0.02 * skin);
    EXPECT_TRUE(system.forces.outdated(system.pack, 0));
  });
}

TEST(PairLists, innerPartsGiveTheBitsOfTheWhole) {
  eachPrecisionAndDimension([]<int D>(Precision precision) {
    const double skin = defaultSkin(D);
    const Mixture m = test::small<D>(Smoothing::none);
    System<D> system(m, test::jitteredLattice(m, 0.15, 7), skin, precision);
    const auto of_inner = system.compute();
    DisplacementCheck moved(skin);
    moved.add(0.99 * moved.whole_limit);
    EXPECT_FALSE(system.forces.outdated(0, moved));
    EXPECT_EQ(of_inner, system.compute());
    moved.add(std::numeric_limits<double>::quiet_NaN());
    EXPECT_TRUE(system.forces.outdated(0, moved));
  });
}

TEST(PairLists, innerPartsAreShorter) {
  const Mixture m = test::small<3>(Smoothing::none);
  System<3> system(m, test::jitteredLattice(m, 0.15, 7), 0.4, Precision::full);
  const auto& list = system.forces.list(0);
  long inner = 0, whole = 0;
  for (int i = 0; i < system.pack.particles(); ++i) {
    EXPECT_EQ(list.end(i), list.innerEnd(i));
    inner += list.innerEnd(i) - list.begin(i);
    whole += list.begin(i + 1) - list.begin(i);
  }
  EXPECT_LT(static_cast<double>(inner), 0.95 * static_cast<double>(whole));
  DisplacementCheck moved(0.4);
  moved.add(0.99 * moved.whole_limit);
  EXPECT_FALSE(system.forces.outdated(0, moved));
  EXPECT_EQ(list.end(0), list.begin(1));
}

/// Neighbours are in the list whatever order the particles come in, and the order of the list does not depend on it.
TEST(PairLists, listsAreAFunctionOfPositionsAndIds) {
  eachPrecisionAndDimension([]<int D>(Precision precision) {
    const Mixture m = test::small<D>(Smoothing::quartic);
    System<D> system(m, test::jitteredLattice(m, 0.15, 7), defaultSkin(D), precision);
    const auto first = system.compute();
    std::vector<int> reversed;
    for (int i = system.pack.particles(); i-- > 0;) reversed.push_back(i);
    rearrange(system.pack, 0, reversed.data());
    system.build();
    EXPECT_EQ(first, system.compute());
  });
}

std::uint64_t hashOf(const std::vector<double>& values) {  // FNV-1a
  std::uint64_t hash = 14695981039346656037u;
  for (const double value : values) hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 1099511628211u;
  return hash;
}

/// AVX-512, AVX2 and plain arrays, each run by its own build of this test, give the same bits.
TEST(PairLists, bitsDoNotDependOnTheInstructionSet) {
  const auto hash = []<int D>(Precision precision) {
    const Mixture m = test::small<D>(Smoothing::quartic);
    return hashOf(System<D>(m, test::jitteredLattice(m, 0.15, 7), defaultSkin(D), precision).compute());
  };
  EXPECT_EQ(hash.operator()<2>(Precision::full), 10525324714406515061u);
  EXPECT_EQ(hash.operator()<3>(Precision::full), 18088874848343988082u);
  EXPECT_EQ(hash.operator()<2>(Precision::mixed), 13610958981409965492u);
  EXPECT_EQ(hash.operator()<3>(Precision::mixed), 2424001306004326449u);
}

TEST(PairLists, smallestBoxesAndOddNumbersAreRight) {
  eachPrecision<3>([]<int D>(Precision precision) {
    for (const std::int64_t extra : {0, 1, 2, 3, 5}) {
      Mixture m = Mixture::preset("KA");
      m.smoothing = Smoothing::none;
      m.counts = {100 + extra, 27};
      m.box = {5.81, 5.9, 6.7};  // 2 (cutoff + skin) = 5.8, and no cube
      m.validate();
      System<D> system(m, test::jitteredLattice(m, 0.1, 3), 0.4, precision);
      EXPECT_LT(system.error(), bound(precision)) << m.particles();
    }
  });
}

TEST(PairLists, fewParticlesFarApartAreRight) {
  eachPrecision<3>([]<int D>(Precision precision) {
    Mixture m = Mixture::preset("KA");
    m.counts = {2, 1};
    m.box = {40.0, 40.0, 40.0};
    m.validate();
    Snapshot s = test::jitteredLattice(m, 0.1, 3);
    s.position = {39.8, 20, 0.1, 0.7, 20.1, 39.9, 20, 3, 3};  // two that meet through two faces, one alone
    System<D> system(m, s, 0.4, precision);
    EXPECT_LT(system.error(), bound(precision));
    EXPECT_NE(system.pack.force(0, 0, 0), 0.0);
  });
}

}  // namespace
}  // namespace glassforge::md
