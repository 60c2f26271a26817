// The published files, read and written back (GLASSFORGE_REFERENCE_DATA names their folder).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "core/error.hpp"
#include "io/configuration.hpp"
#include "io/glass_data.hpp"
#include "io/npz.hpp"
#include "io/text_file.hpp"

namespace glassforge::io {
namespace {

namespace fs = std::filesystem;

class PublishedFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("GLASSFORGE_REFERENCE_DATA");
    if (folder == nullptr) GTEST_SKIP() << "GLASSFORGE_REFERENCE_DATA is not set";
    folder_ = folder;
  }
  fs::path folder_;
};

/// Mean over replicas of |r(t) - r(0)| over the particles of a species.
double meanDisplacement(const GlassData& data, std::int32_t species) {
  const auto start = data.snapshot.unwrapped();
  const auto& ends = data.end_positions;
  const auto d = ends.extent(2);
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t r = 0; r < ends.extent(0); ++r) {
    for (std::size_t i = 0; i < ends.extent(1); ++i) {
      if (data.snapshot.species[i] != species) continue;
      double squared = 0;
      for (std::size_t k = 0; k < d; ++k) squared += std::pow(ends(r, i, k) - start[i * d + k], 2);
      sum += std::sqrt(squared);
      ++count;
    }
  }
  return sum / static_cast<double>(count);
}

TEST_F(PublishedFiles, BotanIsWrittenBackByteForByte) {
  const auto mixture = Mixture::preset("KA");
  for (int k = 1; k <= 10; ++k) {
    const auto path = (folder_ / "botan_ka3d_T0.44" / botanFileName(4096, 0.44, k, 7)).string();
    const auto data = readGlassData(path, mixture);
    EXPECT_EQ(data.snapshot.species, mixture.speciesByCount());
    ASSERT_EQ(data.end_positions.shape(), (std::vector<std::size_t>{32, 4096, 3}));
    EXPECT_EQ(parseGlassName(path).number, k);
    const auto copy = (fs::temp_directory_path() / ("glassforge_botan_" + std::to_string(k) + ".npz")).string();
    writeBotan(copy, data);
    EXPECT_TRUE(readText(copy) == readText(path)) << path;
    fs::remove(copy);
  }
}

/// Means of the published structure 151, A particles, from the displacements of its 20 replicas.
TEST_F(PublishedFiles, GlassBenchDisplacements) {
  const auto mixture = Mixture::preset("KA2D");
  const std::vector<std::pair<int, double>> means{{5, 0.05328}, {15, 0.12642}, {25, 0.12989}, {35, 0.19144}, {40, 0.62604}};
  for (const auto& [code, mean] : means) {
    const auto path = (folder_ / "glassbench_ka2d_T0.23" / glassBenchFileName(1290, 0.231, 151, code)).string();
    const auto data = readGlassData(path, mixture);
    EXPECT_EQ(data.snapshot.box, mixture.box);
    EXPECT_EQ(parseGlassName(path).time_code, code);
    EXPECT_NEAR(meanDisplacement(data, 0), mean, 6e-6) << code;
    ASSERT_EQ(data.inherent.shape(), (std::vector<std::size_t>{1290, 2}));
  }
}

/// The file names the MD5 of the original archive it was taken from: ours of the same arrays has that sum.
TEST_F(PublishedFiles, GlassBenchIsWrittenAsPublished) {
  const auto mixture = Mixture::preset("KA2D");
  for (const int code : {5, 15, 25, 35, 40}) {
    const auto path = (folder_ / "glassbench_ka2d_T0.23" / glassBenchFileName(1290, 0.231, 151, code)).string();
    const NpzReader original(path);
    auto data = readGlassData(path, mixture);
    data.inherent = original.reals("initial_positions_inherent");
    data.snapshot.position = original.reals("initial_positions").values();
    data.snapshot.image.clear();
    const auto copy = (fs::temp_directory_path() / "glassforge_glassbench.npz").string();
    writeGlassBench(copy, data);
    const auto sum = original.read("npz_member_md5").texts().at(0);
    EXPECT_EQ(std::system(("echo '" + sum + "  " + copy + "' | md5sum --check --status").c_str()), 0) << code;
    fs::remove(copy);
  }
}

TEST_F(PublishedFiles, GoldenConfigurationIsRead) {
  const auto mixture = Mixture::preset("KA2D");
  const auto s = readConfiguration((folder_ / "ka2d_golden" / "config_0.xyz").string(), mixture);
  ASSERT_EQ(s.particles(), 1290u);
  EXPECT_EQ(s.box, mixture.box);
  EXPECT_EQ(s.species[0], 2);
  EXPECT_DOUBLE_EQ(s.unwrapped()[0], -15.8415);
  EXPECT_EQ(std::count(s.species.begin(), s.species.end(), 0), 600);
}

}  // namespace
}  // namespace glassforge::io
