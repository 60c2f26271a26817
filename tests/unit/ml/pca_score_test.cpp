#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "ml/models/pca_score.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using testing::DealtReducer;
using testing::Draws;
using testing::imageDistance;
using testing::MadeSource;
using testing::randomInput;

const Split split{{0, 1, 2, 3, 4}, {5}, {6, 7}};

/// Random columns at random places; the fourth column (standard deviation 4) leads, and for species 1 the third with
/// it.
MadeSource placedSource() {
  MadeSource source(8, 90, 5, {1.0, 2.0}, 2, 1,
                    [](const StructureSample& s, std::size_t, std::size_t i, Draws&) { return s.features(i, 3); });
  for (StructureSample& sample : source.samples) {
    const DescriptorInput input = randomInput(3, 90, 5.0, 2, 40 + static_cast<std::uint64_t>(sample.structure));
    sample.box = input.box;
    sample.thermal = input.thermal;
    for (std::size_t i = 1; i < 90; i += 2) sample.features(i, 2) += 2 * sample.features(i, 3);
  }
  return source;
}

PcaScore madeModel(double length, const LearningSettings& settings = {}) {
  return PcaScore("score", "made", length, 5, {"score", {"A", "B"}, 3, settings});
}

PcaScore fitted(const MadeSource& source, double length, Reducer& reducer, const LearningSettings& settings = {}) {
  PcaScore model = madeModel(length, settings);
  model.fit(TrainingView(source, split), reducer);
  return model;
}

TEST(PcaScore, IsTheProjectionOnTheLeadingComponentOfTheSpecies) {
  const MadeSource source = placedSource();
  SerialReducer reducer;
  const PcaScore model = fitted(source, 0, reducer);
  EXPECT_FALSE(model.predictsLabels());
  EXPECT_GT(model.find(0)->components(0, 3), 0.99);
  EXPECT_NEAR(model.find(1)->components(0, 2) / model.find(1)->components(0, 3), 2.1, 0.3);
  const StructureSample& sample = source.samples[7];
  const auto y = model.predict(sample, "displacement");
  ASSERT_EQ(y.shape(), (std::vector<std::size_t>{2, 90}));
  for (std::size_t i = 0; i < 90; ++i) {
    const PrincipalComponents& pca = *model.find(sample.species[i]);
    double score = 0;
    for (std::size_t f = 0; f < 5; ++f) score += pca.components(0, f) * (sample.features(i, f) - pca.mean[f]);
    EXPECT_NEAR(y(0, i), score, 1e-12);
    EXPECT_EQ(y(0, i), y(1, i));
  }
}

TEST(PcaScore, VarianceIsThatOfTheTrainingParticles) {
  const MadeSource source = placedSource();
  SerialReducer reducer;
  const PcaScore model = fitted(source, 0, reducer);
  double count = 0, sum = 0, square = 0;
  for (const std::int64_t s : split.train) {
    const auto y = model.predict(source.samples[static_cast<std::size_t>(s)], "displacement");
    for (std::size_t i = 0; i < 90; i += 2) {
      count += 1;
      sum += y(0, i);
      square += y(0, i) * y(0, i);
    }
  }
  EXPECT_NEAR(sum / count, 0, 1e-12);
  EXPECT_NEAR(square / (count - 1) / model.find(0)->explained_variance[0], 1, 1e-12);
}

TEST(PcaScore, AveragesOverTheSameSpecies) {
  const MadeSource source = placedSource();
  SerialReducer reducer;
  const PcaScore bare = fitted(source, 0, reducer), averaged = fitted(source, 1.0, reducer);
  const StructureSample& sample = source.samples[6];
  DescriptorInput input = randomInput(3, 90, 5.0, 2, 46);
  const auto y = bare.predict(sample, "displacement"), mean = averaged.predict(sample, "displacement");
  for (std::size_t i = 0; i < 90; i += 7) {
    double weight = 0, value = 0;
    for (std::size_t j = 0; j < 90; ++j) {
      const double r = imageDistance(input, sample.thermal, i, j);
      if (sample.species[j] != sample.species[i] || r >= 2.5) continue;
      weight += std::exp(-r);
      value += std::exp(-r) * y(0, j);
    }
    EXPECT_NEAR(mean(0, i), value / weight, 1e-12);
  }
}

TEST(PcaScore, SameBitsForAnyNumberOfRanks) {
  const MadeSource source = placedSource();
  DealtReducer one(1), two(2), four(4);
  const ModelRecord record = fitted(source, 1.0, one).save();
  EXPECT_EQ(record.arrays, fitted(source, 1.0, two).save().arrays);
  EXPECT_EQ(record.arrays, fitted(source, 1.0, four).save().arrays);
}

TEST(PcaScore, SavedAndLoadedPredictsTheSame) {
  const MadeSource source = placedSource();
  SerialReducer reducer;
  const PcaScore model = fitted(source, 1.0, reducer);
  PcaScore loaded = madeModel(1.0);
  loaded.load(model.save());
  EXPECT_EQ(model.predict(source.samples[6], "displacement"), loaded.predict(source.samples[6], "displacement"));
  ModelRecord damaged = model.save();
  damaged.arrays["A/components"] = Array<double>({2, 2});
  EXPECT_THROW(loaded.load(damaged), FileError);
  damaged.model = "other";
  EXPECT_THROW(loaded.load(damaged), FileError);
}

TEST(PcaScore, LearnsOnlyTheSpeciesAskedFor) {
  const MadeSource source = placedSource();
  SerialReducer reducer;
  LearningSettings settings;
  settings.species = {"A"};
  const PcaScore model = fitted(source, 1.0, reducer, settings);
  const auto y = model.predict(source.samples[6], "displacement");
  EXPECT_TRUE(std::isfinite(y(0, 0)));
  EXPECT_TRUE(std::isnan(y(0, 1)));
}

/// Nothing is taken from the labels: other labels give the same model.
TEST(PcaScore, DoesNotSeeLabels) {
  MadeSource source = placedSource();
  SerialReducer reducer;
  const ModelRecord record = fitted(source, 0, reducer).save();
  for (StructureSample& sample : source.samples)
    for (double& y : sample.labels[0].mean.values()) y = -y + 3;
  EXPECT_EQ(record.arrays, fitted(source, 0, reducer).save().arrays);
}

TEST(PcaScore, IsKnownByName) {
  for (const int dimension : {2, 3})
    for (const std::string name : {"sbo_pca", "sbo_cg_pca"}) {
      const auto model = makeModel({name, {"A", "B"}, dimension, {}});
      EXPECT_EQ(model->name(), name);
      EXPECT_EQ(model->descriptorSet(), "sbo");
      EXPECT_FALSE(model->predictsLabels());
    }
  EXPECT_EQ(makeModel({"softness", {"A", "B"}, 3, {}})->descriptorSet(), "softness_functions");
}

}  // namespace
}  // namespace glassforge::ml
