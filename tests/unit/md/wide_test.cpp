/// The wide numbers: every operation against the same on plain numbers, lane by lane.
#include "md/wide.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "core/replica_pack.hpp"
#include "md/wide_float.hpp"

namespace glassforge::md {
namespace {

constexpr int kDoubles = Wide::width, kFloats = WideFloat::width;

Wide ramp(double first, double step) {
  double values[kDoubles];
  for (int k = 0; k < kDoubles; ++k) values[k] = first + k * step;
  return Wide::load(values);
}

double lane(const Wide& a, int k) {
  double values[kDoubles];
  a.store(values);
  return values[k];
}

TEST(Wide, arithmeticIsThatOfDouble) {
  const Wide a = ramp(0.7, 1.3), b = ramp(-2.1, 0.9);
  for (int k = 0; k < kDoubles; ++k) {
    const double x = 0.7 + k * 1.3, y = -2.1 + k * 0.9;
    EXPECT_EQ(lane(a + b, k), x + y);
    EXPECT_EQ(lane(a - b, k), x - y);
    EXPECT_EQ(lane(a * b, k), x * y);
    EXPECT_EQ(lane(b / a, k), y / x);
    EXPECT_EQ(lane(reciprocal(a), k), 1.0 / x);
    EXPECT_EQ(lane(squareRoot(a), k), std::sqrt(x));
    EXPECT_EQ(lane(nearestInteger(b), k), std::nearbyint(y));
    EXPECT_EQ(lane(fusedMultiplyAdd(a, b, a), k), std::fma(x, y, x));
    EXPECT_EQ(lane(fusedNegativeMultiplyAdd(a, b, a), k), std::fma(-x, y, x));
    EXPECT_EQ(lane(keep(b < Wide(0.3), a), k), y < 0.3 ? x : 0.0);
    EXPECT_EQ(lane(keep(firstLanes(2), a), k), k < 2 ? x : 0.0);
  }
  EXPECT_TRUE((b < Wide(0.0)).any());
  EXPECT_FALSE((a < Wide(0.0)).any());
  EXPECT_DOUBLE_EQ(sum(ramp(1.0, 1.0)), 0.5 * kDoubles * (kDoubles + 1));
}

template <bool more_than_four>
void expectTableFoundBySpecies(int species_count) {
  double table[Mixture::max_species] = {};
  for (int s = 0; s < species_count; ++s) table[s] = 10.5 + s;
  for (int shift = 0; shift < species_count; ++shift) {
    double codes[kDoubles];
    for (int k = 0; k < kDoubles; ++k) codes[k] = speciesCode((k + shift) % species_count);
    const Wide found = lookup(WideTable<more_than_four>(table), Wide::load(codes));
    for (int k = 0; k < kDoubles; ++k) EXPECT_EQ(lane(found, k), table[(k + shift) % species_count]);
  }
}

TEST(Wide, tablesAreReadBySpeciesCode) {
  expectTableFoundBySpecies<false>(4);
  expectTableFoundBySpecies<true>(Mixture::max_species);
  for (int s = 0; s < Mixture::max_species; ++s) EXPECT_EQ(speciesOf(speciesCode(s)), s);
}

TEST(Wide, rowsAreTransposed) {
  alignas(64) double rows[4 * 40];
  for (int i = 0; i < 4 * 40; ++i) rows[i] = i;
  int offset[kDoubles];
  for (int k = 0; k < kDoubles; ++k) offset[k] = 4 * ((7 * k + 3) % 40);
  const WideRows r = loadRows(rows, offset);
  for (int k = 0; k < kDoubles; ++k) {
    EXPECT_EQ(lane(r.x, k), offset[k]);
    EXPECT_EQ(lane(r.y, k), offset[k] + 1);
    EXPECT_EQ(lane(r.z, k), offset[k] + 2);
    EXPECT_EQ(lane(r.code, k), offset[k] + 3);
  }
}

TEST(Wide, compressKeepsTheLanesThatAreSetInTheirOrder) {
  for (unsigned mask = 0; mask < 1u << kDoubles; ++mask) {
    double set[kDoubles];
    int index[kDoubles], out[2 * kDoubles] = {};
    std::vector<int> expected;
    for (int k = 0; k < kDoubles; ++k) {
      set[k] = mask >> k & 1u ? -1.0 : 1.0;
      index[k] = 100 + k;
      if (set[k] < 0) expected.push_back(index[k]);
    }
    const int count = compress(Wide::load(set) < Wide(0.0), index, out);
    EXPECT_EQ(std::vector<int>(out, out + count), expected);
  }
}

TEST(WideFloat, compressKeepsTheLanesThatAreSetInTheirOrder) {
  for (unsigned mask = 0; mask < 1u << kFloats; mask += 1 + mask / 64) {
    float set[kFloats];
    int index[kFloats], out[2 * kFloats] = {};
    std::vector<int> expected;
    for (int k = 0; k < kFloats; ++k) {
      set[k] = mask >> k & 1u ? -1.0f : 1.0f;
      index[k] = 100 + k;
      if (set[k] < 0) expected.push_back(index[k]);
    }
    const int count = compress(WideFloat::load(set) < WideFloat(0.0), WideInt::load(index), out);
    EXPECT_EQ(std::vector<int>(out, out + count), expected);
  }
}

TEST(WideFloat, differencesOfIntegersWrap) {
  std::int32_t wrapped[kFloats];
  (WideInt(-2147483647) - WideInt(2147483647)).store(wrapped);
  for (const std::int32_t w : wrapped) EXPECT_EQ(w, 2);
}

}  // namespace
}  // namespace glassforge::md
