#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <unordered_map>

#include "core/error.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "unit/ml/bond_support.hpp"

namespace glassforge::ml {
namespace {

using testing::definedBondOrder;
using testing::imageDistance;
using testing::randomInput;

/// A described set whose columns are found by name.
class Described {
 public:
  Described(const std::string& name, const DescriptorInput& input)
      : set(makeDescriptor(name, input.species_names, input.dimension)->describe(input)) {
    for (std::size_t f = 0; f < set.names.size(); ++f) columns_[set.names[f]] = f;
  }
  std::size_t column(const std::string& name) const {
    const auto it = columns_.find(name);
    if (it == columns_.end()) throw std::runtime_error("there is no column " + name);
    return it->second;
  }
  double value(std::size_t i, const std::string& name) const { return set.values(i, column(name)); }

  FeatureSet set;

 private:
  std::unordered_map<std::string, std::size_t> columns_;
};

double halfBox(const DescriptorInput& input) {
  double half = input.box[0];
  for (const double length : input.box) half = std::min(half, length / 2);
  return half;
}

double gaussian(double r, double radius, double width) {
  return std::exp(-(r - radius) * (r - radius) / (2 * width * width));
}

/// The radial radii and widths as the paper lists them.
std::vector<std::pair<double, double>> radialList(int dimension) {
  std::vector<std::pair<double, double>> list;
  for (int k = 1; k <= 60; ++k) list.emplace_back(0.5 + 0.025 * k, 0.025);
  for (int k = 1; k <= 20; ++k) list.emplace_back(2.0 + 0.05 * k, 0.05);
  for (int k = 1; k <= (dimension == 2 ? 18 : 7); ++k) list.emplace_back(3.0 + 0.1 * k, 0.1);
  return list;
}

void compareFirstGeneration(const DescriptorInput& input, const Described& set, const std::vector<double>& x,
                            const std::string& state, std::size_t step) {
  const double half = halfBox(input);
  for (std::size_t i = 0; i < input.particles(); i += step) {
    for (int b = 0; b < input.speciesCount(); ++b)
      for (const auto& [radius, width] : radialList(input.dimension)) {
        double sum = 0;
        for (std::size_t j = 0; j < input.particles(); ++j) {
          const double r = imageDistance(input, x, i, j);
          if (j != i && input.species[j] == b && r < half) sum += gaussian(r, radius, width);
        }
        const std::string& species = input.species_names[static_cast<std::size_t>(b)];
        ASSERT_NEAR(set.value(i, fmt::format("G_r{:.4g}_{}_g0_{}", radius, species, state)), sum, 1e-11) << radius;
      }
    for (int k = 0; k < (input.dimension == 2 ? 14 : 16); ++k)
      for (int l = 1; l <= 12; ++l) {
        const double radius = 1 + 0.1 * k;
        const auto weight = [&](std::size_t, double r) { return r < half ? gaussian(r, radius, 0.1) : 0.0; };
        const double expected = definedBondOrder(input, x, i, l, weight);
        ASSERT_NEAR(set.value(i, fmt::format("Q{}_r{:.4g}_g0_{}", l, radius, state)), expected, 1e-11) << radius;
      }
  }
}

/// Columns of generation 1 and 2 of a state from those of the generation before.
void compareAverages(const DescriptorInput& input, const Described& set, const std::vector<double>& x,
                     const std::string& state) {
  const double range = std::min(2.1, halfBox(input));
  for (std::size_t i = 0; i < input.particles(); i += 5) {
    double weight = 0;
    std::vector<double> sums(set.set.names.size());
    for (std::size_t j = 0; j < input.particles(); ++j) {
      const double r = imageDistance(input, x, i, j);
      if (r >= range) continue;
      weight += std::exp(-r / 2.1);
      for (std::size_t f = 0; f < sums.size(); ++f) sums[f] += std::exp(-r / 2.1) * set.set.values(j, f);
    }
    for (std::size_t f = 0; f < sums.size(); ++f) {
      const std::string& name = set.set.names[f];
      const auto at = name.find("_g");
      if (at == std::string::npos || name[at + 2] == '2' || !name.ends_with(state)) continue;
      std::string next = name;
      ++next[at + 2];
      ASSERT_NEAR(set.value(i, next), sums[f] / weight, 1e-12 * (1 + std::abs(sums[f]))) << next;
    }
  }
}

void compareWithDefinition(const DescriptorInput& input, std::size_t step) {
  const Described set("thermal_inherent_cage", input);
  const std::vector<std::pair<std::string, const std::vector<double>*>> states{
      {"thermal", &input.thermal}, {"inherent", &input.inherent}, {"cage", &input.cage}};
  for (const auto& [state, x] : states) {
    compareFirstGeneration(input, set, *x, state, step);
    compareAverages(input, set, *x, state);
  }
  const auto axes = static_cast<std::size_t>(input.dimension);
  for (std::size_t i = 0; i < input.particles(); ++i)
    for (std::size_t s = 1; s < 3; ++s) {
      double square = 0;
      for (std::size_t k = 0; k < axes; ++k)
        square += std::pow((*states[s].second)[i * axes + k] - input.thermal[i * axes + k], 2);
      ASSERT_NEAR(set.value(i, "dr_" + states[s].first + "_thermal"), std::sqrt(square), 1e-12);
    }
}

TEST(CageSets, AgreeWithDefinitionIn3D) {
  compareWithDefinition(randomInput(3, 150, 5.0, 2, 51), 71);  // ranges end at half the box
  compareWithDefinition(randomInput(3, 900, 9.3, 2, 52), 433);
}

TEST(CageSets, AgreeWithDefinitionIn2D) {
  compareWithDefinition(randomInput(2, 260, 15.0, 3, 53), 31);
  compareWithDefinition(randomInput(2, 500, 20.0, 3, 54), 113);  // several cells along each axis
}

TEST(CageSets, HaveTheColumnsOfThePaper) {
  const std::vector<std::tuple<std::string, std::size_t, std::size_t>> counts{
      {"radial_angular", 3 * 462, 3 * 366}, {"cage", 2773, 2197}, {"thermal_inherent_cage", 4160, 3296}};
  for (const auto& [name, flat, solid] : counts) {
    const auto in2D = makeDescriptor(name, {"A", "B", "C"}, 2), in3D = makeDescriptor(name, {"A", "B"}, 3);
    EXPECT_EQ(in2D->columns().size(), flat);
    EXPECT_EQ(in3D->columns().size(), solid);
    for (const auto* columns : {&in2D->columns(), &in3D->columns()}) {
      EXPECT_EQ(std::set(columns->names.begin(), columns->names.end()).size(), columns->size());
      EXPECT_EQ(columns->radii.size(), columns->size());
      EXPECT_EQ(columns->units.size(), columns->size());
    }
  }
  const Columns columns = makeDescriptor("cage", {"A", "B"}, 3)->columns();
  EXPECT_EQ(columns.names[0], "G_r0.525_A_g0_thermal");
  EXPECT_DOUBLE_EQ(columns.radii[86], 3.7);
  EXPECT_EQ(columns.names[365], "Q12_r2.5_g0_thermal");
  EXPECT_EQ(columns.names[2196], "dr_cage_thermal");
  EXPECT_EQ(columns.units[2196], "sigma");
}

TEST(CageSets, StatesAreThoseOfTheName) {
  const DescriptorInput input = randomInput(2, 60, 8.0, 2, 55);
  const Described all("thermal_inherent_cage", input), cage("cage", input);
  for (const std::string state : {"thermal", "inherent", "cage"}) {
    const Described one("radial_angular@" + state, input);
    for (const std::string& name : one.set.names)
      for (std::size_t i = 0; i < 60; i += 13) {
        EXPECT_EQ(one.value(i, name), all.value(i, name)) << name;
        if (state == "inherent") continue;
        EXPECT_EQ(one.value(i, name), cage.value(i, name)) << name;
      }
  }
  EXPECT_EQ(Described("radial_angular", input).set.names, Described("radial_angular@thermal", input).set.names);
}

TEST(CageSets, MissingAndForeignStatesAreRefused) {
  DescriptorInput input = randomInput(2, 30, 8.0, 2, 56);
  EXPECT_THROW(makeDescriptor("cage@inherent", input.species_names, 2), InputError);
  input.cage.clear();
  EXPECT_NO_THROW(Described("radial_angular", input));
  try {
    Described("cage", input);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("no cage state"));
  }
}

}  // namespace
}  // namespace glassforge::ml
