#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "iso/launch.hpp"
#include "iso/pairs.hpp"
#include "unit/iso/small_liquid.hpp"

namespace glassforge::iso {
namespace {

using ::testing::HasSubstr;

Campaign pairCampaign() {
  Campaign c = smallCampaign();
  c.labels.pairs = true;
  c.labels.pair_cutoff = 1.5;
  c.labels.overlap = true;
  c.labels.overlap_distance = 0.1;
  return c;
}

std::size_t particles() {
  return liquid().thermal.particles();
}

StepLadder ladderOf(const std::vector<std::int64_t>& steps) {
  return StepLadder::fromSteps(steps, 0.01);
}

StructureLabels labelsOf(const Campaign& c, const StepLadder& ladder, const std::vector<ReplicaLabels>& blocks) {
  auto labels = gatherReplicas(ladder, liquid().thermal.species, blocks);
  addDerivedLabels(c.labels, liquid().thermal, labels);
  return labels;
}

std::string messageOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const PhysicsError& error) {
    return error.what();
  }
  return "no error";
}

double distance(const Snapshot& s, const double* a, const double* b) {
  double r2 = 0;
  for (std::size_t k = 0; k < 2; ++k) {
    double best = 1e300;
    for (int copy = -3; copy <= 3; ++copy) best = std::min(best, std::abs(a[k] - b[k] + copy * s.box[k]));
    r2 += best * best;
  }
  return std::sqrt(r2);
}

TEST(PairLabels, areTheBruteForceSumOverFrames) {
  const Campaign c = pairCampaign();
  const auto ladder = ladderOf({10, 400});
  const auto labels = labelsOf(c, ladder, {launch(c, ladder, liquid().thermal, {0, 0, 5})});
  const Snapshot& start = liquid().thermal;
  const auto origin = start.unwrapped();
  std::size_t e = 0;
  for (std::size_t i = 0; i < particles(); ++i) {
    for (std::size_t j = i + 1; j < particles(); ++j) {
      const double before = distance(start, &origin[2 * i], &origin[2 * j]);
      if (before >= 1.5) continue;
      ASSERT_EQ(labels.pairs.edges(e, 0), static_cast<std::int32_t>(i));
      ASSERT_EQ(labels.pairs.edges(e, 1), static_cast<std::int32_t>(j));
      for (std::size_t t = 0; t < 2; ++t) {
        double mean = 0, squares = 0;
        for (std::size_t r = 0; r < 5; ++r) {
          const auto x = labels.replicas.frames.row(t, r);
          const double change = distance(start, &x[2 * i], &x[2 * j]) - before;
          mean += change / 5;
          squares += change * change;
        }
        ASSERT_NEAR(labels.pairs.change(t, e), mean, 2 / kPairScale);
        ASSERT_NEAR(labels.pairs.variance(t, e), (squares - 5 * mean * mean) / 4, 1e-8);
      }
      ++e;
    }
  }
  EXPECT_EQ(e, labels.pairs.edges.extent(0));
}

TEST(PairLabels, sumsDoNotDependOnBlocksAndGrow) {
  const Campaign c = pairCampaign();
  const auto ladder = ladderOf({10, 50});
  const auto& start = liquid().thermal;
  const auto whole = labelsOf(c, ladder, {launch(c, ladder, start, {0, 0, 5})});
  const auto first = labelsOf(c, ladder, {launch(c, ladder, start, {0, 0, 2})});
  const auto parts =
      labelsOf(c, ladder, {launch(c, ladder, start, {0, 4, 1}), first.replicas, launch(c, ladder, start, {0, 2, 2})});
  EXPECT_EQ(whole.replicas.pair_sum, parts.replicas.pair_sum);
  EXPECT_EQ(whole.replicas.pair_sum2, parts.replicas.pair_sum2);
  EXPECT_EQ(whole.pairs.change, parts.pairs.change);
  EXPECT_EQ(whole.pairs.variance, parts.pairs.variance);
  EXPECT_EQ(parts.replicas.pair_replicas, (std::vector<std::int64_t>{5, 5}));
}

/// A time step at which energy is lost by more than is allowed, for some replicas and not for others, would be luck:
/// here all are stopped, and nothing may be left of what they had put in.
TEST(PairLabels, hasNothingOfReplicasThatWereStopped) {
  const Campaign c = pairCampaign();
  const auto ladder = StepLadder::fromSteps({1, 3000}, 0.06);
  const auto labels = launch(c, ladder, liquid().thermal, {0, 0, 3});
  for (const auto& status : labels.status) ASSERT_NE(status, "done");
  EXPECT_EQ(labels.pair_sum, Array<std::int64_t>(labels.pair_sum.shape(), 0));
  EXPECT_EQ(labels.pair_sum2, Array<std::int64_t>(labels.pair_sum2.shape(), 0));
  EXPECT_EQ(labels.pair_replicas, (std::vector<std::int64_t>{0, 0}));
}

TEST(PairLabels, refuseCutoffsThatFindNothingOrTooMuch) {
  EXPECT_THROW(PairDistances(liquid().thermal, 0.1), InputError);
  EXPECT_THROW(PairDistances(liquid().thermal, liquid().thermal.box[0]), InputError);
}

TEST(Overlap, isTheShareOfReplicasThatStayedNear) {
  const Campaign c = pairCampaign();
  const auto ladder = ladderOf({20, 300});
  const auto labels = labelsOf(c, ladder, {launch(c, ladder, liquid().thermal, {0, 0, 4})});
  for (std::size_t t = 0; t < 2; ++t) {
    for (std::size_t i = 0; i < particles(); ++i) {
      int near = 0;
      for (std::size_t r = 0; r < 4; ++r) near += labels.replicas.displacement(t, r, i) < 0.1;
      ASSERT_EQ(labels.overlap(t, i), near / 4.0);
    }
  }
}

TEST(Ceiling, byHand) {
  // species 0: labels 1 and 3 (variance 1), noise 0.8 / 4 and 0.4 / 4; species 1: noise beyond the spread
  const Array<double> mean({1, 4}, std::vector<double>{1, 3, 5, 5.1}),
      variance({1, 4}, std::vector<double>{0.8, 0.4, 9, 9});
  const auto ceiling = ceilingOf(mean, variance, 4, {0, 0, 1, 1});
  EXPECT_NEAR(ceiling(0, 0), std::sqrt(1 - 0.15), 1e-15);
  EXPECT_EQ(ceiling(0, 1), 0);
}

TEST(Gather, timesAddedLaterGiveTheSameBits) {
  Campaign c = pairCampaign();
  for (const std::string dynamics : {"nve", "nvt"}) {
    c.replicas.dynamics = dynamics;
    const auto& start = liquid().thermal;
    const auto all = ladderOf({7, 20, 93, 250});
    const auto whole = labelsOf(c, all, {launch(c, all, start, {0, 0, 3})});
    const auto grown = labelsOf(c, all,
                                {launch(c, ladderOf({20, 93}), start, {0, 0, 2}), launch(c, all, start, {0, 2, 1}),
                                 launch(c, ladderOf({7, 250}), start, {0, 0, 2})});
    EXPECT_EQ(whole.replicas.displacement, grown.replicas.displacement);
    EXPECT_EQ(whole.replicas.frames, grown.replicas.frames);
    EXPECT_EQ(whole.replicas.bond_breaking, grown.replicas.bond_breaking);
    EXPECT_EQ(whole.replicas.pair_sum, grown.replicas.pair_sum);
    EXPECT_EQ(whole.replicas.energy_drift, grown.replicas.energy_drift);
    EXPECT_EQ(whole.displacement_variance, grown.displacement_variance);
    EXPECT_EQ(whole.pairs.change, grown.pairs.change);
  }
}

TEST(Gather, refusesWhatDoesNotJoin) {
  Campaign c = smallCampaign();
  c.replicas.keep_frames = false;
  const auto ladder = ladderOf({10, 20});
  const auto& species = liquid().thermal.species;
  const auto block = launch(c, ladder, liquid().thermal, {0, 0, 3});
  const auto gather = [&](const std::vector<ReplicaLabels>& blocks) {
    return messageOf([&] { gatherReplicas(ladder, species, blocks); });
  };
  EXPECT_EQ(gather({block}), "no error");
  EXPECT_EQ(gatherReplicas(ladder, species, {block}).distinct_pairs, 3);
  EXPECT_EQ(gather({block, block}), "no error");  // the same once more, bit for bit
  auto changed = block;
  changed.displacement(1, 2, 5) *= 1 + 1e-15;
  EXPECT_THAT(gather({block, changed}), HasSubstr("displacement of replica 2 at step 20 came out otherwise"));
  auto short_of_one = block;
  short_of_one.steps = {10, 30};
  EXPECT_THAT(gather({short_of_one}), HasSubstr("step 30"));
  EXPECT_THAT(gather({launch(c, ladderOf({20}), liquid().thermal, {0, 0, 3})}),
              HasSubstr("replica 0 is missing at step 10"));
}

TEST(Gather, refusesTwoReplicasThatAreTheSame) {
  Campaign c = smallCampaign();
  c.replicas.keep_frames = false;
  const auto ladder = ladderOf({10, 20});
  auto forged = launch(c, ladder, liquid().thermal, {7, 0, 4});
  for (std::size_t t = 0; t < 2; ++t) {
    const auto from = forged.displacement.row(t, 1), to = forged.displacement.row(t, 3);
    std::copy(from.begin(), from.end(), to.begin());
  }
  EXPECT_THAT(messageOf([&] { gatherReplicas(ladder, liquid().thermal.species, {forged}); }),
              HasSubstr("structure 7: replicas 1 and 3 are the same run"));
}

}  // namespace
}  // namespace glassforge::iso
