#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "ml/descriptors/exponential.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using testing::Draws;
using testing::imageDistance;
using testing::randomInput;

FeatureSet describe(const std::string& name, const DescriptorInput& input) {
  return makeDescriptor(name, input.species_names, input.dimension)->describe(input);
}

std::size_t columnOf(const FeatureSet& set, const std::string& name) {
  const auto it = std::ranges::find(set.names, name);
  EXPECT_NE(it, set.names.end()) << name;
  return static_cast<std::size_t>(it - set.names.begin());
}

/// sum_j w f_j and sum_j w over species (-1: all) by the definition.
struct BruteSums {
  double weight = 0, value = 0, square_deviation = 0;
};

template <class Field>
BruteSums bruteSums(const DescriptorInput& input, const std::vector<double>& x, std::size_t i, double length,
                    int species, const Field& field) {
  double range = 20;
  for (const double l : input.box) range = std::min(range, l / 2);
  BruteSums sums;
  for (int pass = 0; pass < 2; ++pass)
    for (std::size_t j = 0; j < input.particles(); ++j) {
      const double r = imageDistance(input, x, i, j);
      if (r >= range || (species >= 0 && input.species[j] != species)) continue;
      const double w = std::exp(-r / length);
      if (pass == 0) {
        sums.weight += w;
        sums.value += w * field(j);
      } else {
        const double deviation = field(j) - sums.value / sums.weight;
        sums.square_deviation += w * deviation * deviation;
      }
    }
  return sums;
}

double squaredStep(const DescriptorInput& input, std::size_t i) {
  double square = 0;
  for (std::size_t k = 0; k < input.box.size(); ++k) {
    double dx = input.inherent[i * input.box.size() + k] - input.thermal[i * input.box.size() + k];
    while (dx > input.box[k] / 2) dx -= input.box[k];
    while (dx < -input.box[k] / 2) dx += input.box[k];
    square += dx * dx;
  }
  return square;
}

void compareCoarseGrained(const std::string& name, const DescriptorInput& input) {
  const FeatureSet set = describe(name, input);
  const auto energy = [&](std::size_t j) { return input.inherent_energy[j]; };
  const auto step = [&](std::size_t j) { return squaredStep(input, j); };
  for (std::size_t i = 0; i < input.particles(); i += 17)
    for (int b = -1; b < input.speciesCount(); ++b) {
      const std::string of = b < 0 ? "all" : input.species_names[static_cast<std::size_t>(b)];
      const double own = b < 0 || input.species[i] == b ? 1 : 0;
      EXPECT_EQ(set.values(i, columnOf(set, "rho_L0_" + of)), own);
      EXPECT_NEAR(set.values(i, columnOf(set, "E_L0_" + of)), own * input.inherent_energy[i], 1e-13);
      EXPECT_NEAR(set.values(i, columnOf(set, "D_L0_" + of)), own * squaredStep(input, i), 1e-13);
      EXPECT_EQ(set.values(i, columnOf(set, "VarE_L0_" + of)), 0);
      for (int k = 1; k <= 15; ++k) {
        const double length = 0.5 * k;
        const std::string suffix = fmt::format("_L{}_{}", length, of);
        const BruteSums e = bruteSums(input, input.inherent, i, length, b, energy);
        const BruteSums d = bruteSums(input, input.inherent, i, length, b, step);
        EXPECT_NEAR(set.values(i, columnOf(set, "rho" + suffix)) / e.weight, 1, 1e-12);
        EXPECT_NEAR(set.values(i, columnOf(set, "E" + suffix)), e.value / e.weight, 1e-12);
        EXPECT_NEAR(set.values(i, columnOf(set, "D" + suffix)), d.value / d.weight, 1e-12);
        EXPECT_NEAR(set.values(i, columnOf(set, "VarE" + suffix)), e.square_deviation / e.weight, 1e-12);
      }
    }
}

TEST(Exponential, AgreesWithTheLibrary) {
  for (double x = 0; x > -690; x -= 0.0371) EXPECT_NEAR(expNonPositive(x) / std::exp(x), 1, 5e-16) << x;
  EXPECT_EQ(expNonPositive(0.0), 1.0);
  EXPECT_LT(expNonPositive(-1e300), 1e-300);
}

TEST(Descriptors, StructureSetAgreesWithDoubleLoopIn2D) {
  compareCoarseGrained("structure", randomInput(2, 330, 17.0, 3, 11));
}
TEST(Descriptors, StructureSetAgreesWithDoubleLoopIn3D) {
  compareCoarseGrained("structure", randomInput(3, 400, 7.0, 2, 12));
}
TEST(Descriptors, StructureSetAgreesWithDoubleLoopBeyondTheRange) {
  compareCoarseGrained("structure", randomInput(2, 500, 62.0, 3, 13));  // range 20, three cells along each axis
}

TEST(Descriptors, HandMadeAgreeWithDoubleLoop) {
  const DescriptorInput input = randomInput(2, 300, 16.0, 3, 14);
  const FeatureSet den = describe("DEN", input), epot = describe("EPOT", input);
  const auto energy = [&](std::size_t j) { return input.inherent_energy[j]; };
  ASSERT_EQ(den.values.shape(), (std::vector<std::size_t>{300, 1}));
  for (std::size_t i = 0; i < input.particles(); i += 7) {
    EXPECT_NEAR(den.values(i, 0), bruteSums(input, input.thermal, i, 5.0, -1, energy).weight, 1e-10);
    const BruteSums e = bruteSums(input, input.inherent, i, 5.0, -1, energy);
    EXPECT_NEAR(epot.values(i, 0), e.value / e.weight, 1e-12);
  }
}

TEST(Descriptors, SetsAreColumnsOfTheStructureSet) {
  const DescriptorInput input = randomInput(2, 120, 11.0, 3, 15);
  const FeatureSet all = describe("structure", input);
  EXPECT_EQ(all.names.size(), 4 * 16 * 4);
  for (const std::string name : {"density", "energy", "density_energy"}) {
    const FeatureSet set = describe(name, input);
    EXPECT_EQ(set.name, name);
    EXPECT_EQ(set.values.extent(1), set.names.size());
    EXPECT_EQ(set.units.size(), set.names.size());
    EXPECT_EQ(set.radii.size(), set.names.size());
    for (std::size_t f = 0; f < set.names.size(); ++f)
      EXPECT_EQ(set.values(5, f), all.values(5, columnOf(all, set.names[f]))) << set.names[f];
  }
}

/// Largest difference of two tables, row i of the first against row order[i] of the second, relative to the column.
double worstDifference(const Array<double>& a, const Array<double>& b, const std::vector<std::size_t>& order) {
  double worst = 0;
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t f = 0; f < a.extent(1); ++f)
      worst = std::max(worst, std::abs(a(i, f) - b(order[i], f)) / (1 + std::abs(a(i, f))));
  return worst;
}

class Invariance : public ::testing::TestWithParam<std::string> {
 protected:
  DescriptorInput input = randomInput(3, 220, 6.0, 2, 16);
  std::vector<std::size_t> order = std::vector<std::size_t>(220);
  Array<double> before = describe(GetParam(), input).values;
  void SetUp() override { std::iota(order.begin(), order.end(), std::size_t{0}); }
  Array<double> after() const { return describe(GetParam(), input).values; }
};

TEST_P(Invariance, Translation) {
  for (auto* x : {&input.thermal, &input.inherent})
    for (std::size_t n = 0; n < x->size(); ++n) (*x)[n] += 1.234 + static_cast<double>(n % 3);
  EXPECT_LT(worstDifference(before, after(), order), 1e-11);
}

TEST_P(Invariance, WholeBoxesOfSingleParticles) {
  for (std::size_t n = 0; n < input.inherent.size(); n += 5) input.inherent[n] += 2 * input.box[n % 3];
  EXPECT_LT(worstDifference(before, after(), order), 1e-11);
}

TEST_P(Invariance, Reflection) {
  for (auto* x : {&input.thermal, &input.inherent})
    for (std::size_t n = 1; n < x->size(); n += 3) (*x)[n] = -(*x)[n];
  EXPECT_LT(worstDifference(before, after(), order), 1e-11);
}

TEST_P(Invariance, Permutation) {
  const DescriptorInput old = input;
  const std::size_t count = order.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t to = order[i] = (i * 37 + 11) % count;
    input.species[to] = old.species[i];
    input.inherent_energy[to] = old.inherent_energy[i];
    for (std::size_t k = 0; k < 3; ++k) {
      input.thermal[to * 3 + k] = old.thermal[i * 3 + k];
      input.inherent[to * 3 + k] = old.inherent[i * 3 + k];
    }
  }
  EXPECT_LT(worstDifference(before, after(), order), 1e-12);
}

TEST_P(Invariance, SameBitsAgain) {
  EXPECT_EQ(before, after());
}

INSTANTIATE_TEST_SUITE_P(Sets, Invariance, ::testing::Values("structure", "DEN", "EPOT"),
                         [](const auto& set) { return set.param; });

TEST(Descriptors, SpeciesWithNobodyInRangeGivesZeros) {
  DescriptorInput input = randomInput(2, 60, 8.0, 2, 17);
  input.species_names.push_back("C");
  input.sigma.assign(9, 1.0);
  const FeatureSet set = describe("structure", input);
  for (const std::string column : {"rho_L1_C", "E_L1_C", "D_L1_C", "VarE_L1_C"})
    EXPECT_EQ(set.values(3, columnOf(set, column)), 0.0) << column;
}

TEST(Descriptors, BadInputIsRefused) {
  const DescriptorInput good = randomInput(2, 20, 8.0, 2, 18);
  const auto refused = [&](auto&& spoil) {
    DescriptorInput bad = good;
    spoil(bad);
    EXPECT_THROW(describe("structure", bad), InputError);
  };
  refused([](DescriptorInput& in) { in.thermal.pop_back(); });
  refused([](DescriptorInput& in) { in.inherent_energy[3] = std::nan(""); });
  refused([](DescriptorInput& in) { in.species[0] = 2; });
  refused([](DescriptorInput& in) { in.box[1] = 0; });
  try {
    makeDescriptor("densty", {"A"}, 2);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::AllOf(::testing::HasSubstr("densty"), ::testing::HasSubstr("density_energy"),
                                               ::testing::HasSubstr("DEN")));
  }
  EXPECT_THROW(makeDescriptor("density", {"A"}, 4), InputError);
}

}  // namespace
}  // namespace glassforge::ml
