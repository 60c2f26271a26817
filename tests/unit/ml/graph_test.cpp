#include "ml/nn/graph.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using testing::imageDistance;
using testing::randomInput;

void compareWithDoubleLoop(const DescriptorInput& input, double cutoff, nn::SelfLoops loops) {
  const nn::Graph graph = makeGraph(input.space(Positions::thermal), cutoff, loops);
  std::size_t e = 0;
  for (std::size_t i = 0; i < input.particles(); ++i) {
    ASSERT_EQ(graph.begin[i], static_cast<std::int64_t>(e));
    for (std::size_t j = 0; j < input.particles(); ++j) {
      const double r = imageDistance(input, input.thermal, i, j);
      if (r >= cutoff || (i == j && loops == nn::SelfLoops::no)) continue;
      ASSERT_LT(e, graph.sender.size());
      EXPECT_EQ(graph.sender[e], static_cast<std::int32_t>(j));
      EXPECT_EQ(graph.receiver[e], static_cast<std::int32_t>(i));
      double square = 0;
      for (int d = 0; d < input.dimension; ++d) {
        const auto at = static_cast<std::size_t>(d), axes = static_cast<std::size_t>(input.dimension);
        const double offset = graph.offset[e * axes + at];
        const double plain = input.thermal[i * axes + at] - input.thermal[j * axes + at];
        EXPECT_NEAR(std::remainder(plain - offset, input.box[at]), 0, 1e-12);
        square += offset * offset;
      }
      EXPECT_NEAR(std::sqrt(square), r, 1e-12);
      ++e;
    }
  }
  EXPECT_EQ(graph.edges(), static_cast<std::int64_t>(e));
  EXPECT_EQ(graph.begin.back(), graph.edges());
}

TEST(Graph, AgreesWithDoubleLoop) {
  compareWithDoubleLoop(randomInput(3, 300, 7.0, 2, 1), 2.0, nn::SelfLoops::no);
  compareWithDoubleLoop(randomInput(3, 300, 7.0, 2, 2), 2.0, nn::SelfLoops::yes);
  compareWithDoubleLoop(randomInput(2, 200, 12.0, 3, 3), 2.0, nn::SelfLoops::no);
}

TEST(Graph, EveryEdgeHasItsReverse) {
  const auto input = randomInput(3, 300, 7.0, 2, 4);
  const nn::Graph graph = makeGraph(input.space(Positions::thermal), 2.0, nn::SelfLoops::yes);
  for (std::size_t e = 0; e < graph.sender.size(); ++e) {
    const auto back = static_cast<std::size_t>(graph.reverse[e]);
    ASSERT_LT(back, graph.sender.size());
    EXPECT_EQ(graph.sender[back], graph.receiver[e]);
    EXPECT_EQ(graph.receiver[back], graph.sender[e]);
    EXPECT_EQ(static_cast<std::size_t>(graph.reverse[back]), e);
    for (std::size_t d = 0; d < 3; ++d) EXPECT_NEAR(graph.offset[3 * back + d], -graph.offset[3 * e + d], 1e-12);
  }
}

TEST(Graph, RefusesTwoParticlesInOnePlace) {
  auto input = randomInput(3, 50, 7.0, 2, 5);
  std::copy_n(input.thermal.begin(), 3, input.thermal.begin() + 3 * 17);
  EXPECT_THROW(makeGraph(input.space(Positions::thermal), 2.0, nn::SelfLoops::no), InputError);
}

}  // namespace
}  // namespace glassforge::ml
