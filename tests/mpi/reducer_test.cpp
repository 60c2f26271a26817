// Sums over structures and hashes of files are the same bits for any number of ranks.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "app/learning_data.hpp"
#include "app/parents.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "io/hdf5.hpp"

namespace glassforge::app {
namespace {

const par::Communicator& world() {
  static const par::Communicator comm = par::Communicator::world();
  return comm;
}

/// Numbers of very unlike sizes, so that another order of summing gives other bits.
std::vector<double> blockOf(std::int64_t structure, std::size_t length) {
  const RandomStream stream({11, Purpose::split, static_cast<std::uint32_t>(structure), 0});
  std::vector<double> block;
  for (std::size_t k = 0; k < length; ++k) {
    const auto u = stream.uniforms(0, static_cast<std::uint32_t>(k));
    block.push_back((u[0] - 0.5) * std::pow(10.0, 30 * u[1] - 15));
  }
  return block;
}

const std::vector<std::int64_t> kStructures{5, 0, 17, 3, 4, 9, 12, 2, 1, 31, 8};

TEST(MpiReducer, gathersWhatOneProcessHas) {
  const auto make = [](std::int64_t s) { return blockOf(s, static_cast<std::size_t>(s % 4)); };  // some are empty
  MpiReducer shared(world());
  ml::SerialReducer alone;
  EXPECT_EQ(shared.gather(kStructures, make), alone.gather(kStructures, make));
  EXPECT_TRUE(shared.gather({}, make).empty());
}

TEST(MpiReducer, sumsToTheSameBits) {
  const auto make = [](std::int64_t s) { return blockOf(s, 1000); };
  MpiReducer shared(world());
  ml::SerialReducer alone;
  const auto expected = alone.sum(kStructures, 1000, make);
  EXPECT_EQ(shared.sum(kStructures, 1000, make), expected);
  std::vector<std::int64_t> reversed(kStructures.rbegin(), kStructures.rend());
  EXPECT_NE(alone.sum(reversed, 1000, make), expected) << "the order does not show in these numbers";
}

TEST(MpiReducer, makesEachBlockOnOneRank) {
  std::vector<double> mine;
  MpiReducer(world()).gather(kStructures, [&](std::int64_t s) {
    mine.push_back(static_cast<double>(s));
    return blockOf(s, 1);
  });
  std::multiset<double> made;
  for (const auto& from : world().allGather(mine)) made.insert(from.begin(), from.end());
  EXPECT_EQ(made, std::multiset<double>(kStructures.begin(), kStructures.end()));
}

TEST(MpiReducer, anErrorOfOneBlockReachesAll) {
  const auto make = [](std::int64_t s) {
    require<FileError>(s != kStructures.back(), "structure {} cannot be read", s);
    return blockOf(s, 3);
  };
  MpiReducer reducer(world());
  try {
    reducer.gather(kStructures, make);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::file_error);
  }
}

/// Small HDF5 files in a folder that every rank names alike.
class ContentHashes : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto place = std::filesystem::temp_directory_path() / fmt::format("glassforge_mpi_{}", ::getpid());
    folder_ = world().broadcast(place.string());
    for (int k = 0; k < 5; ++k) files_.push_back(fmt::format("{}/{}.h5", folder_, k));
    par::together(world(), [&] {
      if (!world().root()) return;
      for (std::size_t k = 0; k < files_.size(); ++k) {
        io::Hdf5Writer writer(files_[k]);
        writer.root().setAttribute("number", static_cast<std::int64_t>(k));
        writer.commit();
      }
    });
  }
  void TearDown() override {
    world().barrier();
    if (world().root()) std::filesystem::remove_all(folder_);
  }

  std::string folder_;
  std::vector<std::string> files_;
};

TEST_F(ContentHashes, areTheSameOnEveryRank) {
  const auto hashes = contentHashes(world(), files_);
  ASSERT_EQ(hashes.size(), files_.size());
  for (std::size_t k = 0; k < files_.size(); ++k) EXPECT_EQ(hashes[k], io::contentHash(files_[k]));
  EXPECT_EQ(std::set<std::string>(hashes.begin(), hashes.end()).size(), files_.size());
  const std::string all = hashOfFiles(world(), files_, "and this");
  EXPECT_NE(hashOfFiles(world(), files_, "and that"), all);
  std::swap(files_[0], files_[1]);
  EXPECT_NE(hashOfFiles(world(), files_, "and this"), all);
}

TEST_F(ContentHashes, ofAMissingFileAreAnErrorOnAll) {
  files_.push_back(folder_ + "/none.h5");
  EXPECT_THROW(contentHashes(world(), files_), Error);
}

}  // namespace
}  // namespace glassforge::app
