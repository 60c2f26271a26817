// What a newcomer would look at first: the descriptor is known by its name, gives what its formula says, and models can
// be asked for on it.
#include <gtest/gtest.h>

#include <cmath>

#include "ml/models/model.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

TEST(OwnDescriptor, IsKnownByItsName) {
  const auto input = testing::randomInput(3, 200, 6.0, 2, 1);
  const auto set = makeDescriptor("neighbour_spread", input.species_names, 3)->describe(input);
  ASSERT_EQ(set.values.shape(), (std::vector<std::size_t>{200, 2}));
  for (std::size_t i = 0; i < 200; i += 9) {
    double count = 0, sum = 0, squares = 0;
    for (std::size_t j = 0; j < 200; ++j) {
      const double x =
          testing::imageDistance(input, input.inherent, i, j) / input.sigmaOf(input.species[i], input.species[j]);
      if (j == i || x >= 1.4) continue;
      ++count;
      sum += x;
      squares += x * x;
    }
    ASSERT_GT(count, 0);
    EXPECT_NEAR(set.values(i, 0), sum / count, 1e-12);
    EXPECT_NEAR(set.values(i, 1), std::sqrt(squares / count - sum / count * (sum / count)), 1e-7);
  }
}

TEST(OwnDescriptor, IsReadByModelsAndTakesMarks) {
  EXPECT_EQ(makeModel({"ridge_neighbour_spread", {"A", "B"}, 3, {}})->descriptorSet(), "neighbour_spread");
  EXPECT_EQ(makeDescriptor("neighbour_spread@thermal_cg2+DEN", {"A", "B"}, 3)->columns().size(), 3u);
}

}  // namespace
}  // namespace glassforge::ml
