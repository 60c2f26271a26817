#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "ml/benchmark/evaluate.hpp"
#include "ml/benchmark/metrics.hpp"
#include "ml/linalg/ridge_solver.hpp"
#include "ml/models/raw_column.hpp"
#include "ml/models/ridge.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using testing::DealtReducer;
using testing::Draws;
using testing::MadeSource;

Split splitOf(std::int64_t train, std::int64_t validation, std::int64_t test) {
  Split split;
  std::int64_t s = 0;
  for (; s < train; ++s) split.train.push_back(s);
  for (; s < train + validation; ++s) split.validation.push_back(s);
  for (; s < train + validation + test; ++s) split.test.push_back(s);
  return split;
}

/// y = 5 + (1 + t) (x_0 - 0.5 x_1) + noise, another sign for species 1.
MadeSource plantedSource(std::size_t structures, double noise, std::uint64_t seed, std::size_t features = 6) {
  return MadeSource(structures, 60, features, {0.1, 10.0}, 2, seed,
                    [noise](const StructureSample& s, std::size_t t, std::size_t i, Draws& draw) {
                      const double signal = s.features(i, 0) - 0.5 * (s.features(i, 1) - 3.0);
                      const double sign = s.species[i] == 0 ? 1.0 : -1.0;
                      return 5 + sign * (1 + static_cast<double>(t)) * signal + noise * draw.normal();
                    });
}

Ridge fitted(const MadeSource& source, const Split& split, Reducer& reducer) {
  Ridge ridge("made", {"A", "B"}, source.featureCount("made"), {});
  ridge.fit(TrainingView(source, split), reducer);
  return ridge;
}

double pooledPearson(const Ridge& ridge, const MadeSource& source, const std::vector<std::int64_t>& structures,
                     std::size_t time, int species) {
  std::vector<double> p, y;
  for (const std::int64_t s : structures) {
    const StructureSample& sample = source.samples[static_cast<std::size_t>(s)];
    const auto prediction = ridge.predict(sample, "displacement");
    for (std::size_t i = 0; i < sample.species.size(); ++i)
      if (sample.species[i] == species) {
        p.push_back(prediction(time, i));
        y.push_back(sample.labels[0].mean(time, i));
      }
  }
  return pearson(p, y);
}

TEST(Ridge, RecoversAPlantedSignal) {
  const MadeSource source = plantedSource(30, 0.5, 41);
  SerialReducer reducer;
  const Split split = splitOf(18, 6, 6);
  const Ridge ridge = fitted(source, split, reducer);
  for (std::size_t t = 0; t < 2; ++t) {
    const double slope = 1.0 + static_cast<double>(t);
    const RidgeFit* a = ridge.find("displacement", 0, t);
    const RidgeFit* b = ridge.find("displacement", 1, t);
    ASSERT_TRUE(a && b);
    EXPECT_NEAR(a->weights[0] / a->scale[0], slope, 0.1);
    EXPECT_NEAR(a->weights[1] / a->scale[1], -0.5 * slope, 0.1);
    EXPECT_NEAR(b->weights[0] / b->scale[0], -slope, 0.1);
    EXPECT_NEAR(a->target_mean, 5.0, 0.3);
    // Signal variance slope^2 (1 + 0.25 * 4), noise variance 0.25.
    const double expected = std::sqrt(2 * slope * slope / (2 * slope * slope + 0.25));
    EXPECT_NEAR(pooledPearson(ridge, source, split.test, t, 0), expected, 0.02);
    EXPECT_NEAR(a->validation_pearson, expected, 0.02);
  }
}

TEST(Ridge, NeverAsksForATestStructure) {
  const MadeSource source = plantedSource(12, 0.5, 42);
  SerialReducer reducer;
  fitted(source, splitOf(6, 2, 4), reducer);
  for (std::int64_t s = 0; s < 8; ++s) EXPECT_GT(source.loads[s], 0);
  for (std::int64_t s = 8; s < 12; ++s) EXPECT_EQ(source.loads[s], 0);
}

TEST(TrainingView, RefusesTestStructuresAndOverlappingParts) {
  const MadeSource source = plantedSource(6, 0.5, 43);
  const TrainingView view(source, splitOf(3, 1, 2));
  EXPECT_EQ(view.load(3, "made").structure, 3);
  EXPECT_THROW(view.load(4, "made"), InputError);
  Split overlapping = splitOf(3, 1, 2);
  overlapping.test.push_back(0);
  EXPECT_THROW(TrainingView(source, overlapping), InputError);
  overlapping = splitOf(3, 1, 2);
  overlapping.validation.push_back(2);
  EXPECT_THROW(TrainingView(source, overlapping), InputError);
}

TEST(Ridge, TestLabelsDoNotChangeTheModel) {
  MadeSource source = plantedSource(10, 0.5, 44);
  SerialReducer reducer;
  const Split split = splitOf(5, 2, 3);
  const ModelRecord before = fitted(source, split, reducer).save();
  for (double& y : source.samples[8].labels[0].mean.values()) y = 1e6;
  for (double& x : source.samples[9].features.values()) x = -1e6;
  EXPECT_EQ(fitted(source, split, reducer).save().arrays, before.arrays);
}

TEST(Ridge, ShuffledLabelsPredictNothing) {
  const MadeSource source(60, 60, 10, {1.0}, 2, 45,
                          [](const StructureSample&, std::size_t, std::size_t, Draws& draw) { return draw.normal(); });
  SerialReducer reducer;
  const Split split = splitOf(20, 10, 30);
  const Ridge ridge = fitted(source, split, reducer);
  EvaluateOptions options;
  options.species_names = {"A", "B"};
  const Evaluation evaluation = evaluate({&ridge}, source, split.test, reducer, options);
  ASSERT_EQ(evaluation.results.size(), 1u);
  EXPECT_LT(std::abs(evaluation.results[0].pearson_pooled), 3 * evaluation.results[0].error);
  EXPECT_NEAR(evaluation.results[0].error, 1 / std::sqrt(30.0 * 30.0), 0.015);
}

TEST(Ridge, PenaltyIsTheBestOfTheGridOnTheValidationStructures) {
  const MadeSource source = plantedSource(8, 4.0, 46, 40);  // 60 training rows a species, 40 columns: overfits without
  SerialReducer reducer;
  const Split split = splitOf(2, 4, 2);
  const Ridge ridge = fitted(source, split, reducer);
  const RidgeFit* chosen = ridge.find("displacement", 0, 1);
  EXPECT_NEAR(pooledPearson(ridge, source, split.validation, 1, 0), chosen->validation_pearson, 1e-9);
  const std::vector<double> grid = Ridge::penaltyGrid();
  EXPECT_EQ(grid.size(), 21u);
  EXPECT_DOUBLE_EQ(grid.front(), 1e-5);
  EXPECT_DOUBLE_EQ(grid.back(), 1e5);
  EXPECT_GT(chosen->penalty / 60, 0.1);

  NormalEquations train(40, 1);
  ColumnSums sums(40, 1);
  for (int pass = 0; pass < 2; ++pass)
    for (const std::int64_t s : split.train) {
      const StructureSample& sample = source.samples[static_cast<std::size_t>(s)];
      Array<double> y({1, 60});
      std::vector<std::int32_t> rows;
      for (std::int32_t i = 0; i < 60; i += 2) rows.push_back(i);
      std::ranges::copy(sample.labels[0].mean.row(1), y.row(0).begin());
      if (pass == 0) {
        sums.accumulate(sample.features, y, rows);
      } else {
        train.accumulate(sample.features, y, rows, sums.meanX(), sums.meanY());
      }
    }
  const RidgeSolver solver(train);
  for (const double relative : grid) {
    const auto weights = solver.weights(0, relative * train.rows());
    std::vector<double> p, y;
    for (const std::int64_t s : split.validation) {
      const StructureSample& sample = source.samples[static_cast<std::size_t>(s)];
      for (std::size_t i = 0; i < 60; i += 2) {
        p.push_back(0);
        for (std::size_t f = 0; f < 40; ++f) p.back() += weights[f] * sample.features(i, f) / solver.scale()[f];
        y.push_back(sample.labels[0].mean(1, i));
      }
    }
    EXPECT_LE(pearson(p, y), chosen->validation_pearson + 1e-9) << relative;
  }
}

TEST(Ridge, CorrelatedColumnsWithLittleNoiseGetASmallPenalty) {
  MadeSource source = plantedSource(10, 0.2, 53);
  Draws draw(54);
  for (StructureSample& sample : source.samples)
    for (std::size_t i = 0; i < sample.species.size(); ++i) {
      const double common = 30 * draw.normal();  // hides the signal from all but the small penalties
      for (std::size_t f = 0; f < 6; ++f) sample.features(i, f) += common;
    }
  SerialReducer reducer;
  const Split split = splitOf(5, 2, 3);
  const Ridge ridge = fitted(source, split, reducer);
  EXPECT_LT(ridge.find("displacement", 0, 0)->penalty / 150, 1e-3);
  EXPECT_GT(pooledPearson(ridge, source, split.test, 0, 0), 0.95);
}

TEST(Ridge, GainKeepsR2NearThePearsonSquared) {
  const MadeSource source = plantedSource(40, 4.0, 55, 40);
  SerialReducer reducer;
  const Split split = splitOf(4, 16, 20);
  const Ridge ridge = fitted(source, split, reducer);
  EvaluateOptions options;
  options.species_names = {"A", "B"};
  for (const EvaluationResult& r : evaluate({&ridge}, source, split.test, reducer, options).results)
    EXPECT_NEAR(r.r2, r.pearson_pooled * r.pearson_pooled, 0.03);
}

TEST(Ridge, FoldsOfTheTrainingPartServeWithoutValidation) {
  const MadeSource source = plantedSource(14, 0.5, 47);
  SerialReducer reducer;
  const Split split = splitOf(8, 0, 6);
  const Ridge ridge = fitted(source, split, reducer);
  EXPECT_NEAR(ridge.find("displacement", 0, 0)->validation_pearson, std::sqrt(2 / 2.25), 0.03);
  EXPECT_NEAR(pooledPearson(ridge, source, split.test, 0, 0), std::sqrt(2 / 2.25), 0.03);
  EXPECT_THROW(fitted(source, splitOf(1, 0, 6), reducer), InputError);
  EXPECT_THROW(fitted(source, splitOf(0, 2, 6), reducer), InputError);
}

TEST(Ridge, SameBitsForAnyDistributionOfStructures) {
  const MadeSource source = plantedSource(23, 0.5, 48);
  const Split split = splitOf(17, 3, 3);
  SerialReducer serial;
  const ModelRecord alone = fitted(source, split, serial).save();
  for (const std::int64_t ranks : {1, 2, 3, 7}) {
    DealtReducer dealt(ranks);
    const ModelRecord shared = fitted(source, split, dealt).save();
    EXPECT_EQ(shared.arrays, alone.arrays) << ranks;
    EXPECT_EQ(shared.attributes, alone.attributes) << ranks;
  }
}

TEST(Reducer, AddsInTheOrderGivenAcrossChunks) {
  std::vector<std::int64_t> structures;
  for (std::int64_t s = 0; s < 50; ++s) structures.push_back((s * 7) % 50);
  const std::size_t length = std::size_t{1} << 20;  // so that the sum is gathered in chunks
  SerialReducer serial;
  const auto value = [](std::int64_t s) { return std::pow(-1.3, static_cast<double>(s)) / 7; };
  const auto total =
      serial.sum(structures, length, [&](std::int64_t s) { return std::vector<double>(length, value(s)); });
  double expected = 0;
  for (const std::int64_t s : structures) expected += value(s);
  EXPECT_EQ(total.front(), expected);
  EXPECT_EQ(total.back(), expected);
  EXPECT_THROW(serial.sum(structures, 3, [](std::int64_t) { return std::vector<double>(2); }), InputError);
}

TEST(Ridge, SaveAndLoadGiveTheSamePredictions) {
  const MadeSource source = plantedSource(8, 0.5, 49);
  SerialReducer reducer;
  const Ridge ridge = fitted(source, splitOf(4, 2, 2), reducer);
  const ModelRecord record = ridge.save();
  EXPECT_TRUE(record.arrays.contains("displacement/A/t1/weights"));
  EXPECT_EQ(std::get<double>(record.attributes.at("displacement/B/t1/time")), 10.0);
  Ridge back("made", {"A", "B"}, 6, {});
  back.load(record);
  EXPECT_EQ(back.predict(source.samples[7], "displacement"), ridge.predict(source.samples[7], "displacement"));
  EXPECT_EQ(back.times("displacement"), ridge.times("displacement"));
  EXPECT_EQ(back.save().attributes, record.attributes);

  ModelRecord broken = record;
  broken.arrays.erase("displacement/A/t0/mean");
  EXPECT_THROW(back.load(broken), FileError);
  broken = record;
  broken.model = "ridge_other";
  EXPECT_THROW(back.load(broken), FileError);
  EXPECT_THROW(Ridge("made", {"A", "B"}, 7, {}).load(record), FileError);
  EXPECT_THROW(back.predict(source.samples[7], "bond_breaking"), InputError);
}

TEST(Ridge, SpeciesWithoutTrainingParticlesIsNotANumber) {
  const MadeSource source = plantedSource(6, 0.5, 50);
  SerialReducer reducer;
  Ridge ridge("made", {"A", "B", "C"}, 6, {});
  ridge.fit(TrainingView(source, splitOf(3, 1, 2)), reducer);
  EXPECT_EQ(ridge.find("displacement", 2, 0), nullptr);
  StructureSample sample = source.samples[5];
  sample.species[0] = 2;
  const auto y = ridge.predict(sample, "displacement");
  EXPECT_TRUE(std::isnan(y(0, 0)));
  EXPECT_TRUE(std::isfinite(y(0, 1)));
}

TEST(Ridge, LearnsTheSpeciesOfTheSettingsAlone) {
  const MadeSource source = plantedSource(6, 0.5, 56);
  SerialReducer reducer;
  const TrainingView view(source, splitOf(3, 1, 2));
  LearningSettings settings;
  settings.species = {"B"};
  Ridge some("made", {"A", "B"}, 6, settings), all("made", {"A", "B"}, 6, {});
  some.fit(view, reducer);
  all.fit(view, reducer);
  EXPECT_EQ(some.find("displacement", 0, 0), nullptr);
  const auto y = some.predict(source.samples[5], "displacement"),
             expected = all.predict(source.samples[5], "displacement");
  for (std::size_t i = 0; i < 60; ++i)
    if (i % 2 == 0) {
      EXPECT_TRUE(std::isnan(y(1, i)));
    } else {
      EXPECT_EQ(y(1, i), expected(1, i));
    }
}

TEST(Ridge, ConstantLabelsGiveTheirMean) {
  const MadeSource source(6, 40, 3, {1.0}, 2, 51,
                          [](const StructureSample&, std::size_t, std::size_t, Draws&) { return 1.0; });
  SerialReducer reducer;
  const Split split = splitOf(3, 1, 2);
  const Ridge ridge = fitted(source, split, reducer);
  EXPECT_NEAR(ridge.predict(source.samples[5], "displacement")(0, 0), 1.0, 1e-12);
  EvaluateOptions options;
  options.species_names = {"A", "B"};
  const auto result = evaluate({&ridge}, source, split.test, reducer, options).results.at(0);
  EXPECT_TRUE(std::isnan(result.pearson_pooled));
  EXPECT_TRUE(std::isnan(result.r2));
  EXPECT_TRUE(std::isnan(result.ceiling));
}

TEST(Samples, BadDataIsRefused) {
  MadeSource source = plantedSource(4, 0.5, 52);
  SerialReducer reducer;
  source.samples[1].labels[0].mean(0, 3) = std::nan("");
  EXPECT_THROW(fitted(source, splitOf(2, 1, 1), reducer), InputError);
  source = plantedSource(4, 0.5, 52);
  source.samples[1].features(2, 2) = INFINITY;
  EXPECT_THROW(fitted(source, splitOf(2, 1, 1), reducer), InputError);
  source = plantedSource(4, 0.5, 52);
  source.samples[0].labels[0].times[1] = 11.0;
  EXPECT_THROW(fitted(source, splitOf(2, 1, 1), reducer), InputError);
}

TEST(Registry, ModelsByName) {
  EXPECT_EQ(makeModel({"ridge_structure", {"A", "B", "C"}, 2, {}})->descriptorSet(), "structure");
  const auto den = makeModel({"DEN", {"A", "B"}, 3, {}});
  EXPECT_EQ(den->descriptorSet(), "DEN");
  EXPECT_FALSE(den->predictsLabels());
  EXPECT_THAT(modelNames(),
              ::testing::IsSupersetOf({"ridge_density", "ridge_energy", "ridge_structure", "DEN", "EPOT"}));
  EXPECT_THROW(makeModel({"ridge_cagey", {"A"}, 3, {}}), InputError);
  EXPECT_THROW(makeModel({"forest", {"A"}, 3, {}}), InputError);
}

TEST(RawColumn, IsTheColumnAtEveryTime) {
  StructureSample sample;
  sample.species = {0, 1, 0};
  sample.features = Array<double>({3, 1}, {0.1, 0.2, 0.3});
  sample.labels = {{"displacement", {1, 2}, Array<double>({2, 3}), {}, 0}};
  RawColumn column("DEN");
  const auto y = column.predict(sample, "displacement");
  EXPECT_EQ(y, Array<double>({2, 3}, {0.1, 0.2, 0.3, 0.1, 0.2, 0.3}));
  RawColumn other("EPOT");
  EXPECT_THROW(other.load(column.save()), FileError);
  sample.features = Array<double>({3, 2});
  EXPECT_THROW(column.predict(sample, "displacement"), InputError);
}

}  // namespace
}  // namespace glassforge::ml
