#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "iso/dynamics.hpp"
#include "iso/launch.hpp"
#include "iso/quench.hpp"
#include "unit/iso/small_liquid.hpp"

namespace glassforge::iso {
namespace {

TEST(Equilibrate, recordsARunThatCoolsDownAndItsLedger) {
  const auto& series = liquid().equilibration;
  EXPECT_EQ(series.energy.size(), 10u);
  EXPECT_LT(series.energy.back(), series.energy.front());
  EXPECT_NEAR(series.temperature.back(), 0.6, 1e-12);
  EXPECT_LT(series.energy_error, 1e-10);
  EXPECT_EQ(series.move_names.size(), 3u);
  EXPECT_NEAR(series.energy.back(),
              test::bruteForce<2>(smallCampaign().system.mixture, liquid().thermal).energy /
                  static_cast<double>(liquid().thermal.particles()),
              1e-10);
}

TEST(Quench, endsInAMinimumOfTheSameFrame) {
  const Campaign c = smallCampaign();
  const QuenchResult result = quench(c.system.mixture, liquid().thermal, {1e-9, 50000, 0.5});
  EXPECT_EQ(result.stop_reason, "converged");
  EXPECT_LT(result.max_force, 1e-9);
  Snapshot end = liquid().thermal;
  end.position = result.position;
  const auto reference = test::bruteForce<2>(c.system.mixture, end);
  for (const double f : reference.force) EXPECT_LT(std::abs(f), 2e-9);
  EXPECT_NEAR(result.energy_per_particle, reference.energy / static_cast<double>(end.particles()), 1e-11);
  EXPECT_LT(result.energy_per_particle, liquid().energy);
  // no particle is a box away, and a random kick around the end costs energy: it is a minimum
  const auto start = liquid().thermal.unwrapped();
  for (std::size_t i = 0; i < start.size(); ++i) EXPECT_LT(std::abs(result.position[i] - start[i]), 2.0);
  const RandomStream stream({1, Purpose::test, 0, 0});
  for (std::uint64_t kick = 0; kick < 5; ++kick) {
    Snapshot moved = end;
    for (std::size_t i = 0; i < moved.position.size(); ++i) {
      moved.position[i] += 1e-4 * stream.normals(kick, static_cast<std::uint32_t>(i))[0];
    }
    EXPECT_GT(test::bruteForce<2>(c.system.mixture, moved).energy, reference.energy);
  }
}

TEST(Quench, keepsTheCentreAsSteepestDescentDoes) {
  const QuenchResult result = quench(smallCampaign().system.mixture, liquid().thermal, {1e-9, 50000, 0.5});
  const auto start = liquid().thermal.unwrapped();
  double moved[2] = {0, 0};
  for (std::size_t i = 0; i < start.size(); ++i) moved[i % 2] += result.position[i] - start[i];
  for (const double sum : moved) EXPECT_NEAR(sum, 0, 1e-9);
}

TEST(Quench, saysWhyItStoppedEarly) {
  const Campaign c = smallCampaign();
  const QuenchResult result = quench(c.system.mixture, liquid().thermal, {1e-9, 20, 0.5});
  EXPECT_EQ(result.stop_reason, "evaluations");
  EXPECT_GT(result.max_force, 1e-9);
}

TEST(Launch, labelsAreThoseOfTheFrames) {
  const Campaign c = smallCampaign();
  const auto ladder = StepLadder::fromTimes({0.1, 1.0, 2.5}, 0.01);
  const auto labels = launch(c, ladder, liquid().thermal, {0, 0, 3});
  const auto origin = liquid().thermal.unwrapped();
  for (std::size_t t = 0; t < 3; ++t) {
    for (std::size_t r = 0; r < 3; ++r) {
      EXPECT_EQ(labels.status[r], "done");
      const auto x = labels.frames.row(t, r);
      for (std::size_t i = 0; i < origin.size() / 2; ++i) {
        const double d = std::hypot(x[2 * i] - origin[2 * i], x[2 * i + 1] - origin[2 * i + 1]);
        ASSERT_NEAR(labels.displacement(t, r, i), d, 1e-15);
        ASSERT_GE(labels.bond_breaking(t, r, i), 0);
        ASSERT_LE(labels.bond_breaking(t, r, i), 1);
      }
    }
  }
}

TEST(Launch, aReplicaDoesNotDependOnItsBlockAndAllAreDistinct) {
  const Campaign c = smallCampaign();
  const auto ladder = StepLadder::fromTimes({0.1, 1.5}, 0.01);
  const auto all = launch(c, ladder, liquid().thermal, {0, 0, 6});
  const auto ones = launch(c, ladder, liquid().thermal, {0, 4, 1});
  const auto pair = launch(c, ladder, liquid().thermal, {0, 3, 2});
  std::set<double> seen;
  for (std::size_t i = 0; i < all.displacement.extent(2); ++i) {
    EXPECT_EQ(all.displacement(1, 4, i), ones.displacement(1, 0, i));
    EXPECT_EQ(all.displacement(1, 4, i), pair.displacement(1, 1, i));
  }
  for (std::size_t r = 0; r < 6; ++r) seen.insert(all.displacement(0, r, 0));
  EXPECT_EQ(seen.size(), 6u);
  const auto other_structure = launch(c, ladder, liquid().thermal, {1, 4, 1});
  EXPECT_NE(other_structure.displacement(0, 0, 0), ones.displacement(0, 0, 0));
}

TEST(Launch, reductionsOverBlocksAreThoseOfTheWhole) {
  const Campaign c = smallCampaign();
  const auto ladder = StepLadder::fromTimes({0.1, 0.5}, 0.01);
  const auto& species = liquid().thermal.species;
  const auto whole = gatherReplicas(ladder, species, {launch(c, ladder, liquid().thermal, {0, 0, 6})});
  const auto parts =
      gatherReplicas(ladder, species,
                     {launch(c, ladder, liquid().thermal, {0, 0, 4}), launch(c, ladder, liquid().thermal, {0, 4, 2})});
  EXPECT_EQ(whole.displacement, parts.displacement);
  EXPECT_EQ(whole.displacement_variance, parts.displacement_variance);
  EXPECT_EQ(whole.bond_breaking, parts.bond_breaking);
  EXPECT_EQ(whole.replicas.frames, parts.replicas.frames);
  EXPECT_THROW(gatherReplicas(ladder, species, {launch(c, ladder, liquid().thermal, {0, 1, 2})}), Error);
}

TEST(Launch, meansLeaveOutReplicasThatWereStopped) {
  Array<double> values({1, 3, 2}, std::vector<double>{1, 2, 1e9, 1e9, 3, 6});
  Array<double> mean, variance;
  reduceReplicas(values, {"done", "lost", "done"}, mean, variance);
  EXPECT_EQ(mean.values(), (std::vector<double>{2, 4}));
  EXPECT_EQ(variance.values(), (std::vector<double>{2, 8}));
  const Array<double> ones({1, 7, 1}, 1.0);
  reduceReplicas(ones, std::vector<std::string>(7, "done"), mean, variance);
  EXPECT_EQ(mean(0, 0), 1.0);  // a share of bonds never exceeds one by rounding
}

TEST(Launch, makesOnlyTheLabelsAskedFor) {
  Campaign c = smallCampaign();
  c.labels.displacement = false;
  c.replicas.keep_frames = false;
  const auto ladder = StepLadder::fromTimes({0.1}, 0.01);
  const auto labels =
      gatherReplicas(ladder, liquid().thermal.species, {launch(c, ladder, liquid().thermal, {0, 0, 2})});
  EXPECT_TRUE(labels.displacement.empty());
  EXPECT_TRUE(labels.replicas.frames.empty());
  EXPECT_EQ(labels.bond_breaking.shape(), (std::vector<std::size_t>{1, liquid().thermal.particles()}));
}

/// Chaos makes trajectories part, so single replicas differ; their means agree within the noise of the replicas.
TEST(Launch, mixedPrecisionGivesTheSameLabelsWithinNoise) {
  Campaign c = smallCampaign();
  c.replicas.count = 16;
  const auto ladder = StepLadder::fromTimes({0.1, 3.0}, 0.01);
  const auto full = gatherReplicas(ladder, liquid().thermal.species, {launch(c, ladder, liquid().thermal, {0, 0, 16})});
  c.engine.precision = Precision::mixed;
  const auto mixed =
      gatherReplicas(ladder, liquid().thermal.species, {launch(c, ladder, liquid().thermal, {0, 0, 16})});
  EXPECT_NE(full.displacement, mixed.displacement);
  double chi2 = 0;
  const std::size_t n = liquid().thermal.particles();
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_NEAR(mixed.displacement(0, i), full.displacement(0, i), 1e-4);  // before chaos
    const double d = mixed.displacement(1, i) - full.displacement(1, i);
    chi2 += d * d / ((full.displacement_variance(1, i) + mixed.displacement_variance(1, i)) / 16);
  }
  EXPECT_LT(chi2 / static_cast<double>(n), 1.5);  // 1 where the two sets are independent, less where they share starts
}

TEST(Launch, nvtConservesItsQuantityToo) {
  Campaign c = smallCampaign();
  c.replicas.dynamics = "nvt";
  const auto labels = launch(c, StepLadder::fromTimes({5}, 0.01), liquid().thermal, {0, 0, 1});
  EXPECT_EQ(labels.status[0], "done");
  EXPECT_LT(std::abs(labels.energy_drift[0]), 5e-3);
}

TEST(Dynamics, scatteringIsOneAtRestAndFollowsTheCosine) {
  const std::vector<std::int32_t> species{0, 1};
  EXPECT_DOUBLE_EQ(selfScattering(species, {0, 0, 5, 5}, 2, kWaveNumber), 1);
  EXPECT_NEAR(selfScattering(species, {0.25, 0.5, 0, 0}, 2, kWaveNumber), -0.5, 1e-12);
}

TEST(Dynamics, relaxationTimeIsWhereScatteringCrossesOneOverE) {
  std::vector<double> times, fs;
  for (int k = 0; k <= 40; ++k) {
    times.push_back(0.1 * std::pow(10, k / 10.0));
    fs.push_back(std::exp(-std::pow(times.back() / 30, 0.7)));
  }
  EXPECT_NEAR(crossingTime(times, fs, kStructuralDecay), 30, 1e-9);  // exact for a stretched exponential
  EXPECT_TRUE(std::isnan(crossingTime(times, std::vector<double>(times.size(), 0.9), kStructuralDecay)));
}

TEST(Dynamics, theLadderIsLogarithmicAndEndsWhereAsked) {
  const auto ladder = dynamicsLadder(100, 0.01);
  EXPECT_EQ(ladder.steps().front(), 1);
  EXPECT_EQ(ladder.last(), 10000);
  EXPECT_LT(ladder.size(), 45u);
}

TEST(Dynamics, theCentreOfMassStays) {
  Campaign c = smallCampaign();
  for (const std::string dynamics : {"nve", "nvt"}) {
    c.replicas.dynamics = dynamics;
    const auto labels = launch(c, StepLadder::fromTimes({20}, 0.01), liquid().thermal, {0, 0, 1});
    const auto origin = liquid().thermal.unwrapped();
    double moved[2] = {0, 0};
    for (std::size_t i = 0; i < origin.size(); ++i) moved[i % 2] += labels.frames.values()[i] - origin[i];
    for (const double sum : moved) EXPECT_NEAR(sum / static_cast<double>(liquid().thermal.particles()), 0, 1e-11);
  }
}

TEST(Dynamics, runsOfOneStructureDifferAndCountAsOne) {
  const Campaign c = smallCampaign();
  const auto ladder = dynamicsLadder(1, 0.01);
  const std::vector<DynamicsRun> runs{runDynamics(c, ladder, liquid()), runDynamics(c, ladder, liquid(), 1)};
  EXPECT_NE(runs[0].fs, runs[1].fs);
  const auto record = combineDynamics(ladder, runs, 2);
  ASSERT_EQ(record.structures.size(), 1u);
  EXPECT_EQ(record.replicas, 2);
  EXPECT_DOUBLE_EQ(record.fs.back(), (runs[0].fs.back() + runs[1].fs.back()) / 2);
  EXPECT_TRUE(std::isnan(record.fs_error.back()));
  EXPECT_THROW(combineDynamics(ladder, {runs[0]}, 2), PhysicsError);
}

TEST(Dynamics, shortTimesAreBallistic) {
  const Campaign c = smallCampaign();
  const auto ladder = dynamicsLadder(1, 0.01);
  const auto record = combineDynamics(ladder, {runDynamics(c, ladder, liquid())});
  const double t = record.times[0];
  EXPECT_NEAR(record.msd(0, 0), 2 * 0.6 * t * t, 0.2 * 2 * 0.6 * t * t);  // D T t^2 / m
  EXPECT_GT(record.fs.front(), 0.99);
}

}  // namespace
}  // namespace glassforge::iso
