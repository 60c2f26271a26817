#include "ml/descriptors/harmonics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

/// Unit vectors at random, and the poles and axes.
struct Directions {
  std::array<std::vector<double>, 3> unit;

  explicit Directions(int dimension) {
    testing::Draws draw(31);
    for (const double axis : {1.0, -1.0})
      for (int k = 0; k < dimension; ++k) add({k == 0 ? axis : 0.0, k == 1 ? axis : 0.0, k == 2 ? axis : 0.0});
    while (unit[0].size() < bond_block - 3) {
      std::array<double, 3> x{draw.normal(), draw.normal(), dimension == 3 ? draw.normal() : 0.0};
      const double length = std::hypot(x[0], x[1], x[2]);
      for (double& component : x) component /= length;
      add(x);
    }
  }
  void add(const std::array<double, 3>& x) {
    for (std::size_t k = 0; k < 3; ++k) unit[k].push_back(x[k]);
  }
  std::vector<double> evaluate(const Harmonics& harmonics) const {
    std::vector<double> rows(harmonics.components() * bond_block, std::nan(""));
    harmonics.evaluate({unit[0].data(), unit[1].data(), unit[2].data()}, unit[0].size(), rows.data());
    return rows;
  }
};

TEST(Harmonics, AreTheSphericalOnesOfTheLibrary) {
  const Harmonics harmonics(3, 12);
  ASSERT_EQ(harmonics.components(), 169u);
  const Directions directions(3);
  const std::vector<double> rows = directions.evaluate(harmonics);
  for (std::size_t n = 0; n < directions.unit[0].size(); ++n) {
    const double theta = std::acos(directions.unit[2][n]);
    const double phi = std::atan2(directions.unit[1][n], directions.unit[0][n]);
    for (int l = 0; l <= 12; ++l)
      for (int m = 0; m <= l; ++m) {
        const double sign = m % 2 == 0 ? 1 : -1;
        const double y = sign * std::sqrt(4 * std::numbers::pi / (2 * l + 1)) *
                         std::sph_legendre(static_cast<unsigned>(l), static_cast<unsigned>(m), theta);
        const std::size_t c = harmonics.first(l) + static_cast<std::size_t>(m == 0 ? 0 : 2 * m - 1);
        const double scale = m == 0 ? 1 : std::sqrt(2.0);
        ASSERT_NEAR(rows[c * bond_block + n], scale * y * std::cos(m * phi), 1e-12) << l << ' ' << m;
        if (m == 0) continue;
        ASSERT_NEAR(rows[(c + 1) * bond_block + n], scale * y * std::sin(m * phi), 1e-12) << l << ' ' << m;
      }
  }
}

TEST(Harmonics, AreCosinesAndSinesIn2D) {
  const Harmonics harmonics(2, 12);
  ASSERT_EQ(harmonics.components(), 25u);
  const Directions directions(2);
  const std::vector<double> rows = directions.evaluate(harmonics);
  for (std::size_t n = 0; n < directions.unit[0].size(); ++n) {
    const double theta = std::atan2(directions.unit[1][n], directions.unit[0][n]);
    EXPECT_EQ(rows[n], 1.0);
    for (int l = 1; l <= 12; ++l) {
      ASSERT_NEAR(rows[harmonics.first(l) * bond_block + n], std::cos(l * theta), 1e-13);
      ASSERT_NEAR(rows[(harmonics.first(l) + 1) * bond_block + n], std::sin(l * theta), 1e-13);
    }
  }
}

TEST(Harmonics, SquaresOfOneDegreeAddUpToOne) {
  for (const int dimension : {2, 3}) {
    const Harmonics harmonics(dimension, 20);
    const Directions directions(dimension);
    const std::vector<double> rows = directions.evaluate(harmonics);
    for (std::size_t n = 0; n < directions.unit[0].size(); ++n)
      for (int l = 0; l <= 20; ++l) {
        double sum = 0;
        for (std::size_t c = harmonics.first(l); c < harmonics.first(l + 1); ++c)
          sum += rows[c * bond_block + n] * rows[c * bond_block + n];
        ASSERT_NEAR(sum, 1, 1e-13) << l;
      }
  }
}

TEST(Harmonics, OtherDimensionsAreRefused) {
  EXPECT_THROW(Harmonics(4, 2), InputError);
  EXPECT_THROW(Harmonics(3, -1), InputError);
}

}  // namespace
}  // namespace glassforge::ml
