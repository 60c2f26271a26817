#include "core/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"

namespace glassforge {
namespace {

TEST(Split, dealsEveryStructureOutAtMostOnceAndTheSameWayEveryTime) {
  const Split a = Split::make(7, 24, 16, 4, 4, {}), b = Split::make(7, 24, 16, 4, 4, {});
  EXPECT_EQ(a.train, b.train);
  EXPECT_EQ(a.test, b.test);
  std::set<std::int64_t> all(a.train.begin(), a.train.end());
  all.insert(a.validation.begin(), a.validation.end());
  all.insert(a.test.begin(), a.test.end());
  EXPECT_EQ(all.size(), 24u);
  EXPECT_NE(a.train, Split::make(8, 24, 16, 4, 4, {}).train);
}

TEST(Split, putsNamedStructuresIntoTheTestPart) {
  const Split s = Split::make(7, 10, 6, 2, 2, {3, 9});
  EXPECT_EQ(s.test, (std::vector<std::int64_t>{3, 9}));
  EXPECT_EQ(std::count(s.train.begin(), s.train.end(), 3), 0);
}

TEST(Split, refusesPartsThatDoNotFit) {
  EXPECT_THROW(Split::make(7, 10, 8, 2, 2, {}), InputError);
  EXPECT_THROW(Split::make(7, 10, 0, 2, 2, {}), InputError);
  EXPECT_THROW(Split::make(7, 10, 6, 2, 1, {3, 9}), InputError);
  EXPECT_THROW(Split::make(7, 10, 6, 2, 2, {10}), InputError);
}

TEST(Split, growsWithoutMovingAnyStructure) {
  const Split before = Split::make(7, 10, 6, 2, 2, {3});
  const Split after = before.grown(7, 16, 9, 3, 4, {3, 12});
  EXPECT_EQ(after.train.size(), 9u);
  EXPECT_EQ(after.validation.size(), 3u);
  EXPECT_EQ(after.test.size(), 4u);
  for (const auto part : {&Split::train, &Split::validation, &Split::test}) {
    const auto &larger = after.*part, &smaller = before.*part;
    EXPECT_TRUE(std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end()));
  }
  EXPECT_EQ(std::count(after.test.begin(), after.test.end(), 12), 1);
  const Split same = before.grown(7, 10, 6, 2, 2, {3});
  EXPECT_EQ(same.train, before.train);
}

TEST(Split, refusesToTakeAStructureOutOfItsPart) {
  const Split split = Split::make(7, 10, 6, 2, 2, {3});
  EXPECT_THROW(split.grown(7, 10, 5, 3, 2, {3}), InputError);
  EXPECT_THROW(split.grown(7, 12, 6, 2, 4, {split.train[0]}), InputError);
}

}  // namespace
}  // namespace glassforge
