#include "io/checkpoint_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "core/error.hpp"
#include "unit/io/temporary_folder.hpp"

namespace glassforge::io {
namespace {

StoredCheckpoint sample() {
  StoredCheckpoint stored;
  stored.manifest.campaign = "a";
  stored.manifest.campaign_hash = "0123";
  stored.manifest.code_version = "1";
  stored.manifest.instruction_set = "x";
  stored.task = "replicas 0 to 3 of structure 7";
  stored.sequence = 41;
  Checkpoint::Reals many(5000);
  for (std::size_t k = 0; k < many.size(); ++k) many[k] = std::sin(static_cast<double>(k));
  many[7] = std::numeric_limits<double>::quiet_NaN();
  stored.content.put("engine/position", many);
  stored.content.put("engine/image", Checkpoint::Integers{-1, std::int64_t{1} << 60});
  stored.content.put("engine/status", Checkpoint::Texts{"", "particle 3 is lost"});
  stored.content.put("empty/reals", Checkpoint::Reals{});
  stored.content.put("empty/texts", Checkpoint::Texts{});
  stored.content.put("done", std::int64_t{12});
  return stored;
}

TEST(CheckpointFile, comesBackBitForBit) {
  const TemporaryFolder folder;
  const std::string path = folder.path("deep/c.0.h5");
  writeCheckpoint(path, sample());
  const auto back = readCheckpoint(path);
  EXPECT_EQ(back.task, sample().task);
  EXPECT_EQ(back.sequence, 41);
  EXPECT_EQ(back.manifest.kind, "checkpoint");
  EXPECT_EQ(back.manifest.campaign_hash, "0123");
  ASSERT_EQ(back.content.values().size(), sample().content.values().size());
  const auto& now = back.content.reals("engine/position");
  const auto& then = sample().content.reals("engine/position");
  EXPECT_EQ(std::memcmp(now.data(), then.data(), then.size() * sizeof(double)), 0);
  EXPECT_EQ(back.content.integers("engine/image"), sample().content.integers("engine/image"));
  EXPECT_EQ(back.content.texts("engine/status"), sample().content.texts("engine/status"));
  EXPECT_TRUE(back.content.reals("empty/reals").empty());
  EXPECT_TRUE(back.content.texts("empty/texts").empty());
  EXPECT_EQ(back.content.integer("done"), 12);
}

TEST(CheckpointFile, aWrongNameTypeOrSizeIsAnError) {
  const Checkpoint content = sample().content;
  EXPECT_THROW(content.reals("engine/velocity"), FileError);
  EXPECT_THROW(content.integers("engine/position"), FileError);
  EXPECT_THROW(content.reals("engine/position", 4999), FileError);
}

TEST(CheckpointFile, damageAnywhereInItsArraysIsFound) {
  const TemporaryFolder folder;
  const std::string path = folder.path("c.0.h5");
  writeCheckpoint(path, sample());
  std::ifstream in(path, std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto isFound = [&](const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
    try {
      const auto back = readCheckpoint(path);
      return std::memcmp(back.content.reals("engine/position").data(), sample().content.reals("engine/position").data(),
                         5000 * sizeof(double)) == 0;  // bytes that nothing depends on
    } catch (const FileError&) {
      return true;
    }
  };
  for (std::size_t at = 0; at < good.size(); at += 97) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    EXPECT_TRUE(isFound(bad)) << "byte " << at;
  }
  for (const double share : {0.0, 0.1, 0.5, 0.9, 0.999}) {
    std::ofstream(path, std::ios::binary)
        << good.substr(0, static_cast<std::size_t>(share * static_cast<double>(good.size())));
    EXPECT_THROW(readCheckpoint(path), FileError) << share;
  }
}

}  // namespace
}  // namespace glassforge::io
