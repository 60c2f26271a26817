#include "iso/cage.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "iso/quench.hpp"
#include "support/brute_force.hpp"
#include "support/task_monitors.hpp"

namespace glassforge::iso {
namespace {

constexpr std::size_t kEdge = 4;  // cells of the crystal along an axis

/// A face-centred cubic crystal of A particles at the density of KA.
Mixture crystalMixture() {
  Mixture m = Mixture::preset("KA");
  m.counts = {4 * kEdge * kEdge * kEdge, 0};
  m.box.assign(3, std::cbrt(static_cast<double>(m.counts[0]) / 1.2));
  return m;
}

std::vector<double> sites() {
  const double cell = crystalMixture().box[0] / kEdge;
  const double corner[4][3] = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
  std::vector<double> x;
  for (std::size_t c = 0; c < kEdge * kEdge * kEdge; ++c) {
    const double at[3] = {static_cast<double>(c % kEdge), static_cast<double>(c / kEdge % kEdge),
                          static_cast<double>(c / kEdge / kEdge)};
    for (const auto& within : corner) {
      for (std::size_t k = 0; k < 3; ++k) x.push_back(cell * (at[k] + within[k]));
    }
  }
  return x;
}

/// The crystal with every particle off its site by Gaussian numbers of this size, some of them across a face.
Snapshot crystal(double jitter) {
  const RandomStream random({3, Purpose::test, 0, 0});
  const Box<3> box({crystalMixture().box[0], crystalMixture().box[1], crystalMixture().box[2]});
  Snapshot s;
  s.box = crystalMixture().box;
  s.species.assign(static_cast<std::size_t>(crystalMixture().particles()), 0);
  s.position = sites();
  s.image.assign(s.position.size(), 0);
  for (std::size_t i = 0; i < s.position.size(); ++i) {
    s.position[i] += jitter * random.normals(0, static_cast<std::uint32_t>(i))[0];
    s.image[i] = box.wrap(s.position[i], static_cast<int>(i % 3));
  }
  return s;
}

CageSettings settings(std::int64_t sweeps) {
  CageSettings s;
  s.radius = 0.3;
  s.sweeps = sweeps;
  s.burn_in = 100;
  return s;
}

/// Root mean square of a - b per component, its mean over the particles along each axis taken out.
double rmsApart(const std::vector<double>& a, const std::vector<double>& b) {
  double mean[3] = {0, 0, 0}, sum = 0;
  const auto n = static_cast<double>(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) mean[i % 3] += 3 * (a[i] - b[i]) / n;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(a[i] - b[i] - mean[i % 3], 2);
  return std::sqrt(sum / n);
}

TEST(Cage, ofACrystalIsTheLatticeWithinItsOwnError) {
  const Snapshot start = crystal(0.04);
  const CageState cage = cageState(crystalMixture(), start, 0.3, settings(800), 1, 0);
  EXPECT_NEAR(rmsApart(start.unwrapped(), sites()), 0.04, 0.004);
  EXPECT_LT(rmsApart(cage.position, sites()), 0.25 * 0.04);  // it has forgotten the start
  // two halves that differ by `spread` have a mean that is off by half of it; the crystal is soft, so halves are not
  // quite independent
  EXPECT_LT(rmsApart(cage.position, sites()), 0.8 * cage.spread);
  EXPECT_GT(rmsApart(cage.position, sites()), 0.2 * cage.spread);
}

TEST(Cage, keepsTheCentre) {
  const Snapshot start = crystal(0.04);
  const auto from = start.unwrapped(), to = cageState(crystalMixture(), start, 0.3, settings(50), 1, 0).position;
  double moved[3] = {0, 0, 0};
  for (std::size_t i = 0; i < from.size(); ++i) moved[i % 3] += to[i] - from[i];
  for (const double sum : moved) EXPECT_NEAR(sum, 0, 1e-11);
}

TEST(Cage, halvesComeTogetherAsTheRunGetsLonger) {
  const Snapshot start = crystal(0.04);
  const double once = cageState(crystalMixture(), start, 0.3, settings(200), 1, 0).spread;
  const double longer = cageState(crystalMixture(), start, 0.3, settings(1800), 1, 0).spread;
  EXPECT_NEAR(once / longer, 3, 0.9);  // 1 / sqrt(sweeps)
}

TEST(Cage, isAPureFunctionOfStartSettingsAndKey) {
  const Snapshot start = crystal(0.04);
  const auto make = [&](std::uint64_t seed, std::int64_t structure) {
    return cageState(crystalMixture(), start, 0.3, settings(20), seed, structure).position;
  };
  EXPECT_EQ(make(1, 0), make(1, 0));
  EXPECT_NE(make(1, 0), make(2, 0));
  EXPECT_NE(make(1, 0), make(1, 1));
}

TEST(Cage, choosesItsStepInTheBurnInAndSaysWhatItWas) {
  const Snapshot start = crystal(0.04);
  auto s = settings(100);
  for (const double first : {0.005, 0.3}) {
    s.displacement = first;
    const CageState cage = cageState(crystalMixture(), start, 0.3, s, 1, 0);
    EXPECT_NEAR(cage.acceptance, 0.4, 0.05);
    EXPECT_NE(cage.displacement, first);
    EXPECT_EQ(cage.sweeps, 100);
    EXPECT_EQ(cage.burn_in, 100);
    EXPECT_EQ(cage.radius, 0.3);
  }
  s.tune_displacement = false;
  s.displacement = 0.02;
  s.burn_in = 0;
  EXPECT_EQ(cageState(crystalMixture(), start, 0.3, s, 1, 0).displacement, 0.02);
}

TEST(Cage, tellsHowFarItIsAndMayBeStopped) {
  double told = 0;
  test::ProgressMonitor listener([&](double share) {
    EXPECT_GT(share, told);
    told = share;
  });
  cageState(crystalMixture(), crystal(0), 0.3, settings(100), 1, 0, listener);
  EXPECT_EQ(told, 1);
  test::ProgressMonitor stop([](double) { throw InputError("stop"); });
  EXPECT_THROW(cageState(crystalMixture(), crystal(0), 0.3, settings(100), 1, 0, stop), InputError);
}

TEST(Cage, refusesSettingsWithoutSense) {
  const auto refused = [](auto change) {
    auto s = settings(100);
    change(s);
    EXPECT_THROW(cageState(crystalMixture(), crystal(0), 0.3, s, 1, 0), InputError);
  };
  refused([](CageSettings& s) { s.radius = 0; });
  refused([](CageSettings& s) { s.sweeps = 1; });
  refused([](CageSettings& s) { s.displacement = -1; });
  refused([](CageSettings& s) { s.burn_in = 5; });
}

TEST(Basin, ofACrystalIsOneForBothMinimisers) {
  const QuenchOptions options{1e-9, 50000, 0.4};
  const Snapshot start = crystal(0.04);
  const QuenchResult first = quench(crystalMixture(), start, options);
  const BasinCheck check = checkBasin(crystalMixture(), start, options, first);
  EXPECT_TRUE(check.made);
  EXPECT_TRUE(check.same_basin);
  EXPECT_LT(check.max_force, 1e-9);
  EXPECT_LT(check.distance, 1e-6);
  EXPECT_GT(check.distance, 0);  // they went different ways
  EXPECT_NEAR(check.energy_per_particle, first.energy_per_particle, 1e-12);
}

TEST(Basin, isAnotherOneWhereAParticleIsElsewhereOrAMinimiserGaveUp) {
  const QuenchOptions options{1e-9, 50000, 0.4};
  const Snapshot start = crystal(0.04);
  QuenchResult first = quench(crystalMixture(), start, options);
  QuenchResult moved = first;
  moved.position[7] += 0.02;
  const BasinCheck elsewhere = checkBasin(crystalMixture(), start, options, moved);
  EXPECT_FALSE(elsewhere.same_basin);
  EXPECT_NEAR(elsewhere.distance, 0.02, 1e-6);
  EXPECT_FALSE(checkBasin(crystalMixture(), start, {1e-9, 10, 0.4}, first).same_basin);
  first.energy_per_particle += 1e-4;
  EXPECT_FALSE(checkBasin(crystalMixture(), start, options, first).same_basin);
}

}  // namespace
}  // namespace glassforge::iso
