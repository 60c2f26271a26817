/// Published isoconfigurational labels come out again: GlassBench KA2D structure 151 at T = 0.231.
#include <gtest/gtest.h>

#include <cmath>

#include "io/glass_data.hpp"
#include "iso/launch.hpp"
#include "ml/benchmark/metrics.hpp"
#include "support/reference_data.hpp"

namespace glassforge {
namespace {

/// Mean displacement of the A particles from a published file.
std::vector<double> publishedPropensity(const io::GlassData& data) {
  const auto start = data.snapshot.unwrapped();
  const std::size_t replicas = data.end_positions.extent(0), n = data.end_positions.extent(1);
  std::vector<double> mean;
  for (std::size_t i = 0; i < n; ++i) {
    if (data.snapshot.species[i] != 0) continue;
    double sum = 0;
    for (std::size_t r = 0; r < replicas; ++r) {
      const auto x = data.end_positions.row(r, i);
      sum += std::hypot(x[0] - start[2 * i], x[1] - start[2 * i + 1]);
    }
    mean.push_back(sum / static_cast<double>(replicas));
  }
  return mean;
}

std::vector<double> ourPropensity(const io::GlassData& data, double time) {
  Campaign c;
  c.name = "published";
  c.seed = 7;
  c.system.mixture = Mixture::preset("KA2D");
  c.system.temperature = 0.231;
  c.replicas.count = 20;
  c.replicas.dt = 0.01;
  c.labels.bond_breaking = false;
  c.engine.skin = 0.5;
  const auto ladder = StepLadder::fromTimes({time}, c.replicas.dt);
  const auto labels = iso::gatherReplicas(ladder, data.snapshot.species,
                                          {iso::launch(c, ladder, data.snapshot, {0, 0, c.replicas.count})});
  std::vector<double> mean;
  for (std::size_t i = 0; i < data.snapshot.particles(); ++i) {
    if (data.snapshot.species[i] == 0) mean.push_back(labels.displacement(0, i));
  }
  return mean;
}

double meanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

void expectPublishedLabels(const std::string& time_code, double time) {
  const auto data = io::readGlassData(
      test::referenceFile("glassbench_ka2d_T0.23/N1290T0.23_151_" + time_code + ".npz"), Mixture::preset("KA2D"));
  const auto published = publishedPropensity(data), ours = ourPropensity(data, time);
  const double pearson = ml::pearson(ours, published), ratio = meanOf(ours) / meanOf(published);
  std::printf("t = %g: Pearson %.4f with the published labels, means of R %.5f and %.5f\n", time, pearson, meanOf(ours),
              meanOf(published));
  EXPECT_GE(pearson, 0.85);  // the noise of two sets of 20 replicas allows about 0.88
  EXPECT_NEAR(ratio, 1.0, 0.06);
}

TEST(PublishedLabels, comeOutAgainInTheCage) {
  GLASSFORGE_NEEDS_REFERENCE_DATA();
  expectPublishedLabels("tc15", 11.64);
}

TEST(PublishedLabels, comeOutAgainAfterAHundredTimesLongerLong) {
  GLASSFORGE_NEEDS_REFERENCE_DATA();
  expectPublishedLabels("tc25", 1288.41);
}

}  // namespace
}  // namespace glassforge
