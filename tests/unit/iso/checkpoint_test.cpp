// Every long computation, stopped again and again at its checkpoints, ends with the bits of an undisturbed one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "iso/cage.hpp"
#include "iso/dynamics.hpp"
#include "iso/launch.hpp"
#include "support/task_monitors.hpp"
#include "swapmc/equilibrate.hpp"
#include "unit/iso/small_liquid.hpp"

namespace glassforge::iso {
namespace {

/// Bit for bit, NaN included.
void expectSameBits(const std::vector<double>& a, const std::vector<double>& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size() * sizeof(double)), 0) << what;
}

void expectSame(const ReplicaLabels& a, const ReplicaLabels& b) {
  expectSameBits(a.displacement.values(), b.displacement.values(), "displacement");
  expectSameBits(a.bond_breaking.values(), b.bond_breaking.values(), "bond breaking");
  expectSameBits(a.frames.values(), b.frames.values(), "frames");
  expectSameBits(a.energy_drift, b.energy_drift, "energy drift");
  EXPECT_EQ(a.pair_sum.values(), b.pair_sum.values());
  EXPECT_EQ(a.pair_sum2.values(), b.pair_sum2.values());
  EXPECT_EQ(a.pair_replicas, b.pair_replicas);
  EXPECT_EQ(a.status, b.status);
}

ReplicaLabels launchInPieces(const Campaign& c, const StepLadder& ladder, int every, int& stops) {
  test::StoppingMonitor monitor(every);
  auto labels = monitor.untilDone([&](TaskMonitor& m) { return launch(c, ladder, liquid().thermal, {0, 1, 3}, m); });
  stops = monitor.stops();
  return labels;
}

TEST(Checkpoint, replicasGoOnWithTheSameBits) {
  for (const std::string dynamics : {"nve", "nvt"}) {
    for (const Precision precision : {Precision::full, Precision::mixed}) {
      Campaign c = smallCampaign();
      c.replicas.dynamics = dynamics;
      c.engine.precision = precision;
      c.replicas.keep_frames = c.labels.pairs = true;
      const auto ladder = StepLadder::fromSteps({1, 700, 2500, 2501, 4600}, 0.01);
      const auto whole = launch(c, ladder, liquid().thermal, {0, 1, 3});
      int stops = 0;
      expectSame(launchInPieces(c, ladder, 1, stops), whole);
      EXPECT_EQ(stops, 6);  // after steps 1, 700, 2500, 2501, 4501, 4600
      expectSame(launchInPieces(c, ladder, 4, stops), whole);
      EXPECT_EQ(stops, 1);
    }
  }
}

TEST(Checkpoint, aReplicaThatFailedStaysFailed) {
  Campaign c = smallCampaign();
  c.labels.pairs = true;
  const auto ladder = StepLadder::fromSteps({1, 2, 2100, 4100}, 0.06);  // too large a step for some
  const auto whole = launch(c, ladder, liquid().thermal, {0, 1, 3});
  ASSERT_TRUE(std::any_of(whole.status.begin(), whole.status.end(), [](const auto& s) { return s != "done"; }));
  int stops = 0;
  expectSame(launchInPieces(c, ladder, 1, stops), whole);
}

TEST(Checkpoint, shortRunsGoOnWithTheSameBits) {
  const Campaign c = smallCampaign();
  const auto ladder = dynamicsLadder(60, 0.01);
  const auto whole = runDynamics(c, ladder, liquid(), 1);
  test::StoppingMonitor monitor(5);
  const auto pieces = monitor.untilDone([&](TaskMonitor& m) { return runDynamics(c, ladder, liquid(), 1, m); });
  EXPECT_GE(monitor.stops(), 5);
  expectSameBits(pieces.fs, whole.fs, "F_s");
  expectSameBits(pieces.msd.values(), whole.msd.values(), "msd");
}

TEST(Checkpoint, cageStatesGoOnWithTheSameBits) {
  const Campaign c = smallCampaign();
  CageSettings settings;
  settings.sweeps = 501;
  settings.burn_in = 203;
  const auto cage = [&](TaskMonitor& m) {
    return cageState(c.system.mixture, liquid().thermal, c.system.temperature, settings, 3, 0, m);
  };
  TaskMonitor nobody;
  const auto whole = cage(nobody);
  test::StoppingMonitor monitor(3);
  const auto pieces = monitor.untilDone(cage);
  EXPECT_GE(monitor.stops(), 10);
  expectSameBits(pieces.position, whole.position, "position");
  EXPECT_EQ(pieces.acceptance, whole.acceptance);
  EXPECT_EQ(pieces.displacement, whole.displacement);
  EXPECT_EQ(pieces.spread, whole.spread);
}

/// A run that its certificate sends back twice.
Campaign sampledBy(const std::string& method) {
  Campaign c = smallCampaign();
  c.equilibrate.method = method;
  c.equilibrate.sweeps = 400;
  c.equilibrate.samples = 8;
  c.equilibrate.time = 6;
  c.equilibrate.block_time = 0.2;
  c.equilibrate.tune_displacement = method == "swap";
  c.certificate.make = true;
  c.certificate.on_failure = "redo";
  c.certificate.redos = 2;
  c.certificate.largest_scattering = -1;  // never reached: F_s of few particles can fall below 0, but not below -1
  return c;
}

TEST(Checkpoint, equilibrationGoesOnWithTheSameBits) {
  for (const std::string method : {"swap", "md", "hybrid"}) {
    const Campaign c = sampledBy(method);
    const auto whole = swapmc::equilibrate(c, 1);
    ASSERT_EQ(whole.equilibration.redos, 2) << method;
    for (const int every : {1, 7}) {
      test::StoppingMonitor monitor(every);
      const auto pieces = monitor.untilDone([&](TaskMonitor& m) { return swapmc::equilibrate(c, 1, m); });
      EXPECT_GE(monitor.stops(), 4) << method;
      expectSameBits(pieces.thermal.position, whole.thermal.position, method + " position");
      expectSameBits(pieces.thermal.velocity, whole.thermal.velocity, method + " velocity");
      EXPECT_EQ(pieces.thermal.image, whole.thermal.image);
      EXPECT_EQ(pieces.thermal.species, whole.thermal.species);
      expectSameBits(pieces.equilibration.energy, whole.equilibration.energy, method + " energy");
      expectSameBits(pieces.equilibration.pressure, whole.equilibration.pressure, method + " pressure");
      expectSameBits(pieces.equilibration.move_acceptance, whole.equilibration.move_acceptance, method + " acceptance");
      EXPECT_EQ(pieces.equilibration.displacement, whole.equilibration.displacement);
      EXPECT_EQ(pieces.equilibration.energy_error, whole.equilibration.energy_error);
      EXPECT_EQ(pieces.equilibration.window_begin, whole.equilibration.window_begin);
      ASSERT_EQ(pieces.checks.size(), whole.checks.size());
      for (std::size_t k = 0; k < whole.checks.size(); ++k) EXPECT_EQ(pieces.checks[k].value, whole.checks[k].value);
    }
  }
}

}  // namespace
}  // namespace glassforge::iso
