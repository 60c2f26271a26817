/// Inherent states of published configurations.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>

#include "io/configuration.hpp"
#include "io/glass_data.hpp"
#include "iso/quench.hpp"
#include "support/reference_data.hpp"

namespace glassforge {
namespace {

TEST(ReferenceQuench, botanInherentEnergies) {
  GLASSFORGE_NEEDS_REFERENCE_DATA();
  // FIRE from the thermal positions, force-shifted potential. Minimisers can end in neighbouring basins, 1e-4 apart.
  constexpr std::array<double, 10> published{-6.838116, -6.849825, -6.842867, -6.860513, -6.850609,
                                             -6.855049, -6.843546, -6.851737, -6.854027, -6.854861};
  const Mixture model = Mixture::preset("KA");
  int same_basin = 0;
  double mean = 0;
  for (int k = 1; k <= 10; ++k) {
    const auto result = iso::quench(model, io::readConfiguration(test::botanFile(k), model), {});
    const double e = result.energy_per_particle, there = published[static_cast<std::size_t>(k - 1)];
    EXPECT_EQ(result.stop_reason, "converged") << "structure " << k;
    EXPECT_LE(result.max_force, 1e-9) << "structure " << k;
    EXPECT_NEAR(e, there, 5e-4) << "structure " << k;
    std::printf("structure %2d: e_IS %.6f, published %.6f, difference %+.1e, %lld force evaluations\n", k, e, there, e - there,
                static_cast<long long>(result.force_evaluations));
    same_basin += std::abs(e - there) < 1e-5;
    mean += e / 10;
  }
  std::printf("%d of 10 agree to 1e-5; mean %.6f\n", same_basin, mean);
  EXPECT_NEAR(mean, -6.850115, 1e-4);
}

TEST(ReferenceQuench, glassBenchStructure151FromThermalAndFromInherentPositions) {
  GLASSFORGE_NEEDS_REFERENCE_DATA();
  const Mixture model = Mixture::preset("KA2D");
  const auto data = io::readGlassData(test::referenceFile("glassbench_ka2d_T0.23/N1290T0.23_151_tc05.npz"), model);
  const auto from_thermal = iso::quench(model, data.snapshot, {});
  Snapshot inherent = data.snapshot;
  inherent.position = data.inherent.values();
  inherent.image.assign(inherent.position.size(), 0);
  const auto from_inherent = iso::quench(model, inherent, {});
  EXPECT_NEAR(from_thermal.energy_per_particle, -2.907243, 2e-6);
  EXPECT_NEAR(from_inherent.energy_per_particle, -2.907243, 2e-6);
  // the published copy lies in the same basin, a little off its bottom
  double largest = 0;
  for (std::size_t i = 0; i < inherent.position.size(); ++i) {
    largest = std::max(largest, std::abs(from_thermal.position[i] - from_inherent.position[i]));
  }
  EXPECT_LT(largest, 1e-6);
}

}  // namespace
}  // namespace glassforge
