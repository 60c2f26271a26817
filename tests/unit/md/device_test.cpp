#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "md/device/engine.hpp"
#include "md/engine.hpp"
#include "support/brute_force.hpp"

namespace glassforge::md {
namespace {

using Space = Kokkos::DefaultExecutionSpace;

/// Starts with velocities of temperature 0.5; replica r of any pack has the same where its seed is the same.
template <int D>
Engine<D> hostEngine(const Mixture& m, const std::vector<std::uint32_t>& seeds, double temperature = 0.5) {
  Engine<D> engine(m, static_cast<int>(seeds.size()), static_cast<int>(m.particles()), defaultSkin(D));
  for (std::size_t r = 0; r < seeds.size(); ++r) {
    engine.load(static_cast<int>(r), test::jitteredLattice(m, 0.1, seeds[r]));
    engine.drawVelocities(static_cast<int>(r), temperature, {1, Purpose::test, 0, seeds[r]});
  }
  return engine;
}

/// A pack on the device space, and back again.
template <int D, class ExecutionSpace = Space>
struct DeviceRun {
  ReplicaPack<D> pack;
  device::Engine<D, ExecutionSpace> engine;

  DeviceRun(const Mixture& m, const ReplicaPack<D>& start, double skin = defaultSkin(D))
      : pack(start.replicas(), m, start.box, start.particles()), engine(m, start, skin) {
    engine.load(start);
    engine.prepare();
  }
  void advance(int steps, double dt) { engine.advance(steps, dt); }
  Snapshot snapshot(int r) {
    engine.store(pack);
    return pack.store(r);
  }
};

/// Largest error of a force component of replica r, in units of the largest component.
template <int D>
double worstForceError(const ReplicaPack<D>& pack, int r, const test::BruteForce& reference) {
  double scale = 0, worst = 0;
  for (const double f : reference.force) scale = std::max(scale, std::abs(f));
  for (int i = 0; i < pack.particles(); ++i) {
    for (int k = 0; k < D; ++k) {
      const double error = std::abs(pack.force(r, i, k) - reference.force[pack.id(r, i) * D + k]);
      if (!(error <= worst)) worst = error;  // a NaN is the worst
    }
  }
  return worst / scale;
}

template <int D>
void expectForcesOfBruteForce(Smoothing smoothing) {
  const Mixture m = test::small<D>(smoothing);
  const auto start = hostEngine<D>(m, {7, 8});
  DeviceRun<D> run(m, start.pack());
  for (int round = 0; round < 3; ++round) {  // fresh list, then lists that are part of a skin old
    const auto energies = run.engine.potentialEnergies();
    for (int r = 0; r < 2; ++r) {
      const auto reference = test::bruteForce<D>(m, run.snapshot(r));
      EXPECT_LT(worstForceError(run.pack, r, reference), 1e-12);
      EXPECT_NEAR(energies[static_cast<std::size_t>(r)], reference.energy, 1e-12 * std::abs(reference.energy));
    }
    run.advance(25, 0.002);
  }
}

class DeviceForces : public testing::TestWithParam<Smoothing> {};
TEST_P(DeviceForces, equalBruteForceIn2D) {
  expectForcesOfBruteForce<2>(GetParam());
}
TEST_P(DeviceForces, equalBruteForceIn3D) {
  expectForcesOfBruteForce<3>(GetParam());
}
INSTANTIATE_TEST_SUITE_P(All, DeviceForces,
                         testing::Values(Smoothing::none, Smoothing::shift, Smoothing::force_shift,
                                         Smoothing::quartic));

TEST(Device, aSmallestBoxOfTwiceTheCutoffIsRight) {
  Mixture m = Mixture::preset("KA");
  m.counts = {120, 30};
  m.box = {5.0, 5.0, 5.0};
  m.validate();
  const auto start = hostEngine<3>(m, {3});
  DeviceRun<3> run(m, start.pack());
  EXPECT_LT(worstForceError(run.pack, 0, test::bruteForce<3>(m, run.snapshot(0))), 1e-12);
}

/// Boxes of two, three and five cells an axis: each cell is searched once.
TEST(Device, boxesOfUnequalSidesAreRight) {
  Mixture m = test::small<3>(Smoothing::quartic);
  m.box = {6.0, 9.0, 14.5};
  m.counts = {700, 175};
  m.validate();
  const auto start = hostEngine<3>(m, {3});
  DeviceRun<3> run(m, start.pack());
  EXPECT_LT(worstForceError(run.pack, 0, test::bruteForce<3>(m, run.snapshot(0))), 1e-12);
}

TEST(Device, listsGrowWhereParticlesCrowd) {
  const Mixture m = test::small<3>(Smoothing::quartic);
  auto start = hostEngine<3>(m, {3, 4});
  for (int i = 0; i < start.pack().particles(); ++i) {  // replica 0 into half of its box
    start.pack().row(0, i, 0) *= 0.5;
  }
  const int before = device::Engine<3, Space>(m, start.pack(), 0.3).listCapacity();
  DeviceRun<3> run(m, start.pack());
  EXPECT_GT(run.engine.listCapacity(), before);
  for (int r = 0; r < 2; ++r) {
    EXPECT_LT(worstForceError(run.pack, r, test::bruteForce<3>(m, run.snapshot(r))), 1e-12);
  }
}

template <int D>
void expectSameBits(const Snapshot& a, const Snapshot& b) {
  EXPECT_EQ(a.unwrapped(), b.unwrapped());
  EXPECT_EQ(a.velocity, b.velocity);
}

template <int D>
void expectPackingDoesNotMatter() {
  const Mixture m = test::small<D>(Smoothing::quartic);
  DeviceRun<D> together(m, hostEngine<D>(m, {11, 12, 13}).pack());
  together.advance(150, 0.005);
  for (std::uint32_t r = 0; r < 3; ++r) {
    DeviceRun<D> alone(m, hostEngine<D>(m, {11 + r}).pack());
    alone.advance(70, 0.005);
    alone.advance(80, 0.005);
    EXPECT_GT(alone.engine.listBuilds(0), 2) << "nothing was tried of the list build";
    expectSameBits<D>(alone.snapshot(0), together.snapshot(static_cast<int>(r)));
  }
}
TEST(Device, packsDoNotChangeBitsIn2D) {
  expectPackingDoesNotMatter<2>();
}
TEST(Device, packsDoNotChangeBitsIn3D) {
  expectPackingDoesNotMatter<3>();
}

#ifdef KOKKOS_ENABLE_SERIAL
TEST(Device, threadsDoNotChangeBits) {
  if (Space().concurrency() < 2) GTEST_SKIP() << "one thread only (OMP_NUM_THREADS), so nothing was compared";
  const Mixture m = test::small<3>(Smoothing::force_shift);
  const auto start = hostEngine<3>(m, {21});  // one replica, so that its rows are shared among the threads
  DeviceRun<3> threads(m, start.pack());
  DeviceRun<3, Kokkos::Serial> serial(m, start.pack());
  threads.advance(150, 0.005);
  serial.advance(150, 0.005);
  EXPECT_GT(threads.engine.listBuilds(0), 2) << "nothing was tried of the list build";
  expectSameBits<3>(threads.snapshot(0), serial.snapshot(0));
}
#endif

TEST(Device, aReplicaRebuildsItsListsAlone) {
  const Mixture m = test::small<2>(Smoothing::quartic);
  auto start = hostEngine<2>(m, {31, 32});
  start.drawVelocities(1, 50.0, {1, Purpose::test, 0, 99});
  DeviceRun<2> run(m, start.pack());
  run.advance(20, 0.001);
  EXPECT_EQ(run.engine.listBuilds(0), 1);
  EXPECT_GT(run.engine.listBuilds(1), 1);
}

template <int D>
void expectTrajectoryOfTheHost() {
  const Mixture m = test::small<D>(Smoothing::quartic);
  auto host = hostEngine<D>(m, {41, 42});
  DeviceRun<D> run(m, host.pack());
  host.prepare();
  host.advance(50, 0.004);
  run.advance(50, 0.004);
  for (int r = 0; r < 2; ++r) {
    const auto a = run.snapshot(r), b = host.pack().store(r);
    const auto x = a.unwrapped(), y = b.unwrapped();
    double worst = 0, moved = 0;
    const auto first = test::jitteredLattice(m, 0.1, 41 + static_cast<std::uint64_t>(r)).unwrapped();
    for (std::size_t i = 0; i < x.size(); ++i) {
      worst = std::max(worst, std::abs(x[i] - y[i]));
      moved = std::max(moved, std::abs(x[i] - first[i]));
    }
    EXPECT_LT(worst, 1e-9);
    EXPECT_GT(moved, 0.05);
    EXPECT_EQ(a.step, b.step);
    EXPECT_EQ(a.species, b.species);
  }
}
TEST(Device, movesAsTheHostEngineIn2D) {
  expectTrajectoryOfTheHost<2>();
}
TEST(Device, movesAsTheHostEngineIn3D) {
  expectTrajectoryOfTheHost<3>();
}

/// Rms and worst deviation of total energy per particle over a run from a liquid.
template <class Advance, class Total>
double energyError(Advance advance, Total total) {
  const double e0 = total();
  double sum2 = 0;
  for (int k = 0; k < 40; ++k) {
    advance();
    sum2 += std::pow(total() - e0, 2) / 40;
  }
  return std::sqrt(sum2);
}

double kineticEnergy(const Mixture& m, const Snapshot& s) {
  double twice = 0;
  const auto D = static_cast<std::size_t>(s.dimension);
  for (std::size_t i = 0; i < s.velocity.size(); ++i) {
    twice += m.masses[static_cast<std::size_t>(s.species[i / D])] * s.velocity[i] * s.velocity[i];
  }
  return 0.5 * twice;
}

TEST(Device, conservesEnergyAsTheHostDoes) {
  const Mixture m = test::small<3>(Smoothing::quartic);
  auto host = hostEngine<3>(m, {51}, 0.8);
  host.setThermostat(Thermostat{0.8, 0.2});
  host.prepare();
  host.advance(1000, 0.004);
  host.setThermostat(std::nullopt);
  DeviceRun<3> run(m, host.pack());
  const double N = static_cast<double>(m.particles());
  const double ours =
      energyError([&] { run.advance(25, 0.004); },
                  [&] { return (run.engine.potentialEnergies()[0] + kineticEnergy(m, run.snapshot(0))) / N; });
  const double hosts = energyError([&] { host.advance(25, 0.004); }, [&] { return host.conservedPerParticle(0); });
  EXPECT_GT(run.engine.listBuilds(0), 10);
  EXPECT_LT(ours, 5e-4);
  EXPECT_NEAR(ours, hosts, 0.5 * hosts);
}

TEST(Device, aPoisonedReplicaStopsWithItsStepAndLeavesTheOthersAlone) {
  const Mixture m = test::small<2>(Smoothing::quartic);
  auto start = hostEngine<2>(m, {61, 62});
  start.pack().velocity(1, 17, 0) = std::numeric_limits<double>::quiet_NaN();
  DeviceRun<2> pair(m, start.pack()), alone(m, hostEngine<2>(m, {61}).pack());
  pair.advance(40, 0.005);
  alone.advance(40, 0.005);
  expectSameBits<2>(pair.snapshot(0), alone.snapshot(0));
  EXPECT_TRUE(pair.engine.healthy(0));
  ASSERT_FALSE(pair.engine.healthy(1));
  EXPECT_NE(pair.pack.status[1].find("at step 0"), std::string::npos) << pair.pack.status[1];
  EXPECT_EQ(pair.pack.step[1], 0);
}

}  // namespace
}  // namespace glassforge::md
