// Turns of space in training: that they are turns, of which kind, and how they are distributed.
#include "ml/models/augmentation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/error.hpp"

namespace glassforge::ml {
namespace {

double determinant(const Turn& m) {
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

void expectOrthogonal(const Turn& m, std::size_t dimension) {
  for (std::size_t a = 0; a < dimension; ++a)
    for (std::size_t b = 0; b < dimension; ++b) {
      double product = 0;
      for (std::size_t k = 0; k < dimension; ++k) product += m[a][k] * m[b][k];
      EXPECT_NEAR(product, a == b ? 1 : 0, 1e-14);
    }
}

TEST(Augmentation, AxesTakeAllTurnsOfACubeOrSquare) {
  for (const int dimension : {2, 3}) {
    std::set<std::vector<double>> seen;
    for (std::uint64_t pass = 0; pass < 2000; ++pass) {
      const Turn turn = drawTurn(Augmentation::axes, {5, 1, pass}, dimension);
      std::vector<double> numbers;
      for (std::size_t a = 0; a < static_cast<std::size_t>(dimension); ++a)
        for (std::size_t b = 0; b < static_cast<std::size_t>(dimension); ++b) {
          EXPECT_TRUE(turn[a][b] == 0 || std::abs(turn[a][b]) == 1);
          numbers.push_back(turn[a][b]);
        }
      expectOrthogonal(turn, static_cast<std::size_t>(dimension));
      seen.insert(numbers);
    }
    EXPECT_EQ(seen.size(), dimension == 3 ? 48U : 8U);
  }
}

// The elements of a uniformly drawn orthogonal matrix have mean 0, mean square 1/D and mean fourth power
// 3 / (D (D + 2)); half of the determinants are -1.
TEST(Augmentation, RotationsAreUniform) {
  constexpr std::uint64_t draws = 20000;
  for (const int dimension : {2, 3}) {
    const auto axes = static_cast<std::size_t>(dimension);
    Turn first{}, second{}, fourth{};
    double reflections = 0;
    for (std::uint64_t pass = 0; pass < draws; ++pass) {
      const Turn turn = drawTurn(Augmentation::rotations, {5, 1, pass}, dimension);
      expectOrthogonal(turn, axes);
      if (dimension == 2) {
        EXPECT_EQ(turn[2], (std::array<double, 3>{0, 0, 1}));
      }
      reflections += determinant(turn) < 0;
      for (std::size_t a = 0; a < axes; ++a)
        for (std::size_t b = 0; b < axes; ++b) {
          first[a][b] += turn[a][b] / draws;
          second[a][b] += turn[a][b] * turn[a][b] / draws;
          fourth[a][b] += std::pow(turn[a][b], 4) / draws;
        }
    }
    EXPECT_NEAR(reflections / draws, 0.5, 0.02);
    for (std::size_t a = 0; a < axes; ++a)
      for (std::size_t b = 0; b < axes; ++b) {
        EXPECT_NEAR(first[a][b], 0, 0.02);
        EXPECT_NEAR(second[a][b], 1.0 / dimension, 0.012);
        EXPECT_NEAR(fourth[a][b], 3.0 / (dimension * (dimension + 2)), 0.012);
      }
  }
}

TEST(Augmentation, FollowsFromTheKeyAlone) {
  for (const auto kind : {Augmentation::axes, Augmentation::rotations}) {
    const auto drawn = [&](const PassKey& key) { return drawTurn(kind, key, 3); };
    EXPECT_EQ(drawn({5, 1, 7}), drawn({5, 1, 7}));
    int same = 0;
    for (std::uint64_t pass = 8; pass < 28; ++pass) same += drawn({5, 1, 7}) == drawn({5, 1, pass});
    EXPECT_LT(same, 4);
    EXPECT_NE(drawn({5, 1, 3}), drawn({5, 2, 3}));
    EXPECT_NE(drawn({5, 1, 3}), drawn({6, 1, 3}));
  }
  EXPECT_EQ(drawTurn(Augmentation::none, {5, 1, 7}, 3), (Turn{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}));
}

TEST(Augmentation, HasTwoNames) {
  EXPECT_EQ(parseAugmentation("axes"), Augmentation::axes);
  EXPECT_EQ(parseAugmentation("rotations"), Augmentation::rotations);
  EXPECT_THROW(parseAugmentation("mirrors"), InputError);
}

}  // namespace
}  // namespace glassforge::ml
