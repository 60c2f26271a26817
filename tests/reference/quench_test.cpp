/// Inherent states of published configurations.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

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

TEST(ReferenceQuench, twoMinimisersEndInTheSameBasinOfStructure151) {
  GLASSFORGE_NEEDS_REFERENCE_DATA();
  const Mixture model = Mixture::preset("KA2D");
  const auto start = io::readGlassData(test::referenceFile("glassbench_ka2d_T0.23/N1290T0.23_151_tc05.npz"), model).snapshot;
  const BasinCheck check = iso::checkBasin(model, start, {}, iso::quench(model, start, {}));
  EXPECT_TRUE(check.same_basin);
  EXPECT_LT(check.distance, 1e-6);
}

/// How many particles are further than 0.1 from where they are in the other configuration.
std::size_t movedParticles(const std::vector<double>& a, const std::vector<double>& b) {
  std::size_t moved = 0;
  for (std::size_t i = 0; i < a.size(); i += 3) {
    moved += std::hypot(a[i] - b[i], a[i + 1] - b[i + 1], a[i + 2] - b[i + 2]) > 0.1;
  }
  return moved;
}

/// The published KA structures by FIRE alone, with the time step of the quench and with half of it. The former shares its
/// way with the quench until forces are small, so both must end in one basin; the latter goes another way from the start.
TEST(ReferenceQuench, LongBotanBasinsOfOtherMinimisers) {
  GLASSFORGE_NEEDS_REFERENCE_DATA();
  const Mixture model = Mixture::preset("KA");
  int same_step = 0;
  for (int k = 1; k <= 10; ++k) {
    const auto start = io::readConfiguration(test::botanFile(k), model);
    const auto first = iso::quench(model, start, {});
    for (const double step : {0.02, 0.01}) {
      iso::QuenchOptions options;
      options.fire_until = 0;
      options.fire_step = step;
      const auto other = iso::quench(model, start, options);
      const auto moved = movedParticles(first.position, other.position);
      EXPECT_EQ(other.stop_reason, "converged");
      std::printf("structure %2d, FIRE of step %.2f: energy of all particles %+.3g, %zu of 4096 particles elsewhere, %lld "
                  "force evaluations (quench: %lld)\n",
                  k, step, 4096 * (other.energy_per_particle - first.energy_per_particle), moved,
                  static_cast<long long>(other.force_evaluations), static_cast<long long>(first.force_evaluations));
      same_step += step == 0.02 && moved == 0;
    }
  }
  EXPECT_GE(same_step, 8);
}

}  // namespace
}  // namespace glassforge
