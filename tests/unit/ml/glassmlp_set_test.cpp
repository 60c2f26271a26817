#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "ml/descriptors/voronoi.hpp"
#include "unit/ml/packed_support.hpp"

namespace glassforge::ml {
namespace {

using testing::imageDistance;
using testing::packedInput;

FeatureSet describe(const std::string& name, const DescriptorInput& input) {
  return makeDescriptor(name, input.species_names, input.dimension)->describe(input);
}

std::size_t columnOf(const FeatureSet& set, const std::string& name) {
  const auto it = std::ranges::find(set.names, name);
  EXPECT_NE(it, set.names.end()) << name;
  return static_cast<std::size_t>(it - set.names.begin());
}

TEST(OwnEnergy, IsTheEnergyOfTheStateAskedFor) {
  const DescriptorInput input = packedInput(2, 81);
  EXPECT_EQ(describe("EINH", input).values.values(), input.inherent_energy);
  EXPECT_EQ(describe("EINH@thermal", input).values.values(), input.thermal_energy);
  EXPECT_TRUE(isHandMade("EINH"));
  EXPECT_THROW(makeDescriptor("EINH@cage", {"A"}, 2), InputError);
}

#ifdef GLASSFORGE_HAVE_VORO

/// Columns whose standard deviation over the particles of a species is at least 1e-5 (reference 4.4).
std::size_t varyingColumns(const FeatureSet& set, const std::vector<std::int32_t>& species, std::int32_t of) {
  std::size_t varying = 0;
  for (std::size_t f = 0; f < set.names.size(); ++f) {
    double count = 0, mean = 0, square = 0;
    for (std::size_t i = 0; i < species.size(); ++i)
      if (species[i] == of) {
        count += 1;
        mean += set.values(i, f);
      }
    for (std::size_t i = 0; i < species.size(); ++i)
      if (species[i] == of) square += std::pow(set.values(i, f) - mean / count, 2);
    varying += std::sqrt(square / count) >= 1e-5;
  }
  return varying;
}

TEST(GlassMlpSet, HasThePublishedNumbersOfColumns) {
  for (const auto& [dimension, all, varying] : {std::tuple{3, 240u, 231u}, std::tuple{2, 320u, 306u}}) {
    const DescriptorInput input = packedInput(dimension, 82);
    const FeatureSet set = describe("glassmlp", input);
    EXPECT_EQ(set.names.size(), all);
    for (int b = 0; b < input.speciesCount(); ++b) EXPECT_EQ(varyingColumns(set, input.species, b), varying) << b;
  }
}

TEST(GlassMlpSet, HasTheSurfaceBesideTheColumnsOfTheStructureSet) {
  const DescriptorInput input = packedInput(3, 83);
  const FeatureSet set = describe("glassmlp", input), structure = describe("structure", input);
  for (std::size_t f = 0; f < structure.names.size(); ++f)
    for (std::size_t i = 0; i < input.particles(); i += 31)
      EXPECT_EQ(set.values(i, columnOf(set, structure.names[f])), structure.values(i, f)) << structure.names[f];
}

TEST(GlassMlpSet, SurfacesAreAveragedByTheDefinition) {
  for (const int dimension : {2, 3}) {
    const DescriptorInput input = packedInput(dimension, 84);
    const FeatureSet set = describe("glassmlp", input);
    const NeighbourSpace space{dimension, input.box, input.inherent, input.species, input.speciesCount()};
    std::vector<double> radius{0.5, 0.44};  // half of the sigma_aa = 1 - 0.12 a of the input
    if (dimension == 2) radius.push_back(0.38);
    const std::vector<double> surface = radicalCells(space, radius).surface;
    const double range = *std::ranges::min_element(input.box) / 2;
    for (std::size_t i = 0; i < input.particles(); i += 29)
      for (int b = -1; b < input.speciesCount(); ++b) {
        const std::string of = b < 0 ? "all" : input.species_names[static_cast<std::size_t>(b)];
        const double own = b < 0 || input.species[i] == b ? surface[i] : 0;
        EXPECT_EQ(set.values(i, columnOf(set, "P_L0_" + of)), own);
        double weight = 0, value = 0;
        for (std::size_t j = 0; j < input.particles(); ++j) {
          const double r = imageDistance(input, input.inherent, i, j);
          if (r >= range || (b >= 0 && input.species[j] != b)) continue;
          weight += std::exp(-r / 2.5);
          value += std::exp(-r / 2.5) * surface[j];
        }
        EXPECT_NEAR(set.values(i, columnOf(set, "P_L2.5_" + of)), value / weight, 1e-12);
      }
  }
}

#else

TEST(GlassMlpSet, SaysWhatIsMissing) {
  try {
    makeDescriptor("glassmlp", {"A", "B"}, 3);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("Voro++"));
  }
}

#endif

}  // namespace
}  // namespace glassforge::ml
