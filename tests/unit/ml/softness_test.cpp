#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "ml/benchmark/metrics.hpp"
#include "ml/models/softness.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using testing::DealtReducer;
using testing::Draws;
using testing::MadeSource;

const Split split{{0, 1, 2, 3, 4, 5}, {6, 7}, {8, 9, 10, 11}};

/// The label grows with x_0 - 0.5 x_1 (mean 0), for species 1 it falls.
MadeSource plantedSource(double noise, std::uint64_t seed) {
  return MadeSource(12, 120, 5, {1.0, 2.0}, 2, seed,
                    [noise](const StructureSample& s, std::size_t t, std::size_t i, Draws& draw) {
                      const double signal = s.features(i, 0) - 0.5 * (s.features(i, 1) - 3.0);
                      const double sign = s.species[i] == 0 ? 1.0 : -1.0;
                      return 4 + sign * (1 + static_cast<double>(t)) * signal + noise * draw.normal();
                    });
}

/// The same data with "displacement" called otherwise.
class Renamed final : public StructureSource {
 public:
  Renamed(const MadeSource& source, std::string label) : source_(source), label_(std::move(label)) {}
  std::size_t featureCount(const std::string& set) const override { return source_.featureCount(set); }
  std::vector<LabelField> labelLayout() const override {
    auto layout = source_.labelLayout();
    layout[0].name = label_;
    return layout;
  }
  StructureSample load(std::int64_t structure, const std::string& set) const override {
    StructureSample sample = source_.load(structure, set);
    sample.labels[0].name = label_;
    return sample;
  }

 private:
  const MadeSource& source_;
  std::string label_;
};

Softness madeModel(const LearningSettings& settings = {}) {
  return Softness("softness", "made", 5, {"softness", {"A", "B"}, 3, settings});
}

Softness fitted(const StructureSource& source, const Split& parts, Reducer& reducer,
                const LearningSettings& settings = {}) {
  Softness model = madeModel(settings);
  model.fit(TrainingView(source, parts), reducer);
  return model;
}

double testPearson(const Softness& model, const MadeSource& source, std::size_t time, int species) {
  std::vector<double> p, y;
  for (const std::int64_t s : split.test) {
    const StructureSample& sample = source.samples[static_cast<std::size_t>(s)];
    const auto prediction = model.predict(sample, "displacement");
    for (std::size_t i = 0; i < sample.species.size(); ++i)
      if (sample.species[i] == species) {
        p.push_back(prediction(time, i));
        y.push_back(sample.labels[0].mean(time, i));
      }
  }
  return pearson(p, y);
}

TEST(Softness, FindsThePlantedDirection) {
  const MadeSource source = plantedSource(1.0, 1);
  SerialReducer reducer;
  const Softness model = fitted(source, split, reducer);
  for (const int species : {0, 1})
    for (const std::size_t time : {0u, 1u}) {
      EXPECT_GT(testPearson(model, source, time, species), time == 0 ? 0.75 : 0.9);
      const SoftnessFit& fit = *model.find("displacement", species, time);
      // In standardised columns (standard deviations 1, 2, 3, 4, 1) the signal is z_0 - z_1.
      const double sign = species == 0 ? 1 : -1;
      EXPECT_GT(sign * (fit.weights[0] - fit.weights[1]) / std::sqrt(2.0), 0.97);
      EXPECT_NEAR(std::inner_product(fit.weights.begin(), fit.weights.end(), fit.weights.begin(), 0.0), 1, 1e-12);
      EXPECT_GT(fit.slope, 0);
      EXPECT_GT(fit.validation_pearson, 0.7);
    }
}

TEST(Softness, PredictionsHaveTheScaleOfTheLabels) {
  const MadeSource source = plantedSource(0.5, 2);
  SerialReducer reducer;
  const Softness model = fitted(source, split, reducer);
  double error = 0, spread = 0, count = 0;
  for (const std::int64_t s : split.test) {
    const StructureSample& sample = source.samples[static_cast<std::size_t>(s)];
    const auto prediction = model.predict(sample, "displacement");
    for (std::size_t i = 0; i < sample.species.size(); ++i) {
      error += std::pow(prediction(1, i) - sample.labels[0].mean(1, i), 2);
      spread += std::pow(4 - sample.labels[0].mean(1, i), 2);
      count += 1;
    }
  }
  EXPECT_LT(error / spread, 0.15);
}

TEST(Softness, SharesOfTheRearrangingGrowWithSoftness) {
  const MadeSource source = plantedSource(1.0, 3);
  SerialReducer reducer;
  const Softness model = fitted(source, split, reducer);
  const SoftnessFit& fit = *model.find("displacement", 0, 1);
  double particles = 0, rearranging = 0, soft = 0;
  for (std::size_t b = 0; b < fit.curve.counts.size(); ++b) {
    particles += fit.curve.counts[b];
    rearranging += fit.curve.counts[b] * fit.curve.rearranging[b];
  }
  EXPECT_TRUE(std::ranges::is_sorted(fit.curve.softness));
  for (const std::int64_t s : split.train)
    for (std::size_t i = 0; i < 120; i += 2)
      soft += source.samples[static_cast<std::size_t>(s)].labels[0].mean(1, i) >= fit.threshold;
  EXPECT_EQ(particles, 6 * 60);
  EXPECT_NEAR(rearranging, soft, 1e-9);
  EXPECT_EQ(soft, 36);  // a tenth
  EXPECT_GT(fit.curve.log_slope, 0.5);
  EXPECT_LT(fit.curve.log_offset, 0);
}

TEST(Softness, BrokenBondsAreSoft) {
  const MadeSource source = plantedSource(1.0, 4);
  const Renamed renamed(source, "bond_breaking");
  SerialReducer reducer;
  const Softness up = fitted(source, split, reducer), down = fitted(renamed, split, reducer);
  const SoftnessFit &large = *up.find("displacement", 0, 0), &small = *down.find("bond_breaking", 0, 0);
  EXPECT_GT(large.weights[0], 0);
  EXPECT_LT(small.weights[0], 0);
  EXPECT_LT(small.slope, 0);
  EXPECT_LT(small.threshold, large.threshold);
  EXPECT_GT(small.validation_pearson, 0.7);
  EXPECT_GT(small.curve.log_slope, 0);
}

TEST(Softness, ShuffledLabelsAreNotLearnt) {
  const MadeSource source(12, 400, 5, {1.0}, 2, 5,
                          [](const StructureSample&, std::size_t, std::size_t, Draws& draw) { return draw.normal(); });
  SerialReducer reducer;
  const Softness model = fitted(source, split, reducer);
  EXPECT_LT(std::abs(testPearson(model, source, 0, 0)), 3 / std::sqrt(4 * 200.0));
}

TEST(Softness, SameBitsForAnyNumberOfRanks) {
  const MadeSource source = plantedSource(1.0, 6);
  DealtReducer one(1), two(2), four(4);
  const ModelRecord record = fitted(source, split, one).save();
  for (DealtReducer* reducer : {&two, &four}) {
    const ModelRecord other = fitted(source, split, *reducer).save();
    EXPECT_EQ(record.arrays, other.arrays);
    EXPECT_EQ(record.attributes, other.attributes);
  }
}

TEST(Softness, SavedAndLoadedPredictsTheSame) {
  const MadeSource source = plantedSource(1.0, 7);
  SerialReducer reducer;
  const Softness model = fitted(source, split, reducer);
  Softness loaded = madeModel();
  loaded.load(model.save());
  const StructureSample& sample = source.samples[9];
  EXPECT_EQ(model.predict(sample, "displacement"), loaded.predict(sample, "displacement"));
  EXPECT_EQ(loaded.times("displacement"), (std::vector{1.0, 2.0}));
  EXPECT_EQ(loaded.find("displacement", 1, 1)->curve.counts, model.find("displacement", 1, 1)->curve.counts);
  ModelRecord damaged = model.save();
  damaged.arrays.erase("displacement/A/t0/weights");
  EXPECT_THROW(loaded.load(damaged), FileError);
  damaged.model = "ridge_made";
  EXPECT_THROW(loaded.load(damaged), FileError);
}

TEST(Softness, WithoutValidationTheUsualPenaltyServes) {
  const MadeSource source = plantedSource(1.0, 8);
  SerialReducer reducer;
  const Softness model = fitted(source, {{0, 1, 2}, {}, {8, 9, 10, 11}}, reducer);
  EXPECT_EQ(model.find("displacement", 0, 0)->penalty, 0.1);
  EXPECT_TRUE(std::isnan(model.find("displacement", 0, 0)->validation_pearson));
  EXPECT_GT(testPearson(model, source, 1, 0), 0.85);
}

TEST(Softness, LearnsOnlyTheSpeciesAskedFor) {
  const MadeSource source = plantedSource(1.0, 9);
  SerialReducer reducer;
  LearningSettings settings;
  settings.species = {"B"};
  const Softness model = fitted(source, split, reducer, settings);
  const auto y = model.predict(source.samples[8], "displacement");
  EXPECT_TRUE(std::isnan(y(0, 0)));
  EXPECT_TRUE(std::isfinite(y(0, 1)));
  EXPECT_EQ(model.find("displacement", 0, 0), nullptr);
}

TEST(Softness, ConstantLabelsGiveTheirMean) {
  const MadeSource source(12, 40, 5, {1.0}, 2, 10,
                          [](const StructureSample&, std::size_t, std::size_t, Draws&) { return 1.5; });
  SerialReducer reducer;
  const Softness model = fitted(source, split, reducer);
  EXPECT_NEAR(model.predict(source.samples[9], "displacement")(0, 3), 1.5, 1e-12);
}

TEST(Softness, BadSettingsAreRefused) {
  const MadeSource source = plantedSource(1.0, 11);
  SerialReducer reducer;
  LearningSettings settings;
  settings.softness_share = 0.6;
  EXPECT_THROW(fitted(source, split, reducer, settings), InputError);
  EXPECT_THROW(fitted(source, {{}, {}, {1}}, reducer), InputError);
}

}  // namespace
}  // namespace glassforge::ml
