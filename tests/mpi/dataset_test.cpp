// dataset.h5 written by 1 to 4 ranks: the same content as by one, with ranks that have nothing to write, and damage
// found.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/error.hpp"
#include "io/dataset_file.hpp"
#include "par/communicator.hpp"

namespace glassforge::io {
namespace {

const par::Communicator& world() {
  static const par::Communicator comm = par::Communicator::world();
  return comm;
}

/// The same on every rank.
std::string path(const std::string& name) {
  const auto id = world().broadcast(std::to_string(getpid()));
  return (std::filesystem::temp_directory_path() / ("glassforge_dataset_" + id + "_" + name)).string();
}

/// Five structures, of which one has no pairs.
DatasetLayout layout() {
  return {{0, 1, 4, 5, 9},
          {0, 3, 3, 7, 8, 12},
          {{"x", {"structures", "particles", "dimensions"}, {700, 3}, false},
           {"a/species", {"structures", "particles"}, {700}, true},
           {"energy", {"structures"}, {}, false},
           {"labels/pairs/change", {"pairs", "times"}, {2}, false}}};
}

/// Values that say which array and row they belong to.
template <class T>
std::vector<T> rowsOf(const DatasetLayout& layout, std::size_t array, std::size_t first, std::size_t count) {
  const auto& a = layout.arrays[array];
  const std::size_t width = layout.rowBytes(a) / sizeof(T);
  std::vector<T> rows;
  if (count == 0) return rows;
  for (std::size_t row = layout.firstRow(a, first); row < layout.firstRow(a, first + count); ++row) {
    for (std::size_t k = 0; k < width; ++k) rows.push_back(static_cast<T>(1000000 * array + 10000 * row + k));
  }
  return rows;
}

void create(const std::string& file, const DatasetLayout& layout) {
  par::together(world(), [&] {
    if (world().root())
      createDataset(file, layout, [](const Hdf5Group& root) { root.setAttribute("kind", "dataset"); });
  });
}

/// Structures are dealt out in turn; ranks beyond the last one take part with nothing.
void fill(const std::string& file, const DatasetLayout& layout) {
  DatasetWriter writer(world().handle(), file, layout);
  const auto size = static_cast<std::size_t>(world().size()), S = layout.structures.size();
  for (std::size_t begin = 0; begin < S; begin += size) {
    const std::size_t mine = begin + static_cast<std::size_t>(world().rank()), count = mine < S ? 1 : 0;
    for (std::size_t k = 0; k < layout.arrays.size(); ++k) {
      const auto whole =
          layout.arrays[k].integer ? rowsOf<std::int32_t>(layout, k, mine, count) : std::vector<std::int32_t>();
      const auto real = layout.arrays[k].integer ? std::vector<double>() : rowsOf<double>(layout, k, mine, count);
      writer.write(k, mine, count, layout.arrays[k].integer ? static_cast<const void*>(whole.data()) : real.data());
    }
    writer.requireWritten();
  }
  writer.close();
}

void remove(const std::string& file) {
  world().barrier();
  if (world().root()) std::filesystem::remove(file);
}

TEST(Dataset, holdsWhatTheRanksWrote) {
  const auto file = path("whole.h5");
  create(file, layout());
  fill(file, layout());
  world().barrier();
  checkDataset(file);
  EXPECT_EQ(datasetStructures(file), layout().structures);
  const Hdf5File open(file);
  EXPECT_EQ(open.root().read<double>("x").values(), rowsOf<double>(layout(), 0, 0, 5));
  EXPECT_EQ(open.root().read<std::int32_t>("a/species").values(), rowsOf<std::int32_t>(layout(), 1, 0, 5));
  EXPECT_EQ(open.root().read<double>("labels/pairs/change").shape(), (std::vector<std::size_t>{12, 2}));
  remove(file);
}

/// Against the file that rank 0 writes alone.
TEST(Dataset, contentDoesNotDependOnTheRanks) {
  const auto file = path("ranks.h5"), alone = path("alone.h5");
  create(file, layout());
  fill(file, layout());
  par::together(world(), [&] {
    if (!world().root()) return;
    createDataset(alone, layout(), [](const Hdf5Group& root) { root.setAttribute("kind", "dataset"); });
    DatasetWriter writer(MPI_COMM_SELF, alone, layout());
    for (std::size_t k = 0; k < layout().arrays.size(); ++k) {
      const auto l = layout();
      const auto whole = rowsOf<std::int32_t>(l, k, 0, 5);
      const auto real = l.arrays[k].integer ? std::vector<double>() : rowsOf<double>(l, k, 0, 5);
      writer.write(k, 0, 5, l.arrays[k].integer ? static_cast<const void*>(whole.data()) : real.data());
    }
    writer.close();
    EXPECT_EQ(contentHash(file), contentHash(alone));
    EXPECT_EQ(std::filesystem::file_size(file), std::filesystem::file_size(alone));
    std::filesystem::remove(alone);
  });
  remove(file);
}

TEST(Dataset, aFlippedBitIsFoundByTheRankThatLooks) {
  const auto file = path("damaged.h5");
  create(file, layout());
  fill(file, layout());
  world().barrier();
  if (world().root()) {
    const auto bytes = std::filesystem::file_size(file);
    std::fstream data(file, std::ios::in | std::ios::out | std::ios::binary);
    std::string text(bytes, '\0');
    data.read(text.data(), static_cast<std::streamsize>(bytes));
    const double sought = rowsOf<double>(layout(), 0, 2, 1)[5];
    const auto at = text.find(std::string(reinterpret_cast<const char*>(&sought), sizeof sought));
    ASSERT_NE(at, std::string::npos);
    data.seekp(static_cast<std::streamoff>(at));
    data.put(static_cast<char>(text[at] ^ 1));
  }
  world().barrier();
  EXPECT_THROW(checkDataset(file), FileError);
  EXPECT_THROW(checkDataset(file, 2, 4), FileError);
  EXPECT_NO_THROW(checkDataset(file, 3, 4));
  remove(file);
}

TEST(Dataset, truncationIsFound) {
  const auto file = path("short.h5");
  create(file, layout());
  fill(file, layout());
  world().barrier();
  if (world().root()) std::filesystem::resize_file(file, std::filesystem::file_size(file) - 512);
  world().barrier();
  EXPECT_THROW(checkDataset(file), FileError);
  remove(file);
}

TEST(Dataset, aMissingFileIsAnErrorOnEveryRank) {
  EXPECT_THROW(DatasetWriter(world().handle(), path("nowhere.h5"), layout()), FileError);
}

}  // namespace
}  // namespace glassforge::io
