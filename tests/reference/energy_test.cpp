/// Energies and pressures of published configurations.
#include <gtest/gtest.h>

#include <cmath>

#include "app/measure.hpp"
#include "io/configuration.hpp"
#include "md/engine.hpp"
#include "support/reference_data.hpp"

namespace glassforge {
namespace {

constexpr int kBotanStructures = 10;

app::Measurement measured(const std::string& file, const Mixture& model, double temperature) {
  const Snapshot snapshot = io::readConfiguration(file, model);
  return app::measure(app::fitted(model, snapshot, file), snapshot, temperature, md::defaultSkin(model.dimension));
}

app::Measurement meanOverBotan(Smoothing smoothing) {
  Mixture model = Mixture::preset("KA");
  model.smoothing = smoothing;
  app::Measurement mean;
  for (int k = 1; k <= kBotanStructures; ++k) {
    const auto m = measured(test::botanFile(k), model, 0.44);
    mean.energy_per_particle += m.energy_per_particle / kBotanStructures;
    mean.pressure += m.pressure / kBotanStructures;
  }
  return mean;
}

TEST(ReferenceEnergy, goldenConfigurationOfKA2D) {
  GLASSFORGE_NEEDS_REFERENCE_DATA();
  const auto m = measured(test::referenceFile("ka2d_golden/config_0.xyz"), Mixture::preset("KA2D"), 0);
  EXPECT_NEAR(m.energy_per_particle, -2.676832403210, 1e-12);
}

TEST(ReferenceEnergy, glassBenchStructure151IsATypicalConfiguration) {
  GLASSFORGE_NEEDS_REFERENCE_DATA();
  const auto m =
      measured(test::referenceFile("glassbench_ka2d_T0.23/N1290T0.23_151_tc05.npz"), Mixture::preset("KA2D"), 0.231);
  EXPECT_NEAR(m.energy_per_particle, -2.6816, 3 * 0.0073);  // mean and spread of 116 published frames
  EXPECT_NEAR(m.pressure, 3.18, 0.15);
}

TEST(ReferenceEnergy, meanOfTenBotanStructures) {
  GLASSFORGE_NEEDS_REFERENCE_DATA();
  const auto mean = meanOverBotan(Smoothing::force_shift);
  EXPECT_NEAR(mean.energy_per_particle, -6.208947, 1e-6);
  EXPECT_NEAR(mean.pressure, 3.9426, 1e-4);
}

/// The other forms of the cutoff, against means over fifteen structures, of which ours are ten.
TEST(ReferenceEnergy, otherSmoothingsOfTheBotanStructures) {
  GLASSFORGE_NEEDS_REFERENCE_DATA();
  const double error = 0.0122 / std::sqrt(15.0) * 3;
  EXPECT_NEAR(meanOverBotan(Smoothing::none).energy_per_particle, -7.6040, error);
  EXPECT_NEAR(meanOverBotan(Smoothing::shift).energy_per_particle, -7.0353, error);
  EXPECT_NEAR(meanOverBotan(Smoothing::quartic).energy_per_particle, -5.6279, error);
  EXPECT_NEAR(meanOverBotan(Smoothing::none).pressure, 2.895, 0.078 / std::sqrt(15.0) * 3);
  EXPECT_NEAR(meanOverBotan(Smoothing::quartic).pressure, 4.668, 0.078 / std::sqrt(15.0) * 3);
}

}  // namespace
}  // namespace glassforge
