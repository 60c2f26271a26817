#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "ml/linalg/normal_equations.hpp"
#include "ml/linalg/ridge_solver.hpp"
#include "unit/ml/reference/ridge_sklearn.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using testing::Draws;

struct Table {
  Array<double> x, y;  // (N, F), (K, N)
  std::vector<std::int32_t> rows;
};

Table randomTable(std::size_t rows, std::size_t features, std::size_t targets, std::uint64_t seed) {
  Draws draw(seed);
  Table t{Array<double>({rows, features}), Array<double>({targets, rows}), std::vector<std::int32_t>(rows)};
  std::iota(t.rows.begin(), t.rows.end(), 0);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t f = 0; f < features; ++f) {
      t.x(i, f) = 10.0 * static_cast<double>(f) + (0.5 + static_cast<double>(f)) * draw.normal();
      if (f > 0) t.x(i, f) += 2 * t.x(i, f - 1);
    }
  for (std::size_t k = 0; k < targets; ++k)
    for (std::size_t i = 0; i < rows; ++i) t.y(k, i) = 3 + 0.2 * t.x(i, k % features) - 0.1 * t.x(i, 0) + draw.normal();
  return t;
}

NormalEquations sumsOf(const Table& t, const std::vector<double>& origin_x, const std::vector<double>& origin_y) {
  NormalEquations n(t.x.extent(1), t.y.extent(0));
  n.accumulate(t.x, t.y, t.rows, origin_x, origin_y);
  return n;
}

NormalEquations centredSums(const Table& t, ColumnSums& sums) {
  sums.accumulate(t.x, t.y, t.rows);
  return sumsOf(t, sums.meanX(), sums.meanY());
}

TEST(NormalEquations, EqualDoubleLoopSums) {
  const Table t = randomTable(53, 7, 3, 31);
  const std::vector<double> ox{1, 2, 3, 4, 5, 6, 7}, oy{0.5, -1, 2};
  const NormalEquations n = sumsOf(t, ox, oy);
  EXPECT_EQ(n.rows(), 53);
  for (std::size_t a = 0; a < 7; ++a) {
    double sum = 0;
    for (std::size_t i = 0; i < 53; ++i) sum += t.x(i, a) - ox[a];
    EXPECT_NEAR(n.sumX(a), sum, 1e-9);
    for (std::size_t b = a; b < 7; ++b) {
      double gram = 0;
      for (std::size_t i = 0; i < 53; ++i) gram += (t.x(i, a) - ox[a]) * (t.x(i, b) - ox[b]);
      EXPECT_NEAR(n.gram(a, b) / gram, 1, 1e-12);
    }
    for (std::size_t k = 0; k < 3; ++k) {
      double cross = 0;
      for (std::size_t i = 0; i < 53; ++i) cross += (t.x(i, a) - ox[a]) * (t.y(k, i) - oy[k]);
      EXPECT_NEAR(n.cross(a, k), cross, 1e-9 * (1 + std::abs(cross)));
    }
  }
}

TEST(NormalEquations, OnlyTheGivenRowsCount) {
  Table t = randomTable(20, 3, 1, 32);
  t.rows = {1, 4, 19};
  const NormalEquations n = sumsOf(t, {0, 0, 0}, {0});
  EXPECT_EQ(n.rows(), 3);
  EXPECT_NEAR(n.sumX(2), t.x(1, 2) + t.x(4, 2) + t.x(19, 2), 1e-12);
}

TEST(NormalEquations, PackRoundTripAndShapes) {
  const NormalEquations n = sumsOf(randomTable(30, 4, 2, 33), {0, 0, 0, 0}, {0, 0});
  std::vector<double> packed;
  n.pack(packed);
  EXPECT_EQ(packed.size(), NormalEquations::packedSize(4, 2));
  NormalEquations back(4, 2);
  EXPECT_TRUE(back.unpack(packed).empty());
  std::vector<double> again;
  back.pack(again);
  EXPECT_EQ(packed, again);
  packed.pop_back();
  EXPECT_THROW(back.unpack(packed), InputError);
  NormalEquations other(5, 2);
  EXPECT_THROW(other.add(n), InputError);
  const Table wrong = randomTable(30, 5, 2, 33);
  EXPECT_THROW(back.accumulate(wrong.x, wrong.y, wrong.rows, {}, {}), InputError);
}

/// Direct solution with explicitly standardised columns, by a pivoted Cholesky decomposition.
std::vector<double> denseRidge(const Table& t, std::size_t target, double penalty) {
  const auto rows = static_cast<Eigen::Index>(t.x.extent(0)), columns = static_cast<Eigen::Index>(t.x.extent(1));
  Eigen::MatrixXd z(rows, columns);
  Eigen::VectorXd y(rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    y(i) = t.y(target, i);
    for (Eigen::Index f = 0; f < columns; ++f) z(i, f) = t.x(i, f);
  }
  y.array() -= y.mean();
  for (Eigen::Index f = 0; f < columns; ++f) {
    z.col(f).array() -= z.col(f).mean();
    z.col(f) /= std::sqrt(z.col(f).squaredNorm() / static_cast<double>(rows));
  }
  const Eigen::MatrixXd a = z.transpose() * z + penalty * Eigen::MatrixXd::Identity(columns, columns);
  const Eigen::VectorXd w = a.ldlt().solve(z.transpose() * y);
  return {w.data(), w.data() + w.size()};
}

TEST(RidgeSolver, AgreesWithDirectSolveForManyPenaltiesAndTargets) {
  const Table t = randomTable(400, 12, 3, 34);
  ColumnSums sums(12, 3);
  const RidgeSolver solver(centredSums(t, sums));
  for (const double penalty : {1e-3, 0.1, 1.0, 40.0, 4e3, 4e6})
    for (std::size_t k = 0; k < 3; ++k) {
      const auto expected = denseRidge(t, k, penalty), found = solver.weights(k, penalty);
      for (std::size_t f = 0; f < 12; ++f) EXPECT_NEAR(found[f], expected[f], 1e-10 * (1 + std::abs(expected[f])));
    }
}

TEST(RidgeSolver, SlopesAreTheWeightsOfEachPenaltyAndTarget) {
  Table t = randomTable(200, 9, 2, 39);
  for (std::size_t i = 0; i < 200; ++i) t.x(i, 4) = 2;  // a dropped column
  ColumnSums sums(9, 2);
  const RidgeSolver solver(centredSums(t, sums));
  const std::vector<double> penalties{0.3, 20, 7e3};
  const Array<double> slopes = solver.slopes(penalties);
  for (std::size_t p = 0; p < 3; ++p)
    for (std::size_t k = 0; k < 2; ++k) {
      const auto w = solver.weights(k, penalties[p]);
      for (std::size_t f = 0; f < 9; ++f)
        EXPECT_NEAR(slopes(2 * p + k, f), w[f] / solver.scale()[f], 1e-10 * (1 + std::abs(w[f])));
    }
}

/// Weights of the standardised columns and predictions of new rows for several penalties (reference/make_ridge.py).
TEST(RidgeSolver, EqualsScikitLearn) {
  Table t{Array<double>({60, 9}, reference::ridge_x), Array<double>({2, 60}, reference::ridge_y),
          std::vector<std::int32_t>(60)};
  std::iota(t.rows.begin(), t.rows.end(), 0);
  const Array<double> fresh({7, 9}, reference::ridge_new_x);
  ColumnSums sums(9, 2);
  const RidgeSolver solver(centredSums(t, sums));
  const auto& penalties = reference::ridge_penalties;
  const Array<double> weights({penalties.size(), 2, 9}, reference::ridge_weights);
  const Array<double> predictions({penalties.size(), 2, 7}, reference::ridge_predictions);
  for (std::size_t p = 0; p < penalties.size(); ++p)
    for (std::size_t k = 0; k < 2; ++k) {
      const auto w = solver.weights(k, penalties[p]);
      for (std::size_t f = 0; f < 9; ++f)
        EXPECT_NEAR(w[f], weights(p, k, f), 1e-8 * (1 + std::abs(weights(p, k, f)))) << penalties[p];
      for (std::size_t i = 0; i < 7; ++i) {
        double y = sums.meanY()[k] + solver.intercept(k);
        for (std::size_t f = 0; f < 9; ++f)
          y += w[f] * (fresh(i, f) - sums.meanX()[f] - solver.shift()[f]) / solver.scale()[f];
        EXPECT_NEAR(y, predictions(p, k, i), 1e-8 * (1 + std::abs(predictions(p, k, i)))) << penalties[p];
      }
    }
}

TEST(RidgeSolver, OneAndTwoColumns) {
  for (const std::size_t features : {1u, 2u}) {
    const Table t = randomTable(50, features, 1, 40);
    ColumnSums sums(features, 1);
    const auto found = RidgeSolver(centredSums(t, sums)).weights(0, 3.0), expected = denseRidge(t, 0, 3.0);
    for (std::size_t f = 0; f < features; ++f) EXPECT_NEAR(found[f], expected[f], 1e-12);
  }
}

TEST(RidgeSolver, OriginDoesNotMatter) {
  const Table t = randomTable(300, 6, 1, 35);
  ColumnSums sums(6, 1);
  const RidgeSolver centred(centredSums(t, sums));
  std::vector<double> near = sums.meanX();
  for (double& x : near) x += 0.7;
  const RidgeSolver shifted(sumsOf(t, near, {sums.meanY()[0] - 2}));
  const auto a = centred.weights(0, 2.0), b = shifted.weights(0, 2.0);
  for (std::size_t f = 0; f < 6; ++f) {
    EXPECT_NEAR(a[f], b[f], 1e-9);
    EXPECT_NEAR(sums.meanX()[f] + centred.shift()[f], near[f] + shifted.shift()[f], 1e-10);
  }
  EXPECT_NEAR(sums.meanY()[0] + centred.intercept(0), sums.meanY()[0] - 2 + shifted.intercept(0), 1e-11);
}

TEST(RidgeSolver, ConstantColumnsGetZeroWeight) {
  Table t = randomTable(100, 4, 1, 36), fewer = randomTable(100, 3, 1, 36);
  for (std::size_t i = 0; i < 100; ++i) {
    for (std::size_t f = 0; f < 3; ++f) t.x(i, f) = fewer.x(i, f);
    t.x(i, 3) = 7.0 + 1e-7 * static_cast<double>(i % 2);
    t.y(0, i) = fewer.y(0, i);
  }
  ColumnSums sums(4, 1), fewer_sums(3, 1);
  const RidgeSolver solver(centredSums(t, sums)), without(centredSums(fewer, fewer_sums));
  const auto w = solver.weights(0, 3.0), expected = without.weights(0, 3.0);
  EXPECT_EQ(w[3], 0.0);
  EXPECT_EQ(solver.scale()[3], 1.0);
  for (std::size_t f = 0; f < 3; ++f) EXPECT_NEAR(w[f], expected[f], 1e-12);
}

TEST(RidgeSolver, EdgesAreErrorsOrZero) {
  EXPECT_THROW(RidgeSolver(NormalEquations(3, 1)), InputError);
  Table t = randomTable(10, 2, 1, 37);
  for (std::size_t i = 0; i < 10; ++i) t.x(i, 0) = t.x(i, 1) = 4;
  ColumnSums sums(2, 1);
  const RidgeSolver flat(centredSums(t, sums));
  EXPECT_EQ(flat.weights(0, 1.0), (std::vector<double>{0, 0}));
  EXPECT_THROW(flat.weights(0, 0.0), InputError);
  EXPECT_THROW(flat.weights(1, 1.0), InputError);
  t.y(0, 3) = std::nan("");
  EXPECT_THROW(RidgeSolver(sumsOf(t, {0, 0}, {0})), InputError);
}

TEST(NormalEquations, FollowEqualsMomentsOfExplicitPredictions) {
  const Table t = randomTable(150, 5, 2, 38);
  const std::vector<double> slope{0.3, -0.2, 0.05, 0.0, 0.02}, origin_x{1, 12, 40, 110, 260}, origin_y{2, -1};
  const NormalEquations n = sumsOf(t, origin_x, origin_y);
  std::vector<double> p;
  for (std::size_t i = 0; i < 150; ++i) {
    p.push_back(0.4);
    for (std::size_t f = 0; f < 5; ++f) p.back() += slope[f] * (t.x(i, f) - origin_x[f]);
  }
  Array<double> slopes({2, 5});
  for (std::size_t k = 0; k < 2; ++k) std::ranges::copy(slope, slopes.row(k).begin());
  const std::vector<double> intercepts{0.4, 0.4};
  const std::vector<std::size_t> targets{0, 1};
  const std::vector<Moments> all = n.follow(slopes, intercepts, targets);
  for (std::size_t k = 0; k < 2; ++k) {
    std::vector<double> y;
    for (std::size_t i = 0; i < 150; ++i) y.push_back(t.y(k, i) - origin_y[k]);
    const Moments direct = Moments::of(p, y), found = all[k];
    EXPECT_NEAR(found.pearson(), direct.pearson(), 1e-10);
    EXPECT_NEAR(found.mean_p, direct.mean_p, 1e-10);
    EXPECT_NEAR(found.mean_y, direct.mean_y, 1e-11);
    EXPECT_NEAR(found.r2(), direct.r2(), 1e-9);
  }
}

}  // namespace
}  // namespace glassforge::ml
