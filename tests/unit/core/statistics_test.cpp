#include "core/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.hpp"

namespace glassforge {
namespace {

std::vector<double> normalNumbers(std::size_t count, std::uint64_t seed) {
  const RandomStream stream({seed, Purpose::test, 0, 0});
  std::vector<double> values;
  for (std::size_t k = 0; k < count; ++k) values.push_back(stream.normals(k, 0)[0]);
  return values;
}

double meanOfDrawn(const std::vector<double>& values, std::span<const int> times) {
  double sum = 0, count = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    sum += times[k] * values[k];
    count += times[k];
  }
  return sum / count;
}

TEST(Bootstrap, ErrorOfAMeanIsItsStandardError) {
  const auto values = normalNumbers(60, 1);
  const double error =
      bootstrapError(values.size(), 4000, 7, [&](std::span<const int> n) { return meanOfDrawn(values, n); });
  const double biased = std::sqrt(varianceOf(values) / 60 * 59 / 60);  // a resample knows only the 60 values
  EXPECT_NEAR(error / biased, 1, 0.05);  // four of its own standard errors, 1 / sqrt(2 x 4000)
}

TEST(Bootstrap, EveryResampleDrawsAsManyAsThereAre) {
  bootstrapError(9, 50, 3, [](std::span<const int> times) {
    int sum = 0;
    for (const int n : times) sum += n;
    EXPECT_EQ(sum, 9);
    return 0.0;
  });
}

TEST(Bootstrap, NeedsTwoSamples) {
  EXPECT_TRUE(std::isnan(bootstrapError(1, 50, 3, [](std::span<const int>) { return 1.0; })));
}

TEST(FourPointSusceptibility, IsParticlesTimesTheVarianceOfTheOverlap) {
  const std::vector<double> overlap{0.2, 0.5, 0.9};
  const Estimate chi4 = fourPointSusceptibility(overlap, 100);
  EXPECT_NEAR(chi4.value, 100 * varianceOf(overlap), 1e-12);
  EXPECT_GT(chi4.error, 0);
  EXPECT_TRUE(std::isnan(fourPointSusceptibility(std::vector<double>{0.4}, 100).value));
}

}  // namespace
}  // namespace glassforge
