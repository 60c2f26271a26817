// What a newcomer would look at first: the potential is known by its name and is what its formula says; its force is
// the slope of the energy; and a run with it keeps its energy.
#include <gtest/gtest.h>

#include <cmath>

#include "md/engine.hpp"
#include "support/brute_force.hpp"

namespace glassforge::md {
namespace {

Mixture softMixture() {
  Mixture mixture = test::small<3>(parseSmoothing("soft-sphere", PairPotentials::names));
  mixture.validate();
  return mixture;
}

Engine<3> softEngine(const Mixture& mixture, const Snapshot& start, Precision precision = Precision::full) {
  Engine<3> engine(mixture, 1, static_cast<int>(mixture.particles()), defaultSkin(3), precision);
  engine.load(0, start);
  engine.prepare();
  return engine;
}

TEST(OwnPotential, IsKnownByItsNameBesideTheOthers) {
  EXPECT_EQ(namesOf(PairPotentials::names), "soft-sphere, force-shift, quartic, shift, none");
  EXPECT_EQ(PairPotentials::formOf(Smoothing("soft-sphere")), "soft spheres, r^-12");
  EXPECT_TRUE(std::holds_alternative<LinearTail>(makeTail(Smoothing::force_shift, 2.5)));
}

TEST(OwnPotential, IsItsFormulaAndEndsSmoothly) {
  const double xc = 2.5, h = 1e-5;
  const auto soft = std::get<SoftSphere>(makeTail(Smoothing("soft-sphere"), xc));
  for (const double x : {0.8, 1.0, 1.3, 2.0}) {
    const double y = x * x;
    EXPECT_NEAR(soft.energy(y), std::pow(x, -12), 1e-3);
    EXPECT_NEAR(soft.slope(y), (soft.energy(y + h) - soft.energy(y - h)) / (2 * h), 1e-6 * std::pow(y, -7));
    EXPECT_NEAR(soft.curvature(y), (soft.slope(y + h) - soft.slope(y - h)) / (2 * h), 1e-6 * std::pow(y, -8));
  }
  EXPECT_NEAR(soft.energy(xc * xc), 0, 1e-18);
  EXPECT_NEAR(soft.slope(xc * xc), 0, 1e-18);
  EXPECT_NEAR(soft.curvature(xc * xc), 0, 1e-18);
}

TEST(OwnPotential, ForceIsMinusTheSlopeOfTheEnergy) {
  const Mixture mixture = softMixture();
  const Snapshot start = test::jitteredLattice(mixture, 0.12, 11);
  const auto energyOf = [&](const Snapshot& s) { return softEngine(mixture, s).energy(0).energy; };
  const auto engine = softEngine(mixture, start);
  const double h = 1e-5;
  for (int row = 0; row < engine.pack().particles(); row += 171) {
    for (int axis = 0; axis < 3; ++axis) {
      const auto place = static_cast<std::size_t>(3 * engine.pack().id(0, row) + axis);
      Snapshot there = start, back = start;
      there.position[place] += h;
      back.position[place] -= h;
      const double expected = -(energyOf(there) - energyOf(back)) / (2 * h);
      EXPECT_NEAR(engine.pack().force(0, row, axis), expected, 1e-6 * (1 + std::abs(expected)));
    }
  }
}

TEST(OwnPotential, KernelsGiveBruteForcesSums) {
  const Mixture mixture = softMixture();
  auto engine = softEngine(mixture, test::jitteredLattice(mixture, 0.15, 7));
  const auto reference = test::bruteForce<3>(mixture, engine.pack().store(0));
  const PairSums sums = engine.energy(0);
  EXPECT_NEAR(sums.energy, reference.energy, 1e-12 * reference.energy);
  EXPECT_NEAR(sums.virial, reference.virial, 1e-11 * reference.virial);
  EXPECT_GT(reference.energy, 0);  // nothing attracts
}

/// Largest distance of the conserved energy per particle from its first value while a lattice begins to melt: too short
/// for trajectories of different steps to part.
double energyError(const Mixture& mixture, std::int64_t steps, Precision precision) {
  const double time = 0.1, dt = time / static_cast<double>(steps);
  auto engine = softEngine(mixture, test::jitteredLattice(mixture, 0.1, 5), precision);
  engine.drawVelocities(0, 1.0, {3, Purpose::test, 0, 0});
  const double before = engine.conservedPerParticle(0);
  double worst = 0;
  for (int k = 0; k < 20; ++k) {
    engine.advance(steps / 20, dt);
    worst = std::max(worst, std::abs(engine.conservedPerParticle(0) - before));
  }
  EXPECT_TRUE(engine.healthy(0));
  return worst;
}

/// Velocity Verlet errs by dt^2 where forces are the slope of a smooth energy, and not otherwise.
TEST(OwnPotential, ARunKeepsItsEnergyToSecondOrderOfTheStep) {
  const Mixture mixture = softMixture();
  const double coarse = energyError(mixture, 400, Precision::full);
  const double fine = energyError(mixture, 800, Precision::full);
  EXPECT_NEAR(coarse / fine, 4, 0.1);
  EXPECT_NEAR(energyError(mixture, 400, Precision::mixed), coarse, 0.1 * coarse);
}

}  // namespace
}  // namespace glassforge::md
