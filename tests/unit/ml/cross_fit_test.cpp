#include "ml/benchmark/cross_fit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/error.hpp"

namespace glassforge::ml {
namespace {

using ::testing::ElementsAre;

Split tenStructures() { return {{0, 1, 2, 3, 4, 5, 6}, {7}, {8, 9}}; }

TEST(CrossFit, FirstFoldIsTheSplitItselfAndTheOthersRotateIt) {
  const auto splits = crossFitSplits(tenStructures(), 5);
  ASSERT_EQ(splits.size(), 5u);
  EXPECT_EQ(splits[0], tenStructures());
  EXPECT_THAT(splits[1].test, ElementsAre(6, 7));
  EXPECT_THAT(splits[1].validation, ElementsAre(5));
  EXPECT_THAT(splits[1].train, ElementsAre(0, 1, 2, 3, 4, 8, 9));
  EXPECT_THAT(splits[4].test, ElementsAre(0, 1));
  EXPECT_THAT(splits[4].validation, ElementsAre(9));
}

TEST(CrossFit, EveryStructureIsTestedOnceAndNeverWhereItTrains) {
  for (const std::int64_t folds : {2, 3, 4, 7, 10}) {
    std::multiset<std::int64_t> tested;
    for (const Split& s : crossFitSplits(tenStructures(), folds)) {
      tested.insert(s.test.begin(), s.test.end());
      std::set<std::int64_t> all(s.train.begin(), s.train.end());
      all.insert(s.validation.begin(), s.validation.end());
      all.insert(s.test.begin(), s.test.end());
      EXPECT_EQ(all.size(), 10u);
      EXPECT_EQ(s.train.size() + s.validation.size() + s.test.size(), 10u);
      EXPECT_FALSE(s.train.empty());
    }
    EXPECT_THAT(tested, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)) << folds;
  }
}

TEST(CrossFit, StructuresOfNoPartPlayNoPart) {
  const auto splits = crossFitSplits({{2, 5}, {11}, {3}}, 2);
  EXPECT_THAT(splits[0].test, ElementsAre(5, 11));
  EXPECT_THAT(splits[0].validation, ElementsAre(3));
  EXPECT_THAT(splits[0].train, ElementsAre(2));
}

TEST(CrossFit, ValidationGivesWayToTheLastTrainingStructure) {
  const auto splits = crossFitSplits({{0}, {1, 2}, {3}}, 2);
  EXPECT_THAT(splits[0].validation, ElementsAre(1));
  EXPECT_THAT(splits[0].train, ElementsAre(0));
}

TEST(CrossFit, FewerTrainingStructuresAreTheFirst) {
  EXPECT_THAT(withTrain(tenStructures(), 2).train, ElementsAre(0, 1));
  EXPECT_EQ(withTrain(tenStructures(), 2).test, tenStructures().test);
  EXPECT_THROW(withTrain(tenStructures(), 8), InputError);
}

TEST(CrossFit, ImpossibleFoldsAreRefused) {
  EXPECT_THROW(crossFitSplits(tenStructures(), 1), InputError);
  EXPECT_THROW(crossFitSplits(tenStructures(), 11), InputError);
}

}  // namespace
}  // namespace glassforge::ml
