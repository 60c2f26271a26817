#include "core/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace glassforge {
namespace {

TEST(RandomStream, isAPureFunctionOfItsKeyStepAndIndex) {
  const StreamKey key{20261122, Purpose::test, 3, 7};
  EXPECT_EQ(RandomStream(key).words(5, 6), RandomStream(key).words(5, 6));
  std::set<std::array<std::uint32_t, 4>> seen;
  const auto add = [&](const StreamKey& k, std::uint64_t step, std::uint32_t index) {
    const auto w = RandomStream(k).words(step, index);
    seen.insert({w.v[0], w.v[1], w.v[2], w.v[3]});
  };
  add(key, 5, 6);
  add({20261123, Purpose::test, 3, 7}, 5, 6);
  add({20261122ull | 1ull << 40, Purpose::test, 3, 7}, 5, 6);  // all 64 bits of the seed count
  add({20261122, Purpose::split, 3, 7}, 5, 6);
  add({20261122, Purpose::test, 4, 7}, 5, 6);
  add({20261122, Purpose::test, 3, 8}, 5, 6);
  add(key, 6, 6);
  add(key, 5ull | 1ull << 40, 6);  // and all 64 bits of the step
  add(key, 5, 7);
  EXPECT_EQ(seen.size(), 9u);
}

TEST(RandomStream, theGeneratorIsPhiloxOfThePublishedTestVectors) {
  // Random123's known-answer tests, kat_vectors: philox4x32, 10 rounds
  const RandomStream::Philox::ctr_type counter{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}};
  const RandomStream::Philox::key_type key{{0xa4093822, 0x299f31d0}};
  const auto out = RandomStream::Philox()(counter, key);
  EXPECT_EQ(out.v[0], 0xd16cfe09u);
  EXPECT_EQ(out.v[1], 0x94fdccebu);
  EXPECT_EQ(out.v[2], 0x5001e420u);
  EXPECT_EQ(out.v[3], 0x24126ea1u);
}

TEST(RandomStream, uniformsAndNormalsHaveTheirMoments) {
  const RandomStream stream({1, Purpose::test, 0, 0});
  const int n = 200000;
  double mean = 0, square = 0, normal_mean = 0, normal_square = 0, fourth = 0, product = 0;
  for (int k = 0; k < n; ++k) {
    const auto u = stream.uniforms(0, static_cast<std::uint32_t>(k));
    ASSERT_GT(u[0], 0.0);
    ASSERT_LT(u[0], 1.0);
    mean += u[0];
    square += u[0] * u[0];
    const auto z = stream.normals(1, static_cast<std::uint32_t>(k));
    normal_mean += z[0] + z[1];
    normal_square += z[0] * z[0] + z[1] * z[1];
    fourth += std::pow(z[0], 4);
    product += z[0] * z[1];
  }
  EXPECT_NEAR(mean / n, 0.5, 4 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(square / n, 1.0 / 3, 4 * std::sqrt(4.0 / 45 / n));
  EXPECT_NEAR(normal_mean / (2 * n), 0, 4 / std::sqrt(2.0 * n));
  EXPECT_NEAR(normal_square / (2 * n), 1, 4 * std::sqrt(2.0 / (2 * n)));
  EXPECT_NEAR(fourth / n, 3, 4 * std::sqrt(96.0 / n));
  EXPECT_NEAR(product / n, 0, 4 / std::sqrt(1.0 * n));
}

TEST(RandomStream, theEdgesOfTheUnitIntervalAreNeverReached) {
  EXPECT_GT(RandomStream::toUnit(0, 0), 0.0);
  EXPECT_LT(RandomStream::toUnit(0xffffffffu, 0xffffffffu), 1.0);
}

}  // namespace
}  // namespace glassforge
