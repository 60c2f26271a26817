#include "core/temperature_ladder.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace glassforge {
namespace {

/// Mean of min(1, exp((1/T1 - 1/T2) (U1 - U2))) over Gaussian energies of heat capacity C, by quadrature.
double acceptanceByQuadrature(double cold, double hot, double heat_capacity) {
  const double slope = 1 / cold - 1 / hot;
  const double mean = -slope * heat_capacity * (hot - cold);
  const double spread = slope * std::sqrt(heat_capacity * (cold * cold + hot * hot));
  double sum = 0, norm = 0;
  for (double z = -9; z < 9; z += 1e-3) {
    const double weight = std::exp(-0.5 * z * z);
    norm += weight;
    sum += weight * std::min(1.0, std::exp(mean + spread * z));
  }
  return sum / norm;
}

TEST(TemperatureLadder, AcceptanceIsThatOfGaussianEnergies) {
  for (const double capacity : {200.0, 2000.0, 8000.0}) {
    for (const double accepted : {0.1, 0.3, 0.7}) {
      double hot = 0.6;  // found by stepping up, so that the test does not lean on the ladder
      while (acceptanceByQuadrature(0.6, hot, capacity) > accepted) hot += 0.02 / std::sqrt(capacity);
      EXPECT_NEAR(exchangeAcceptance(0.6, hot, capacity), accepted, 0.015) << capacity;
    }
  }
  EXPECT_DOUBLE_EQ(exchangeAcceptance(0.6, 0.6, 1e4), 1.0);
}

TEST(TemperatureLadder, IsGeometricAndExchangesThreeOfTen) {
  for (const auto* name : {"KA", "KA2D"}) {
    const Mixture m = Mixture::preset(name);
    const auto t = temperatureLadder(m, 0.5, 8, 2.0);
    ASSERT_EQ(t.size(), 8u);
    EXPECT_EQ(t.front(), 0.5);
    for (std::size_t k = 1; k < t.size(); ++k) {
      EXPECT_NEAR(t[k] / t[k - 1], t[1] / t[0], 1e-12);
      EXPECT_NEAR(acceptanceByQuadrature(t[k - 1], t[k], potentialHeatCapacity(m)), 0.3, 0.02);
    }
  }
}

TEST(TemperatureLadder, IsDenserForMoreParticlesAndEndsBelowTheCeiling) {
  Mixture small = Mixture::preset("KA2D"), large = small;
  for (auto& n : large.counts) n *= 4;
  const double narrow = temperatureLadder(large, 0.5, 2, 2.0).back() - 0.5;
  const double wide = temperatureLadder(small, 0.5, 2, 2.0).back() - 0.5;
  EXPECT_NEAR(wide / narrow, 2.0, 0.1);  // as the square root of the number
  const auto capped = temperatureLadder(small, 0.5, 5, 0.52);
  EXPECT_NEAR(capped.back(), 0.52, 1e-12);
  EXPECT_LE(capped.back(), 0.52);
  EXPECT_NEAR(capped[1] / capped[0], std::pow(0.52 / 0.5, 0.25), 1e-12);
}

}  // namespace
}  // namespace glassforge
