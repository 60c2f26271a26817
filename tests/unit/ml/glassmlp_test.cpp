#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "ml/benchmark/evaluate.hpp"
#include "ml/models/glassmlp.hpp"
#include "ml/models/ridge.hpp"
#include "unit/ml/reference/glassmlp_torch.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using testing::DealtReducer;
using testing::Draws;
using testing::MadeSource;

constexpr std::array<double, 3> radii3{2, 4, 6};

std::vector<double> randomPositions(std::size_t particles, const std::vector<double>& box, std::uint64_t seed) {
  Draws draw(seed);
  std::vector<double> x;
  for (std::size_t i = 0; i < particles; ++i)
    for (const double length : box) x.push_back((3 * draw.uniform() - 1) * length);  // unwrapped
  return x;
}

/// The formula as it stands, with the nearest of all copies.
double bruteCorrelation(const std::vector<double>& x, const std::vector<double>& box, double radius,
                        const std::vector<double>& u) {
  DescriptorInput input;
  input.dimension = static_cast<int>(box.size());
  input.box = box;
  double mean = 0, above = 0, below = 0;
  for (const double v : u) mean += v / static_cast<double>(u.size());
  for (std::size_t i = 0; i < u.size(); ++i) {
    double sum = 0, norm = 0;
    for (std::size_t j = 0; j < u.size(); ++j) {
      const double r = i == j ? 0 : testing::imageDistance(input, x, i, j);
      const double g = std::exp(-(r - radius) * (r - radius) / 2);
      sum += g * (u[j] - mean);
      norm += g;
    }
    above += (u[i] - mean) * sum / norm;
    below += (u[i] - mean) * (u[i] - mean);
  }
  return above / below;
}

TEST(ShellCorrelation, EqualsTheFormulaIn2DAnd3D) {
  for (const std::vector<double>& box : {std::vector<double>{21, 23}, std::vector<double>{9, 10, 11}}) {
    const auto x = randomPositions(530, box, 5);  // more than a tile
    const auto radii = ShellCorrelation<double>::radiiOf(box.size());
    EXPECT_EQ(radii[2], box.size() == 2 ? 8 : 6);
    Draws draw(6);
    std::vector<double> u;
    std::vector<float> single;
    for (std::size_t i = 0; i < 530; ++i) {
      u.push_back(0.5 + std::sin(x[i * box.size()]) + 0.3 * draw.normal());
      single.push_back(static_cast<float>(u.back()));
    }
    ShellScratch<double> scratch;
    ShellScratch<float> single_scratch;
    const auto c = ShellCorrelation<double>(x, box, radii).evaluate(u, scratch);
    const auto f = ShellCorrelation<float>(x, box, radii).evaluate(single, single_scratch);
    for (std::size_t k = 0; k < 3; ++k) {
      const double expected = bruteCorrelation(x, box, radii[k], u);
      EXPECT_NEAR(c[k], expected, 1e-12);
      EXPECT_NEAR(f[k], expected, 1e-6);
    }
  }
}

TEST(ShellCorrelation, RememberedIsTheSameBits) {
  const std::vector<double> box{9, 10, 11};
  ShellCorrelation<float> shells(randomPositions(530, box, 9), box, radii3);
  Draws draw(10);
  std::vector<float> u;
  for (int i = 0; i < 530; ++i) u.push_back(static_cast<float>(draw.normal()));
  ShellScratch<float> made, kept;
  const auto expected = shells.evaluate(u, made);
  shells.remember();
  EXPECT_EQ(shells.rememberedBytes(), ShellCorrelation<float>::bytesFor(530));
  EXPECT_EQ(shells.evaluate(u, kept), expected);
  EXPECT_EQ(kept.products, made.products);
}

/// Loss of made-up labels around R0, with everything that it refers to.
struct LossCase {
  ShellCorrelation<double> shells;
  ShellScratch<double> scratch;
  std::vector<double> y, p;

  explicit LossCase(std::size_t particles)
      : shells(randomPositions(particles, {9, 10, 11}, 7), std::vector<double>{9, 10, 11}, radii3) {
    Draws draw(8);
    for (std::size_t i = 0; i < particles; ++i) {
      y.push_back(0.44 + 0.08 * draw.normal());
      p.push_back(0.44 + 0.05 * draw.normal());
    }
  }
};

TEST(GlassMlpLoss, GradientOfTheSecondStageEqualsFiniteDifferences) {
  for (const char* label : {"displacement", "bond_breaking"}) {
    LossCase c(40);
    const GlassMlpLoss<double> loss(c.shells, c.y, 0.07, MobilityRule::of(label, 3), c.scratch);
    std::vector<double> gradient(40);
    loss.secondStage(c.p, gradient, c.scratch);
    double largest = 0;
    for (const double g : gradient) largest = std::max(largest, std::abs(g));
    for (std::size_t i = 0; i < 40; ++i) {
      const double kept = c.p[i], step = 1e-7;
      c.p[i] = kept + step;
      const double above = loss.secondStage(c.p, {}, c.scratch);
      c.p[i] = kept - step;
      const double below = loss.secondStage(c.p, {}, c.scratch);
      c.p[i] = kept;
      EXPECT_NEAR(gradient[i], (above - below) / (2 * step), 1e-6 * largest) << label << i;
    }
  }
}

TEST(GlassMlpLoss, TermsWithoutMeaningAreLeftOut) {
  LossCase c(30);
  std::ranges::fill(c.y, 0.2);
  const GlassMlpLoss<double> constant(c.shells, c.y, 1, MobilityRule::of("displacement", 3), c.scratch);
  std::vector<double> gradient(30);
  EXPECT_NEAR(constant.secondStage(c.p, gradient, c.scratch), constant.firstStage(0, c.p, {}), 1e-15);
  for (const double g : gradient) EXPECT_NEAR(std::abs(g), 1.0 / 30, 1e-15);

  LossCase other(30);
  const GlassMlpLoss<double> loss(other.shells, other.y, 1, MobilityRule::of("displacement", 3), other.scratch);
  std::ranges::fill(other.p, 0.44);  // a constant prediction has no correlations: all count as 0
  EXPECT_TRUE(std::isfinite(loss.secondStage(other.p, gradient, other.scratch)));
  for (const double g : gradient) EXPECT_TRUE(std::isfinite(g));
}

TEST(GlassMlpLoss, MobilityRulesOfTheLabels) {
  EXPECT_EQ(MobilityRule::of("displacement", 3).centre, 0.44);
  EXPECT_EQ(MobilityRule::of("displacement", 2).centre, 0.40);
  EXPECT_FALSE(MobilityRule::of("bond_breaking", 2).threshold);
}

/// Prediction, second-stage loss, its gradient by all parameters and three steps of Adam, against torch.
TEST(GlassMlp, NetworkLossAndAdamEqualTorch) {
  const ShellCorrelation<double> shells(reference::mlp_positions, reference::mlp_box, radii3);
  ShellScratch<double> scratch;
  const GlassMlpLoss<double> loss(shells, reference::mlp_labels, reference::mlp_scale[0],
                                  MobilityRule::of("displacement", 3), scratch);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(loss.correlations()[k], reference::mlp_correlations[k], 1e-12);
  nn::Network<double> network(glassMlpShapes(6), 14);
  ASSERT_EQ(network.parameters().size(), reference::mlp_start.size());
  std::ranges::copy(reference::mlp_start, network.parameters().begin());
  nn::Adam<double> adam(network.parameters().size(), {3e-3, 0.9, 0.999, 1e-8, true});
  for (std::size_t step = 0; step < 3; ++step) {
    const auto p = network.forward({reference::mlp_features.data(), 14, 6});
    const std::vector<double> prediction(p.data(), p.data() + 14);
    std::vector<double> slope(14);
    network.clearGradient();
    EXPECT_NEAR(loss.secondStage(prediction, slope, scratch), reference::mlp_losses[step], 1e-10);
    network.backward({slope.data(), 14, 1});
    for (std::size_t i = 0; step == 0 && i < 14; ++i) EXPECT_NEAR(prediction[i], reference::mlp_prediction[i], 1e-13);
    for (std::size_t i = 0; step == 0 && i < network.gradient().size(); ++i)
      EXPECT_NEAR(network.gradient()[i], reference::mlp_gradient[i], 1e-9 * (1 + std::abs(reference::mlp_gradient[i])));
    adam.step(network.parameters(), network.gradient());
  }
  for (std::size_t i = 0; i < reference::mlp_after.size(); ++i)
    EXPECT_NEAR(network.parameters()[i], reference::mlp_after[i], 1e-8) << i;
}

Split splitOf(std::int64_t train, std::int64_t validation, std::int64_t test) {
  Split split;
  std::int64_t s = 0;
  for (; s < train; ++s) split.train.push_back(s);
  for (; s < train + validation; ++s) split.validation.push_back(s);
  for (; s < train + validation + test; ++s) split.test.push_back(s);
  return split;
}

/// Positions for structures that have none.
MadeSource placed(MadeSource source) {
  for (StructureSample& sample : source.samples) {
    sample.box = {12, 12, 12};
    sample.thermal =
        randomPositions(sample.species.size(), sample.box, 900 + static_cast<std::uint64_t>(sample.structure));
  }
  return source;
}

/// y = 0.4 + 0.1 (1 + t) (|z_0| - 0.5 z_1) + noise with standard normal z: what a linear model cannot see is most of
/// it.
MadeSource bentSource(std::size_t structures, std::size_t particles, std::uint64_t seed) {
  return placed(MadeSource(structures, particles, 5, {0.1, 10.0}, 2, seed,
                           [](const StructureSample& s, std::size_t t, std::size_t i, Draws& draw) {
                             const double bend = std::abs(s.features(i, 0)), line = (s.features(i, 1) - 3.0) / 2;
                             return 0.4 + 0.1 * (1 + static_cast<double>(t)) * (bend - 0.3 * line) +
                                    0.02 * draw.normal();
                           }));
}

MadeSource noiseSource(std::size_t structures, std::uint64_t seed) {
  return placed(MadeSource(
      structures, 40, 5, {1.0}, 2, seed,
      [](const StructureSample&, std::size_t, std::size_t, Draws& draw) { return 0.4 + 0.1 * draw.normal(); }));
}

LearningSettings settingsOf(std::int64_t networks, std::array<std::int64_t, 4> epochs) {
  LearningSettings settings;
  settings.seed = 17;
  settings.networks = networks;
  settings.epochs = epochs;
  return settings;
}

GlassMlp fitted(const MadeSource& source, const Split& split, const LearningSettings& settings, Reducer& reducer) {
  GlassMlp model("made", {"A", "B"}, 3, settings);
  model.fit(TrainingView(source, split), reducer);
  return model;
}

TEST(GlassMlp, LearnsABentRuleThatRidgeCannot) {
  const MadeSource source = bentSource(12, 300, 61);
  SerialReducer reducer;
  const Split split = splitOf(6, 2, 4);
  LearningSettings settings = settingsOf(2, {600, 200, 30, 30});
  settings.species = {"A"};
  const GlassMlp model = fitted(source, split, settings, reducer);
  Ridge ridge("made", {"A", "B"}, 5, settings);
  ridge.fit(TrainingView(source, split), reducer);
  EvaluateOptions options;
  options.species_names = {"A", "B"};
  const auto results = evaluate({&model, &ridge}, source, split.test, reducer, options).results;
  double least_network = 1, best_ridge = -1;
  for (const EvaluationResult& r : results) {
    if (r.model == "glassmlp") least_network = std::min(least_network, r.pearson_pooled);
    if (r.model == "ridge_made") best_ridge = std::max(best_ridge, r.pearson_pooled);
  }
  EXPECT_GT(least_network, 0.9);
  EXPECT_LT(best_ridge, 0.7);
  EXPECT_GT(best_ridge, 0.3);
  for (const TrainedNetwork& network : model.networks("displacement", 0, 1)) {
    EXPECT_GT(network.validation_pearson, 0.8);
    EXPECT_LE(network.epochs, 860);
    EXPECT_GE(network.epochs, 630 + 2);
  }
}

TEST(GlassMlp, ShuffledLabelsPredictNothing) {
  const MadeSource source = noiseSource(50, 62);
  SerialReducer reducer;
  const Split split = splitOf(12, 4, 34);
  const GlassMlp model = fitted(source, split, settingsOf(2, {40, 20, 10, 10}), reducer);
  EvaluateOptions options;
  options.species_names = {"A", "B"};
  for (const EvaluationResult& r : evaluate({&model}, source, split.test, reducer, options).results) {
    EXPECT_LT(std::abs(r.pearson_pooled), 3 * r.error);
    EXPECT_GT(r.error, 0.01);
  }
}

TEST(GlassMlp, SameBitsForAnyNumberOfProcesses) {
  const MadeSource source = bentSource(5, 40, 63);
  const Split split = splitOf(3, 1, 1);
  const LearningSettings settings = settingsOf(3, {5, 5, 3, 3});
  DealtReducer alone(1);
  const ModelRecord expected = fitted(source, split, settings, alone).save();
  for (const std::int64_t ranks : {2, 4}) {
    DealtReducer dealt(ranks);
    const ModelRecord shared = fitted(source, split, settings, dealt).save();
    EXPECT_EQ(shared.arrays, expected.arrays);
    EXPECT_EQ(shared.attributes, expected.attributes);
  }
}

TEST(GlassMlp, LoadsEachStructureOnceAndNoTestStructure) {
  const MadeSource source = bentSource(6, 40, 64);
  SerialReducer reducer;
  fitted(source, splitOf(3, 1, 2), settingsOf(2, {1, 1, 1, 1}), reducer);
  for (std::int64_t s = 0; s < 4; ++s) EXPECT_EQ(source.loads[s], 1);
  for (std::int64_t s = 4; s < 6; ++s) EXPECT_EQ(source.loads[s], 0);
}

TEST(GlassMlp, SaveAndLoadGiveTheSamePredictions) {
  const MadeSource source = bentSource(5, 40, 65);
  SerialReducer reducer;
  const GlassMlp model = fitted(source, splitOf(3, 1, 1), settingsOf(2, {5, 5, 3, 3}), reducer);
  const ModelRecord record = model.save();
  EXPECT_EQ(record.arrays.at("displacement/A/t0/seed0/layer0/kernel").shape(), (std::vector<std::size_t>{5, 2}));
  EXPECT_EQ(record.arrays.at("displacement/B/t1/seed1/layer3/bias").size(), 1u);
  EXPECT_EQ(std::get<double>(record.attributes.at("displacement/A/t1/time")), 10.0);
  GlassMlp back("made", {"A", "B"}, 3, settingsOf(2, {5, 5, 3, 3}));
  back.load(record);
  EXPECT_EQ(back.predict(source.samples[4], "displacement"), model.predict(source.samples[4], "displacement"));
  EXPECT_EQ(back.times("displacement"), model.times("displacement"));
  EXPECT_EQ(back.save().arrays, record.arrays);
  EXPECT_EQ(back.save().attributes, record.attributes);

  ModelRecord broken = record;
  broken.arrays.erase("displacement/A/t0/seed1/layer2/kernel");
  EXPECT_THROW(back.load(broken), FileError);
  broken = record;
  broken.model = "ridge_made";
  EXPECT_THROW(back.load(broken), FileError);
  EXPECT_THROW(back.predict(source.samples[4], "bond_breaking"), InputError);
}

TEST(GlassMlp, PredictionIsTheMeanOfTheNetworks) {
  const MadeSource source = bentSource(4, 40, 66);
  SerialReducer reducer;
  const GlassMlp both = fitted(source, splitOf(2, 1, 1), settingsOf(2, {3, 2, 2, 2}), reducer);
  const GlassMlp first = fitted(source, splitOf(2, 1, 1), settingsOf(1, {3, 2, 2, 2}), reducer);
  ModelRecord second_alone = both.save();
  std::map<std::string, Array<double>> renamed;
  for (auto& [key, value] : second_alone.arrays) {
    const auto at = key.find("/seed1");
    if (at != std::string::npos) renamed[key.substr(0, at) + "/seed0" + key.substr(at + 6)] = value;
  }
  for (auto& [key, value] : renamed) second_alone.arrays[key] = value;
  std::erase_if(second_alone.attributes,
                [](const auto& entry) { return entry.first.find("/seed1") != std::string::npos; });
  GlassMlp second("made", {"A", "B"}, 3, settingsOf(1, {3, 2, 2, 2}));
  second.load(second_alone);
  const StructureSample& sample = source.samples[3];
  const auto y = both.predict(sample, "displacement"), a = first.predict(sample, "displacement"),
             b = second.predict(sample, "displacement");
  double apart = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    EXPECT_NEAR(y.values()[i], (a.values()[i] + b.values()[i]) / 2, 1e-13);
    apart = std::max(apart, std::abs(a.values()[i] - b.values()[i]));
  }
  EXPECT_GT(apart, 1e-3);  // networks of other seeds are other networks
}

TEST(GlassMlp, LearnsTheSpeciesOfTheSettingsAlone) {
  const MadeSource source = bentSource(4, 40, 67);
  SerialReducer reducer;
  LearningSettings settings = settingsOf(1, {2, 2, 2, 2});
  settings.species = {"B"};
  const GlassMlp model = fitted(source, splitOf(2, 1, 1), settings, reducer);
  const auto y = model.predict(source.samples[3], "displacement");
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(std::isnan(y(0, i)), i % 2 == 0);
  EXPECT_TRUE(model.networks("displacement", 0, 0).empty());
}

TEST(GlassMlp, WithoutValidationAllEpochsAreRun) {
  const MadeSource source = bentSource(3, 40, 68);
  SerialReducer reducer;
  const GlassMlp model = fitted(source, splitOf(2, 0, 1), settingsOf(1, {2, 30, 2, 30}), reducer);
  const TrainedNetwork& network = model.networks("displacement", 0, 0).front();
  EXPECT_EQ(network.epochs, 64);
  EXPECT_TRUE(std::isnan(network.validation_pearson));
}

TEST(GlassMlp, DroppedColumnsAndConstantLabelsDoNoHarm) {
  MadeSource source = placed(
      MadeSource(4, 40, 3, {1.0}, 2, 69, [](const StructureSample&, std::size_t, std::size_t, Draws&) { return 0.5; }));
  for (StructureSample& sample : source.samples)
    for (std::size_t i = 0; i < 40; ++i) sample.features(i, 1) = 1e6 + 1e-7 * static_cast<double>(i % 2);
  SerialReducer reducer;
  const GlassMlp model = fitted(source, splitOf(2, 1, 1), settingsOf(1, {100, 100, 20, 20}), reducer);
  const auto y = model.predict(source.samples[3], "displacement");
  for (const double value : y.values()) EXPECT_NEAR(value, 0.5, 0.5);
  const ModelRecord record = model.save();
  const auto& kernel = record.arrays.at("displacement/A/t0/seed0/layer0/kernel");
  EXPECT_EQ(kernel(1, 0), 0.0);
  EXPECT_EQ(kernel(1, 1), 0.0);
  EXPECT_NE(kernel(0, 0), 0.0);
}

TEST(GlassMlp, NeedsPositionsAndNetworks) {
  MadeSource source = bentSource(4, 40, 70);
  SerialReducer reducer;
  source.samples[1].thermal.clear();
  EXPECT_THROW(fitted(source, splitOf(2, 1, 1), settingsOf(1, {1, 1, 1, 1}), reducer), InputError);
  EXPECT_THROW(GlassMlp("made", {"A"}, 3, settingsOf(0, {1, 1, 1, 1})), InputError);
  EXPECT_THROW(fitted(bentSource(4, 40, 70), splitOf(0, 1, 1), settingsOf(1, {1, 1, 1, 1}), reducer), InputError);
}

}  // namespace
}  // namespace glassforge::ml
