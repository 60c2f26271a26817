#include "io/unwrapped.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace glassforge::io {
namespace {

constexpr double kLength = 15.05658;
const std::vector<double> kBox(3, kLength);

TEST(Unwrapped, CentredLiesInTheHalfOpenCell) {
  const double half = kLength / 2, next = std::nextafter(half, 0.0);
  const auto x = centred({half, -half, next, kLength, -kLength, 3 * half, -3 * half, 1e-300, -1e-300}, kBox);
  for (const double v : x) {
    EXPECT_GE(v, -half);
    EXPECT_LT(v, half);
  }
  EXPECT_EQ(x[0], -half);
  EXPECT_EQ(x[1], -half);
}

TEST(Unwrapped, CentredKeepsBitsOfWhatLiesThereAlready) {
  std::vector<double> x;
  for (int k = 0; k < 3000; ++k) x.push_back(kLength * (0.9999 * std::fmod(0.6180339887498949 * k, 1.0) - 0.49995));
  EXPECT_EQ(centred(x, kBox), x);
}

TEST(Unwrapped, CentredMovesByWholeBoxes) {
  std::vector<double> x;
  for (int k = 0; k < 3000; ++k) x.push_back(0.37 * (k - 1500));
  const auto wrapped = centred(x, kBox);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double boxes = (x[k] - wrapped[k]) / kLength;
    EXPECT_NEAR(boxes, std::nearbyint(boxes), 1e-12);
    EXPECT_LE(std::abs(wrapped[k]), kLength / 2);
  }
}

TEST(Unwrapped, OneCellIsEitherOfTwo) {
  EXPECT_TRUE(liesInOneCell({0, 1, 2, kLength, 3, 4}, kBox));
  EXPECT_TRUE(liesInOneCell({-kLength / 2, 1, 2, kLength / 2, 3, 4}, kBox));
  EXPECT_FALSE(liesInOneCell({-1, 1, 2, kLength / 2 + 1, 3, 4}, kBox));
  EXPECT_FALSE(liesInOneCell({0, 1, 2, kLength + 0.01, 3, 4}, kBox));
}

}  // namespace
}  // namespace glassforge::io
