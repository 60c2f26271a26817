#include <gtest/gtest.h>

#include <cmath>

#include "md/engine.hpp"
#include "support/brute_force.hpp"

namespace glassforge::md {
namespace {

template <int D>
Engine<D> mixedEngine(const Mixture& m, const Snapshot& s) {
  Engine<D> engine(m, 1, static_cast<int>(m.particles()), defaultSkin(D), Precision::mixed);
  engine.load(0, s);
  engine.drawVelocities(0, 0.6, {1, Purpose::test, 0, 0});
  engine.prepare();
  return engine;
}

/// Relative rms error of the forces; the documented bound is 2e-6.
template <int D>
double forceError(const Engine<D>& engine, const test::BruteForce& reference) {
  double error = 0, scale = 0;
  for (int i = 0; i < engine.pack().particles(); ++i) {
    for (int k = 0; k < D; ++k) {
      const double f = reference.force[engine.pack().id(0, i) * D + k];
      error += (engine.pack().force(0, i, k) - f) * (engine.pack().force(0, i, k) - f);
      scale += f * f;
    }
  }
  return std::sqrt(error / scale);
}

template <int D>
void expectForcesNearBruteForce(Smoothing smoothing) {
  const Mixture m = test::small<D>(smoothing);
  auto engine = mixedEngine<D>(m, test::jitteredLattice(m, 0.12, 7));
  for (int round = 0; round < 3; ++round) {
    const double error = forceError(engine, test::bruteForce<D>(m, engine.pack().store(0)));
    EXPECT_LT(error, 2e-6);
    EXPECT_GT(error, 1e-10) << "this is double precision";
    engine.advance(40, 0.002);
  }
}

class MixedForces : public testing::TestWithParam<Smoothing> {};
TEST_P(MixedForces, areNearBruteForceIn2D) { expectForcesNearBruteForce<2>(GetParam()); }
TEST_P(MixedForces, areNearBruteForceIn3D) { expectForcesNearBruteForce<3>(GetParam()); }
INSTANTIATE_TEST_SUITE_P(All, MixedForces,
                         testing::Values(Smoothing::none, Smoothing::shift, Smoothing::force_shift, Smoothing::quartic));

TEST(MixedPrecision, lookingAtTheEnergyDoesNotChangeTheTrajectory) {
  const Mixture m = test::small<2>(Smoothing::quartic);
  const auto start = test::jitteredLattice(m, 0.1, 3);
  auto watched = mixedEngine<2>(m, start), alone = mixedEngine<2>(m, start);
  for (int k = 0; k < 10; ++k) {
    watched.energy(0);
    watched.advance(10, 0.005);
  }
  alone.advance(100, 0.005);
  EXPECT_EQ(watched.pack().store(0).unwrapped(), alone.pack().store(0).unwrapped());
}

TEST(MixedPrecision, conservesEnergyAsDoubleDoes) {
  const Mixture m = test::small<3>(Smoothing::quartic);
  Engine<3> liquid(m, 1, static_cast<int>(m.particles()), 0.3);
  liquid.load(0, test::jitteredLattice(m, 0.05, 3));
  liquid.setThermostat(Thermostat{0.8, 0.2});
  liquid.prepare();
  liquid.advance(2000, 0.004);
  const Snapshot start = liquid.pack().store(0);
  double error[2];
  for (const Precision precision : {Precision::full, Precision::mixed}) {
    Engine<3> engine(m, 1, static_cast<int>(m.particles()), 0.3, precision);
    engine.load(0, start);
    engine.prepare();
    const double e0 = engine.conservedPerParticle(0);
    double sum2 = 0;
    for (int k = 0; k < 50; ++k) {
      engine.advance(50, 0.004);
      sum2 += std::pow(engine.conservedPerParticle(0) - e0, 2) / 50;
    }
    error[precision == Precision::mixed] = std::sqrt(sum2);
  }
  EXPECT_LT(error[1], 1.5 * error[0]);
}

TEST(MixedPrecision, refusesABoxWhoseImagesMeet) {
  Mixture m = Mixture::preset("KA");
  m.counts = {120, 30};
  m.box = {5.1, 5.1, 5.1};
  EXPECT_THROW(Engine<3>(m, 1, 150, 0.3, Precision::mixed), InputError);
}

}  // namespace
}  // namespace glassforge::md
