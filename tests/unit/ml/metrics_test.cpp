#include "ml/benchmark/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using testing::Draws;

TEST(Pearson, ClosedForm) {
  // x = 1..4, y = x^2: sxy = 25, sxx = 5, syy = 129.
  const std::vector<double> x{1, 2, 3, 4}, y{1, 4, 9, 16}, z{-2, -4, -6, -8};
  EXPECT_NEAR(pearson(x, y), 25 / std::sqrt(5.0 * 129.0), 1e-15);
  EXPECT_DOUBLE_EQ(pearson(x, z), -1.0);
}

TEST(Pearson, LargeOffsetDoesNotCancel) {
  std::vector<double> p, y, p_far;
  Draws draw(21);
  for (int i = 0; i < 500; ++i) {
    p.push_back(std::round(1000 * draw.normal()) / 1024);
    y.push_back(p.back() + draw.normal());
    p_far.push_back(p.back() + 1048576.0);
  }
  EXPECT_NEAR(pearson(p_far, y), pearson(p, y), 1e-9);
}

TEST(Pearson, ConstantsAndSizes) {
  const std::vector<double> constant(7, 0.1), x{1, 2, 3, 4, 5, 6, 7}, shorter{1, 2};
  EXPECT_TRUE(std::isnan(pearson(constant, x)));
  EXPECT_TRUE(std::isnan(pearson(x, constant)));
  EXPECT_TRUE(std::isnan(Moments::of(x, constant).r2()));
  EXPECT_TRUE(std::isnan(pearson(std::vector<double>{1}, std::vector<double>{2})));
  EXPECT_TRUE(std::isnan(pearson({}, {})));
  EXPECT_THROW(pearson(x, shorter), InputError);
}

TEST(Moments, MergeAndPackEqualOnePass) {
  Draws draw(22);
  std::vector<double> p, y;
  for (int i = 0; i < 90; ++i) {
    p.push_back(5 + draw.normal());
    y.push_back(draw.normal() - 2);
  }
  const std::span<const double> ps(p), ys(y);
  const Moments whole = Moments::of(ps, ys);
  const Moments merged = Moments::merge(Moments::of(ps.first(20), ys.first(20)), Moments::of(ps.subspan(20), ys.subspan(20)));
  EXPECT_NEAR(merged.pearson(), whole.pearson(), 1e-14);
  EXPECT_NEAR(merged.r2(), whole.r2(), 1e-12);
  EXPECT_NEAR(merged.mean_y, whole.mean_y, 1e-14);
  std::vector<double> packed;
  merged.pack(packed);
  EXPECT_EQ(Moments::unpack(packed).pearson(), merged.pearson());
  EXPECT_EQ(Moments::merge(Moments{}, whole).spy, whole.spy);
}

/// Remaining bonds at short times are nearly all 1, and so is what a model makes of them.
TEST(Moments, OfValuesThatHardlyDifferDoNotDependOnHowTheyArePooled) {
  Draws draw(23);
  std::vector<double> p, y;
  for (int i = 0; i < 1200; ++i) {
    p.push_back(0.9 + std::round(100 * draw.normal()) * 0x1p-53);  // spreads by 1.2e-14
    y.push_back(i % 50 == 0 ? 0.9 : 1.0);
  }
  const auto pooled = [](const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<Moments> parts;
    for (std::size_t first = 0; first < a.size(); first += 400)
      parts.push_back(Moments::of(std::span(a).subspan(first, 400), std::span(b).subspan(first, 400)));
    return pool(parts).pearson();
  };
  std::vector<double> spread, far;  // the same deviations, a thousand times larger, and from 0
  for (const double v : p) {
    far.push_back((v - 0.9) * 0x1p53);
    spread.push_back(0.9 + (v - 0.9) * 1024);
  }
  EXPECT_TRUE(std::isnan(pearson(p, y))) << "what spreads by less than 1e-13 of its mean is rounding";
  EXPECT_TRUE(std::isnan(pooled(p, y)));
  EXPECT_NEAR(pearson(spread, y), pearson(far, y), 1e-9);
  EXPECT_NEAR(pooled(spread, y), pearson(far, y), 1e-9);
}

TEST(Moments, R2IsOneMinusResidualOverSpread) {
  const std::vector<double> y{1, 2, 3, 4}, p{1, 2, 3, 5};
  EXPECT_NEAR(Moments::of(p, y).r2(), 1 - 1.0 / 5.0, 1e-15);
}

TEST(Jackknife, HandComputed) {
  // theta = {1, 2, 4}: mean 7/3, squares 16/9 + 1/9 + 25/9 = 42/9, times 2/3.
  EXPECT_NEAR(jackknifeError(std::vector<double>{1, 2, 4}), std::sqrt(28.0 / 9.0), 1e-15);
  EXPECT_TRUE(std::isnan(jackknifeError(std::vector<double>{1})));
  EXPECT_TRUE(std::isnan(jackknifeError(std::vector<double>{1, std::nan("")})));
}

TEST(Jackknife, LeaveOneOutEqualsPoolingTheRest) {
  Draws draw(23);
  std::vector<Moments> structures;
  for (int s = 0; s < 5; ++s) {
    std::vector<double> p, y;
    for (int i = 0; i < 10 + s; ++i) {
      p.push_back(draw.normal());
      y.push_back(p.back() + draw.normal() + s);
    }
    structures.push_back(Moments::of(p, y));
  }
  const auto without = leaveOneOut(structures);
  for (std::size_t s = 0; s < structures.size(); ++s) {
    std::vector<Moments> rest(structures);
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(s));
    EXPECT_NEAR(without[s].pearson(), pool(rest).pearson(), 1e-13);
  }
}

TEST(Jackknife, ErrorOfAMeanIsItsStandardError) {
  const std::vector<double> x{0.3, 1.2, -0.4, 2.2, 0.9, 1.1};
  double mean = 0, squares = 0;
  for (const double v : x) mean += v / 6;
  std::vector<double> without;
  for (const double v : x) {
    squares += (v - mean) * (v - mean);
    without.push_back((6 * mean - v) / 5);
  }
  EXPECT_NEAR(jackknifeError(without), std::sqrt(squares / 5 / 6), 1e-14);
}

TEST(Metrics, MeanPearsonSkipsUndefined) {
  const std::vector<double> x{1, 2, 3}, same{5, 5, 5}, back{3, 2, 1}, bent{1, 3, 2};
  const std::vector<Moments> structures{Moments::of(x, back), Moments::of(x, same), Moments::of(x, bent)};
  EXPECT_NEAR(meanPearson(structures), (-1 + 0.5) / 2, 1e-15);
  EXPECT_TRUE(std::isnan(meanPearson(std::vector<Moments>{structures[1]})));
}

/// Labels that are means over replicas of truth plus noise: the perfect prediction correlates with them as rho_max says.
TEST(Ceiling, IsThePearsonOfThePerfectPrediction) {
  Draws draw(24);
  const int replicas = 8;
  std::vector<double> truth, label;
  double noise = 0;
  for (int i = 0; i < 40000; ++i) {
    truth.push_back(draw.normal());
    double mean = 0, square = 0;
    std::vector<double> values;
    for (int k = 0; k < replicas; ++k) values.push_back(truth.back() + 1.5 * draw.normal());
    for (const double v : values) mean += v / replicas;
    for (const double v : values) square += (v - mean) * (v - mean) / (replicas - 1);
    label.push_back(mean);
    noise += square / replicas;
  }
  Moments m = Moments::of(truth, label);
  m.noise = noise;
  EXPECT_NEAR(m.ceiling(), 1 / std::sqrt(1 + 2.25 / replicas), 0.005);
  EXPECT_NEAR(m.pearson(), m.ceiling(), 0.005);
}

TEST(Ceiling, Edges) {
  const std::vector<double> x{1, 2, 3}, same{5, 5, 5};
  Moments m = Moments::of(x, x);
  EXPECT_EQ(m.ceiling(), 1.0);
  m.noise = 100;
  EXPECT_EQ(m.ceiling(), 0.0);
  m.noise = std::nan("");
  EXPECT_TRUE(std::isnan(m.ceiling()));
  EXPECT_TRUE(std::isnan(Moments::of(x, same).ceiling()));
}

}  // namespace
}  // namespace glassforge::ml
