#include "ml/descriptors/neighbour_rows.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/error.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using testing::imageDistance;
using testing::randomInput;

NeighbourSpace spaceOf(const DescriptorInput& input) {
  return {input.dimension, input.box, input.inherent, input.species, input.speciesCount()};
}

void compareWithDoubleLoop(const DescriptorInput& input, double range) {
  std::set<std::int32_t> centres;
  forEachRow(spaceOf(input), range, [&](const NeighbourRow& row) {
    centres.insert(row.centre);
    std::size_t n = 0;
    for (int b = 0; b < input.speciesCount(); ++b) {
      ASSERT_EQ(row.begin[static_cast<std::size_t>(b)], n);
      for (std::size_t j = 0; j < input.particles(); ++j) {
        const double r = imageDistance(input, input.inherent, static_cast<std::size_t>(row.centre), j);
        if (input.species[j] != b || r >= range) continue;
        ASSERT_LT(n, row.ids.size());
        ASSERT_EQ(row.ids[n], static_cast<std::int32_t>(j));
        ASSERT_NEAR(row.distance[n], r, 1e-12);
        ++n;
      }
    }
    ASSERT_EQ(n, row.ids.size());
    ASSERT_EQ(row.begin.back(), n);
  });
  EXPECT_EQ(centres.size(), input.particles());
}

TEST(NeighbourRows, AgreeWithDoubleLoopInOneCell) {
  compareWithDoubleLoop(randomInput(2, 150, 12.0, 3, 1), 6.0);
  compareWithDoubleLoop(randomInput(3, 200, 6.0, 2, 2), 2.9);
}

TEST(NeighbourRows, AgreeWithDoubleLoopInManyCells) {
  compareWithDoubleLoop(randomInput(2, 400, 20.0, 3, 3), 2.0);
  compareWithDoubleLoop(randomInput(3, 500, 8.0, 2, 4), 1.7);
  compareWithDoubleLoop(randomInput(3, 300, 8.0, 1, 5), 2.75);  // three cells along the last axes only
}

/// The rows are those of forEachRow, and their offsets lead from the centre to a periodic copy of the neighbour.
void compareDirectedRows(const DescriptorInput& input, double range) {
  const auto axes = static_cast<std::size_t>(input.dimension);
  std::vector<std::vector<std::int32_t>> ids(input.particles());
  std::vector<std::vector<double>> distances(input.particles());
  forEachRow(spaceOf(input), range, [&](const NeighbourRow& row) {
    ids[static_cast<std::size_t>(row.centre)].assign(row.ids.begin(), row.ids.end());
    distances[static_cast<std::size_t>(row.centre)].assign(row.distance.begin(), row.distance.end());
    ASSERT_TRUE(row.offset[0].empty());
  });
  std::size_t rows = 0;
  forEachDirectedRow(spaceOf(input), range, [&](const NeighbourRow& row) {
    ++rows;
    const auto i = static_cast<std::size_t>(row.centre);
    ASSERT_EQ(std::vector(row.ids.begin(), row.ids.end()), ids[i]);
    for (std::size_t n = 0; n < row.ids.size(); ++n) {
      ASSERT_EQ(row.distance[n], distances[i][n]);
      double square = 0;
      for (std::size_t k = 0; k < axes; ++k) {
        const auto j = static_cast<std::size_t>(row.ids[n]);
        const double boxes =
            (row.offset[k][n] - (input.inherent[j * axes + k] - input.inherent[i * axes + k])) / input.box[k];
        ASSERT_NEAR(boxes, std::round(boxes), 1e-13);
        square += row.offset[k][n] * row.offset[k][n];
      }
      ASSERT_NEAR(std::sqrt(square), row.distance[n], 1e-13);
    }
  });
  EXPECT_EQ(rows, input.particles());
}

TEST(NeighbourRows, DirectedRowsHoldTheSameAndOffsets) {
  compareDirectedRows(randomInput(2, 150, 12.0, 3, 7), 6.0);
  compareDirectedRows(randomInput(2, 400, 20.0, 3, 8), 2.0);
  compareDirectedRows(randomInput(3, 500, 8.0, 2, 9), 1.7);
}

TEST(NeighbourRows, RangeIsAtMostHalfTheBox) {
  const DescriptorInput input = randomInput(2, 10, 12.0, 2, 6);
  EXPECT_THROW(forEachRow(spaceOf(input), 6.01, [](const NeighbourRow&) {}), InputError);
  EXPECT_THROW(forEachRow(spaceOf(input), 0.0, [](const NeighbourRow&) {}), InputError);
  EXPECT_EQ(rangeWithin(input.box, 20.0), 6.0);
  EXPECT_EQ(rangeWithin(input.box, 5.0), 5.0);
}

}  // namespace
}  // namespace glassforge::ml
