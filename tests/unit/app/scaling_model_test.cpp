// The fit of the scaling model gives back the parameters of times made from it, and says which it could not tell.
#include "app/scaling_model.hpp"

#include <gtest/gtest.h>

namespace glassforge::app {
namespace {

ScalingModel truth() {
  ScalingModel model;
  model.serial = 3;
  model.task = 7.5;
  model.request = 0.02;
  return model;
}

/// Times of the model, each changed by a share of its own that goes to both sides.
std::vector<ScalingPoint> made(const ScalingModel& model, const std::vector<double>& ranks, double tasks, bool weak,
                               double noise) {
  std::vector<ScalingPoint> points;
  double sign = 1;
  for (const double n : ranks) {
    for (int repeat = 0; repeat < 3; ++repeat) {
      const double all = weak ? tasks * n : tasks;
      points.push_back({n, all, model.seconds(n, all) * (1 + sign * noise * (repeat - 1))});
    }
    sign = -sign;
  }
  return points;
}

TEST(ScalingModel, hasTheFormThatTheDocsState) {
  EXPECT_DOUBLE_EQ(truth().seconds(1, 10), 3 + 75 + 0.02 * 11);
  EXPECT_DOUBLE_EQ(truth().seconds(4, 10), 3 + 7.5 * 3 + 0.02 * 14);
  EXPECT_DOUBLE_EQ(truth().seconds(100, 10), 3 + 7.5 + 0.02 * 110);
}

TEST(ScalingModel, aStrongSeriesGivesBackAllParameters) {
  const auto fit = fitScaling(made(truth(), {1, 2, 4, 8, 16, 64}, 160, false, 0), {1, 1});
  EXPECT_NEAR(fit.serial, 3, 1e-9);
  EXPECT_NEAR(fit.task, 7.5, 1e-9);
  EXPECT_NEAR(fit.request, 0.02, 1e-9);
  EXPECT_TRUE(fit.task_fitted && fit.request_fitted);
  EXPECT_LT(fit.residual, 1e-12);
}

TEST(ScalingModel, noiseStaysWithinTheErrors) {
  const auto fit = fitScaling(made(truth(), {1, 2, 4, 8, 16, 64}, 160, false, 0.02), {7, 0.02});
  EXPECT_NEAR(fit.task, 7.5, 3 * fit.task_error);
  EXPECT_NEAR(fit.serial, 3, 3 * fit.serial_error);
  EXPECT_GT(fit.task_error, 0);
  EXPECT_NEAR(fit.residual, 0.02 * std::sqrt(2.0 / 3), 0.004);
}

TEST(ScalingModel, twoNumbersOfRanksLeaveTheRequestAsMeasured) {
  const auto fit = fitScaling(made(truth(), {1, 2}, 10, false, 0), {1, 0.02});
  EXPECT_FALSE(fit.request_fitted);
  EXPECT_EQ(fit.request, 0.02);
  EXPECT_NEAR(fit.task, 7.5, 1e-9);
  EXPECT_NEAR(fit.serial, 3, 1e-9);
}

TEST(ScalingModel, aRequestThatDrownsInNoiseIsTheMeasuredOne) {
  ScalingModel quick = truth();
  quick.request = 1e-6;
  const auto fit = fitScaling(made(quick, {1, 2, 4}, 40, false, 0.02), {1, 2e-6});
  EXPECT_FALSE(fit.request_fitted);
  EXPECT_EQ(fit.request, 2e-6);
}

TEST(ScalingModel, aWeakSeriesTakesTheTaskAsMeasured) {
  const auto fit = fitScaling(made(truth(), {1, 2, 4, 8}, 5, true, 0), {7.5, 1});
  EXPECT_FALSE(fit.task_fitted);
  EXPECT_EQ(fit.task, 7.5);
  EXPECT_NEAR(fit.serial, 3, 1e-9);
  EXPECT_NEAR(fit.request, 0.02, 1e-9);
}

TEST(ScalingModel, noParameterIsNegative) {
  const auto fit = fitScaling({{1, 8, 10}, {2, 8, 4.5}, {4, 8, 2}}, {1.25, 1e-5});  // faster than ideal
  EXPECT_EQ(fit.serial, 0);
  EXPECT_GT(fit.task, 0);
  EXPECT_GE(fit.request, 0);
}

}  // namespace
}  // namespace glassforge::app
