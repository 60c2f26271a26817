#include "core/step_ladder.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace glassforge {
namespace {

TEST(StepLadder, takesTheNearestStepAndKeepsItsExactTime) {
  const auto ladder = StepLadder::fromTimes({0.11, 1.254, 14.14}, 0.01);
  EXPECT_EQ(ladder.steps(), (std::vector<std::int64_t>{11, 125, 1414}));
  EXPECT_DOUBLE_EQ(ladder.times()[1], 1.25);
}

TEST(StepLadder, refusesTimesThatStepsCannotMeet) {
  EXPECT_THROW(StepLadder::fromTimes({0.014}, 0.01), InputError);  // 0.01 is 29 % off
  EXPECT_THROW(StepLadder::fromTimes({0.001}, 0.01), InputError);
  EXPECT_THROW(StepLadder::fromTimes({-1}, 0.01), InputError);
  EXPECT_THROW(StepLadder::fromTimes({1, 1.001}, 0.01), InputError);  // the same step twice
  EXPECT_THROW(StepLadder::fromTimes({2, 1}, 0.01), InputError);
  EXPECT_THROW(StepLadder::fromTimes({}, 0.01), InputError);
  EXPECT_THROW(StepLadder::fromTimes({1}, 0), InputError);
}

TEST(StepLadder, givesThePublishedTimesOfKA2D) {
  const auto warm = StepLadder::glassbench("KA2D", 0.30, 0.01);
  const std::vector<double> expected{0.11, 1.25, 14.14, 158.74, 1781.79, 20000};
  ASSERT_EQ(warm.size(), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(warm.times()[k], expected[k], 1e-9);
  const auto cold = StepLadder::glassbench("KA2D", 0.231, 0.01);
  ASSERT_EQ(cold.size(), 8u);
  EXPECT_NEAR(cold.times()[0], 0.1, 1e-9);      // tc05
  EXPECT_NEAR(cold.times()[2], 11.64, 1e-9);    // tc15
  EXPECT_NEAR(cold.times()[4], 1288.41, 1e-9);  // tc25
  EXPECT_NEAR(cold.times()[7], 1.5e6, 1e-6);    // tc40
  const auto finer = StepLadder::glassbench("KA2D", 0.30, 0.0025);  // the same times, not the same steps
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(finer.times()[k], expected[k], 1e-9);
}

TEST(StepLadder, givesThePublishedTimesOfKA) {
  const auto ladder = StepLadder::glassbench("KA", 0.44, 0.0025);
  EXPECT_EQ(ladder.size(), 10u);
  EXPECT_NEAR(ladder.times()[6], 4120, 1e-6);
  EXPECT_THROW(StepLadder::glassbench("mine", 0.44, 0.0025), InputError);
}

}  // namespace
}  // namespace glassforge
