#include "md/engine.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "support/brute_force.hpp"

namespace glassforge::md {
namespace {

template <int D>
Engine<D> engineWith(const Mixture& m, const std::vector<Snapshot>& replicas) {
  Engine<D> engine(m, static_cast<int>(replicas.size()), static_cast<int>(m.particles()), defaultSkin(D));
  for (std::size_t r = 0; r < replicas.size(); ++r) engine.load(static_cast<int>(r), replicas[r]);
  return engine;
}

template <int D>
double worstForceError(const Engine<D>& engine, const test::BruteForce& reference) {
  double scale = 0, worst = 0;
  for (const double f : reference.force) scale = std::max(scale, std::abs(f));
  for (int i = 0; i < engine.pack().particles(); ++i) {
    for (int k = 0; k < D; ++k) {
      worst = std::max(worst, std::abs(engine.pack().force(0, i, k) - reference.force[engine.pack().id(0, i) * D + k]));
    }
  }
  return worst / scale;
}

template <int D>
void expectForcesOfBruteForce(Smoothing smoothing) {
  const Mixture m = test::small<D>(smoothing);
  auto engine = engineWith<D>(m, {test::jitteredLattice(m, 0.15, 7)});
  engine.prepare();
  for (int round = 0; round < 3; ++round) {  // fresh list, then lists that are part of a skin old
    const auto reference = test::bruteForce<D>(m, engine.pack().store(0));
    EXPECT_LT(worstForceError(engine, reference), 1e-12);
    const PairSums sums = engine.energy(0);
    EXPECT_NEAR(sums.energy, reference.energy, 1e-12 * std::abs(reference.energy));
    EXPECT_NEAR(sums.virial, reference.virial, 1e-11 * std::abs(reference.virial));
    engine.advance(25, 0.002);
  }
}

class Forces : public testing::TestWithParam<Smoothing> {};
TEST_P(Forces, equalBruteForceIn2D) { expectForcesOfBruteForce<2>(GetParam()); }
TEST_P(Forces, equalBruteForceIn3D) { expectForcesOfBruteForce<3>(GetParam()); }

/// -dU/dx of the brute-force energy, by central differences, for a few particles.
template <int D>
void expectForceIsMinusGradient(Smoothing smoothing) {
  const Mixture m = test::small<D>(smoothing);
  const Snapshot s = test::jitteredLattice(m, 0.12, 11);
  auto engine = engineWith<D>(m, {s});
  engine.prepare();
  const double h = 1e-5;
  for (int i = 0; i < engine.pack().particles(); i += 97) {
    const int id = engine.pack().id(0, i);
    for (int k = 0; k < D; ++k) {
      Snapshot plus = s, minus = s;
      plus.position[id * D + k] += h;
      minus.position[id * D + k] -= h;
      const double slope = (test::bruteForce<D>(m, plus).energy - test::bruteForce<D>(m, minus).energy) / (2 * h);
      EXPECT_NEAR(engine.pack().force(0, i, k), -slope, 1e-6 * (1 + std::abs(slope)));
    }
  }
}
TEST_P(Forces, areMinusTheGradientIn2D) { expectForceIsMinusGradient<2>(GetParam()); }
TEST_P(Forces, areMinusTheGradientIn3D) { expectForceIsMinusGradient<3>(GetParam()); }
INSTANTIATE_TEST_SUITE_P(All, Forces,
                         testing::Values(Smoothing::none, Smoothing::shift, Smoothing::force_shift, Smoothing::quartic));

template <int D>
void expectForcesOfSpeciesApart() {
  const Mixture m = test::small<D>(Smoothing::quartic);
  Snapshot s = test::jitteredLattice(m, 0.15, 7);
  s.species = m.speciesByCount();  // lattice rows are dealt out one species after the other
  auto engine = engineWith<D>(m, {s});
  engine.prepare();
  EXPECT_LT(worstForceError(engine, test::bruteForce<D>(m, engine.pack().store(0))), 1e-12);
}

TEST(Engine, speciesApartFromEachOtherAreRight) {
  expectForcesOfSpeciesApart<2>();
  expectForcesOfSpeciesApart<3>();
}

TEST(Engine, aSmallestBoxOfTwiceTheCutoffIsRight) {
  Mixture m = Mixture::preset("KA");
  m.counts = {120, 30};
  m.box = {5.0, 5.0, 5.0};
  m.validate();
  auto engine = engineWith<3>(m, {test::jitteredLattice(m, 0.1, 3)});
  engine.prepare();
  EXPECT_LT(worstForceError(engine, test::bruteForce<3>(m, engine.pack().store(0))), 1e-12);
}

TEST(Engine, packsAndThreadsDoNotChangeBits) {
  const Mixture m = test::small<2>(Smoothing::quartic);
  std::vector<Snapshot> starts;
  for (std::uint64_t r = 0; r < 4; ++r) starts.push_back(test::jitteredLattice(m, 0.1, r));
  auto together = engineWith<2>(m, starts);
  for (int r = 0; r < 4; ++r) together.drawVelocities(r, 0.5, {1, Purpose::test, 0, static_cast<std::uint32_t>(r)});
  together.prepare();
  together.advance(150, 0.005);
  for (int r = 0; r < 4; ++r) {
    auto alone = engineWith<2>(m, {starts[static_cast<std::size_t>(r)]});
    alone.drawVelocities(0, 0.5, {1, Purpose::test, 0, static_cast<std::uint32_t>(r)});
    alone.prepare();
    alone.advance(70, 0.005);
    alone.advance(80, 0.005);
    EXPECT_EQ(alone.pack().store(0).unwrapped(), together.pack().store(r).unwrapped());
    EXPECT_EQ(alone.pack().store(0).velocity, together.pack().store(r).velocity);
  }
}

TEST(Engine, aPoisonedReplicaStopsWithItsStepAndLeavesTheOthersAlone) {
  const Mixture m = test::small<2>(Smoothing::quartic);
  const Snapshot good = test::jitteredLattice(m, 0.1, 5);
  Snapshot bad = good;
  bad.position[17] = std::numeric_limits<double>::quiet_NaN();
  auto pair = engineWith<2>(m, {good, bad});
  auto alone = engineWith<2>(m, {good});
  for (auto* e : {&pair, &alone}) {
    e->prepare();
    e->advance(60, 0.005);
  }
  EXPECT_TRUE(pair.healthy(0));
  ASSERT_FALSE(pair.healthy(1));
  EXPECT_NE(pair.pack().status[1].find("particle 8"), std::string::npos) << pair.pack().status[1];
  EXPECT_EQ(pair.pack().store(0).unwrapped(), alone.pack().store(0).unwrapped());
}

TEST(Engine, anOverlapEndsAsAStatusNotAsACrash) {
  const Mixture m = test::small<3>(Smoothing::force_shift);
  Snapshot s = test::jitteredLattice(m, 0.1, 5);
  for (int k = 0; k < 3; ++k) s.position[k] = s.position[3 + k] + 1e-6;
  auto engine = engineWith<3>(m, {s});
  engine.prepare();
  engine.advance(50, 0.005);
  EXPECT_FALSE(engine.healthy(0));
}

TEST(Engine, velocitiesAreMaxwellianWithZeroMomentumAndDistinctPerReplica) {
  const Mixture m = Mixture::preset("KA");
  auto engine = engineWith<3>(m, {test::jitteredLattice(m, 0.1, 1), test::jitteredLattice(m, 0.1, 1)});
  const double temperature = 0.44;
  for (int r = 0; r < 2; ++r) engine.drawVelocities(r, temperature, {9, Purpose::replica_velocities, 3, static_cast<std::uint32_t>(r)});
  const int n = engine.pack().particles();
  double momentum[3] = {}, second = 0, fourth = 0;
  for (int i = 0; i < n; ++i) {
    for (int k = 0; k < 3; ++k) {
      const double v = engine.pack().velocity(0, i, k);
      momentum[k] += v;
      second += v * v;
      fourth += v * v * v * v;
    }
  }
  for (const double p : momentum) EXPECT_NEAR(p / n, 0, 1e-14);
  second /= 3.0 * n;
  fourth /= 3.0 * n;
  EXPECT_NEAR(second, temperature, 4 * temperature * std::sqrt(2.0 / (3 * n)));
  EXPECT_NEAR(fourth / (second * second), 3.0, 4 * std::sqrt(24.0 / (3 * n)));  // Gaussian, not uniform (1.8)
  EXPECT_NE(engine.pack().velocity(0, 0, 0), engine.pack().velocity(1, 0, 0));
}

TEST(Engine, energyPerParticleAddsUpInFileOrder) {
  const Mixture m = test::small<2>(Smoothing::quartic);
  auto engine = engineWith<2>(m, {test::jitteredLattice(m, 0.1, 2)});
  engine.prepare();
  std::vector<double> e;
  const double total = engine.energy(0, &e).energy;
  double added = 0;
  for (const double x : e) added += x;
  EXPECT_NEAR(added, total, 1e-12 * std::abs(total));
}

}  // namespace
}  // namespace glassforge::md
