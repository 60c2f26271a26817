#include "core/box.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace glassforge {
namespace {

TEST(Box, wrapsIntoTheHalfOpenBoxAndCountsCrossings) {
  const Box<3> box({10, 20, 30});
  for (const double start : {-25.0, -10.0, -1e-17, 0.0, 3.5, 9.999999999999999, 10.0, 31.0}) {
    double x = start;
    const int image = box.wrap(x, 0);
    EXPECT_GE(x, 0.0) << start;
    EXPECT_LT(x, 10.0) << start;
    EXPECT_NEAR(box.unwrap(x, image, 0), start, 1e-14);
  }
}

TEST(Box, takesTheShortestImageAlongItsOwnAxis) {
  const Box<3> box({10, 20, 30});
  EXPECT_DOUBLE_EQ(box.minimumImage(9, 0), -1);
  EXPECT_DOUBLE_EQ(box.minimumImage(9, 1), 9);
  EXPECT_DOUBLE_EQ(box.minimumImage(-29, 2), 1);
  EXPECT_DOUBLE_EQ(box.volume(), 6000);
}

TEST(Box, refusesLengthsThatAreNoLengths) {
  EXPECT_THROW(Box<2>({0, 1}), InputError);
  EXPECT_THROW(Box<2>({1, -1}), InputError);
  EXPECT_THROW(Box<2>({1, std::numeric_limits<double>::quiet_NaN()}), InputError);
}

}  // namespace
}  // namespace glassforge
