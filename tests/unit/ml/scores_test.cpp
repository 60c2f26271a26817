#include "ml/benchmark/scores.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ml/benchmark/metrics.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using ::testing::ElementsAre;
using testing::Draws;

/// Labels y and two predictions, y + noise and noise, in structures of unlike size.
PredictedColumn madeColumn(std::size_t structures, std::uint64_t seed) {
  Draws draw(seed);
  PredictedColumn column;
  column.begin = {0};
  column.prediction.resize(2);
  for (std::size_t s = 0; s < structures; ++s) {
    for (std::size_t i = 0; i < 40 + 7 * s; ++i) {
      column.label.push_back(0.3 + 0.1 * draw.normal() + 0.05 * static_cast<double>(s % 3));
      column.prediction[0].push_back(column.label.back() + 0.1 * draw.normal());
      column.prediction[1].push_back(draw.normal());
    }
    column.noise.push_back(0.002 * static_cast<double>(40 + 7 * s));
    column.begin.push_back(column.label.size());
  }
  return column;
}

TEST(Ranks, EqualValuesShareTheMeanRank) {
  EXPECT_THAT(ranksOf(std::vector<double>{3, 1, 2, 2, 9}), ElementsAre(4, 1, 2.5, 2.5, 5));
  EXPECT_THAT(ranksOf(std::vector<double>{5, 5, 5}), ElementsAre(2, 2, 2));
}

TEST(ScoreModel, SpearmanSeesOnlyTheOrder) {
  PredictedColumn column = madeColumn(5, 3);
  const double before = scoreModel(column, 0, {"m", true}, {}).spearman;
  for (double& p : column.prediction[0]) p = std::exp(5 * p);
  const EvaluationResult bent = scoreModel(column, 0, {"m", true}, {});
  EXPECT_NEAR(bent.spearman, before, 1e-14);
  EXPECT_LT(bent.pearson_pooled, before);
  for (std::size_t i = 0; i < column.label.size(); ++i) column.prediction[0][i] = -std::pow(column.label[i], 3);
  EXPECT_NEAR(scoreModel(column, 0, {"m", true}, {}).spearman, -1, 1e-14);
}

TEST(ScoreModel, BootstrapErrorAgreesWithTheJackknife) {
  const EvaluationResult r = scoreModel(madeColumn(40, 4), 0, {"m", true}, {});
  EXPECT_NEAR(r.bootstrap.pearson_pooled / r.error, 1, 0.25);
  EXPECT_GT(r.bootstrap.r2, 0);
  EXPECT_GT(r.bootstrap.spearman, 0);
  EXPECT_TRUE(std::isnan(scoreModel(madeColumn(1, 4), 0, {"m", true}, {}).bootstrap.pearson_pooled));
  EXPECT_TRUE(std::isnan(scoreModel(madeColumn(9, 4), 0, {"m", false}, {}).bootstrap.r2));
}

TEST(ScoreModel, BootstrapDependsOnItsSeedAlone) {
  const PredictedColumn column = madeColumn(12, 5);
  const auto error = [&](std::uint64_t seed) {
    return scoreModel(column, 0, {"m", true}, {0.3, 200, seed}).bootstrap.pearson_pooled;
  };
  EXPECT_EQ(error(1), error(1));
  EXPECT_NE(error(1), error(2));
}

TEST(Heterogeneity, IsTheVarianceOfTheSlowShare) {
  PredictedColumn column;
  column.begin = {0, 4, 8, 12};
  column.noise = {0, 0, 0};
  column.label = {0.1, 0.1, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1, 0.5, 0.5, 0.5, 0.1};
  const std::vector<double> shares{0.5, 1.0, 0.25};
  const double mean = 1.75 / 3;
  double variance = 0;
  for (const double q : shares) variance += (q - mean) * (q - mean) / 2;
  EXPECT_NEAR(heterogeneityOf(column, column.label, "displacement", {}).chi4, 4 * variance, 1e-14);
  const double bonds = heterogeneityOf(column, column.label, "bond_breaking", {}).chi4;
  const std::vector<double> means{0.3, 0.1, 0.4};
  double spread = 0;
  for (const double q : means) spread += (q - 0.8 / 3) * (q - 0.8 / 3) / 2;
  EXPECT_NEAR(bonds, 4 * spread, 1e-14);
}

TEST(Correlations, LabelComesFirstAndTheTableIsSymmetric) {
  const PredictedColumn column = madeColumn(4, 6);
  const Correlations c = correlationsOf(column, {{"good", true}, {"bad", true}});
  EXPECT_THAT(c.names, ElementsAre("label", "good", "bad"));
  EXPECT_EQ(c.values(0, 0), 1.0);
  EXPECT_EQ(c.values(1, 2), c.values(2, 1));
  EXPECT_NEAR(c.values(0, 1), pearson(column.label, column.prediction[0]), 1e-15);
  EXPECT_GT(c.values(0, 1), 0.5);
  EXPECT_LT(std::abs(c.values(0, 2)), 0.3);
}

}  // namespace
}  // namespace glassforge::ml
