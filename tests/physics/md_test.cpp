/// The integrator against what it must conserve and how its error must scale.
#include <gtest/gtest.h>

#include <cmath>

#include "support/brute_force.hpp"
#include "md/engine.hpp"

namespace glassforge {
namespace {

/// A liquid of the mixture at temperature T: melted from a lattice by NVT.
template <int D>
Snapshot liquid(const Mixture& m, double temperature, double dt) {
  md::Engine<D> engine(m, 1, static_cast<int>(m.particles()), md::defaultSkin(D));
  engine.load(0, test::jitteredLattice(m, 0.05, 42));
  engine.drawVelocities(0, 2 * temperature, {3, Purpose::test, 0, 0});
  engine.setThermostat(md::Thermostat{temperature, 0.2});
  engine.prepare();
  engine.advance(3000, dt);
  EXPECT_TRUE(engine.healthy(0)) << engine.pack().status[0];
  return engine.pack().store(0);
}

template <int D>
Mixture smallMixture(Smoothing smoothing) {
  Mixture m = test::scaledDown(Mixture::preset(D == 3 ? "KA" : "KA2D"), D == 3 ? 432 : 320);
  m.smoothing = smoothing;
  return m;
}

/// rms of E(t) - mean over a fixed physical time, NVE.
template <int D>
double energyFluctuation(const Mixture& m, const Snapshot& start, double dt, double time) {
  md::Engine<D> engine(m, 1, static_cast<int>(m.particles()), md::defaultSkin(D));
  engine.load(0, start);
  engine.prepare();
  const int samples = 100, stride = static_cast<int>(std::lround(time / samples / dt));
  double sum = 0, sum2 = 0;
  const double reference = engine.conservedPerParticle(0);
  for (int k = 0; k < samples; ++k) {
    engine.advance(stride, dt);
    const double e = engine.conservedPerParticle(0) - reference;
    sum += e;
    sum2 += e * e;
  }
  return std::sqrt(sum2 / samples - sum * sum / samples / samples);
}

template <int D>
void expectErrorScalesAsTimestepSquared() {
  const Mixture m = smallMixture<D>(Smoothing::quartic);
  const Snapshot start = liquid<D>(m, 1.0, 0.004);
  double previous = energyFluctuation<D>(m, start, 0.004, 0.4);
  for (const double dt : {0.002, 0.001, 0.0005}) {
    const double now = energyFluctuation<D>(m, start, dt, 0.4);
    EXPECT_NEAR(previous / now, 4.0, 0.3) << "dt = " << dt;
    previous = now;
  }
}

TEST(Verlet, energyErrorScalesAsTimestepSquaredIn2D) { expectErrorScalesAsTimestepSquared<2>(); }
TEST(Verlet, energyErrorScalesAsTimestepSquaredIn3D) { expectErrorScalesAsTimestepSquared<3>(); }

TEST(Verlet, conservesMomentumAndDoesNotDrift) {
  const Mixture m = smallMixture<3>(Smoothing::quartic);
  md::Engine<3> engine(m, 1, static_cast<int>(m.particles()), 0.3);
  engine.load(0, liquid<3>(m, 0.8, 0.004));
  engine.drawVelocities(0, 0.8, {4, Purpose::test, 0, 0});
  engine.prepare();
  const int blocks = 40, steps = 500;
  const double dt = 0.004, start = engine.conservedPerParticle(0);
  double st = 0, se = 0, stt = 0, ste = 0;
  for (int b = 1; b <= blocks; ++b) {
    engine.advance(steps, dt);
    const double t = b * steps * dt, e = engine.conservedPerParticle(0) - start;
    st += t, se += e, stt += t * t, ste += t * e;
  }
  const double slope = (blocks * ste - st * se) / (blocks * stt - st * st);
  EXPECT_LT(std::abs(slope), 2e-6);  // per tau; noise of 40 points, energies themselves fluctuate by 2e-5
  double momentum[3] = {};
  for (int i = 0; i < engine.pack().particles(); ++i) {
    for (int k = 0; k < 3; ++k) momentum[k] += engine.pack().velocity(0, i, k);
  }
  for (const double p : momentum) EXPECT_LT(std::abs(p) / engine.pack().particles(), 1e-12);
}

TEST(Verlet, runsBackwards) {
  const Mixture m = smallMixture<2>(Smoothing::quartic);
  const Snapshot start = liquid<2>(m, 0.5, 0.005);
  md::Engine<2> engine(m, 1, static_cast<int>(m.particles()), 0.5);
  engine.load(0, start);
  engine.prepare();
  engine.advance(200, 0.005);
  for (int i = 0; i < engine.pack().particles(); ++i) {
    for (int k = 0; k < 2; ++k) engine.pack().velocity(0, i, k) *= -1;
  }
  engine.advance(200, 0.005);
  const auto back = engine.pack().store(0).unwrapped(), there = start.unwrapped();
  for (std::size_t i = 0; i < back.size(); ++i) EXPECT_NEAR(back[i], there[i], 1e-10);
}

TEST(NoseHoover, keepsTheCanonicalTemperature) {
  const Mixture m = smallMixture<2>(Smoothing::quartic);
  const double temperature = 0.6, dt = 0.004;
  md::Engine<2> engine(m, 1, static_cast<int>(m.particles()), 0.5);
  engine.load(0, liquid<2>(m, temperature, 0.004));
  engine.setThermostat(md::Thermostat{temperature, 0.3});
  engine.prepare();
  double mean = 0, mean2 = 0;
  const int samples = 400;
  for (int k = 0; k < samples; ++k) {
    engine.advance(100, dt);
    const double t = engine.temperature(0);
    mean += t / samples;
    mean2 += t * t / samples;
  }
  const double freedom = 2.0 * (static_cast<double>(m.particles()) - 1);
  const double spread = temperature * std::sqrt(2 / freedom);  // canonical
  EXPECT_NEAR(mean, temperature, 4 * spread / std::sqrt(samples / 4.0));
  EXPECT_NEAR(std::sqrt(mean2 - mean * mean), spread, 0.25 * spread);
}

/// The conserved quantity wanders by an amount of order dt^2, as the energy of NVE does.
TEST(NoseHoover, errorOfItsConservedQuantityScalesAsTimestepSquared) {
  const Mixture m = smallMixture<2>(Smoothing::quartic);
  const Snapshot start = liquid<2>(m, 0.6, 0.004);
  const auto wander = [&](double dt) {
    md::Engine<2> engine(m, 1, static_cast<int>(m.particles()), 0.5);
    engine.load(0, start);
    engine.setThermostat(md::Thermostat{0.6, 0.3});
    engine.prepare();
    const int samples = 100, stride = static_cast<int>(std::lround(0.4 / samples / dt));
    double sum = 0, sum2 = 0;
    const double reference = engine.conservedPerParticle(0);
    for (int k = 0; k < samples; ++k) {
      engine.advance(stride, dt);
      const double e = engine.conservedPerParticle(0) - reference;
      sum += e / samples;
      sum2 += e * e / samples;
    }
    return std::sqrt(sum2 - sum * sum);
  };
  const double coarse = wander(0.004), fine = wander(0.002), finest = wander(0.001);
  EXPECT_NEAR(coarse / fine, 4.0, 0.3);
  EXPECT_NEAR(fine / finest, 4.0, 0.3);
}

}  // namespace
}  // namespace glassforge
