#include "ml/benchmark/evaluate.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "ml/benchmark/metrics.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using testing::DealtReducer;
using testing::Draws;
using testing::MadeSource;

/// Predicts one feature column times a factor.
class OneColumn final : public Model {
 public:
  OneColumn(std::string name, std::size_t column, double factor, bool predicts, std::vector<double> times = {})
      : name_(std::move(name)), column_(column), factor_(factor), predicts_(predicts), times_(std::move(times)) {}
  const std::string& name() const override { return name_; }
  const std::string& descriptorSet() const override { return set_; }
  bool predictsLabels() const override { return predicts_; }
  void fit(const TrainingView&, Reducer&) override {}
  Array<double> predict(const StructureSample& s, const std::string& label) const override {
    Array<double> y({s.label(label).times.size(), s.species.size()});
    for (std::size_t t = 0; t < y.extent(0); ++t)
      for (std::size_t i = 0; i < y.extent(1); ++i) y(t, i) = factor_ * s.features(i, column_);
    return y;
  }
  std::vector<double> times(const std::string&) const override { return times_; }
  ModelRecord save() const override { return {}; }
  void load(const ModelRecord&) override {}

 private:
  std::string name_, set_ = "made";
  std::size_t column_;
  double factor_;
  bool predicts_;
  std::vector<double> times_;
};

class Scores : public ::testing::Test {
 protected:
  MadeSource source{9, 50, 2, {0.5, 5.0}, 2, 61,
                    [](const StructureSample& s, std::size_t t, std::size_t i, Draws& draw) {
                      return s.features(i, 0) + (1 + static_cast<double>(t)) * draw.normal() +
                             0.1 * static_cast<double>(s.structure);
                    }};
  OneColumn good{"good", 0, 1.0, true}, bad{"bad", 1, 1.0, true}, bare{"bare", 0, -2.0, false};
  SerialReducer reducer;
  EvaluateOptions options{{"A", "B"}, {0}, {}, true, {}, {}};

  /// Columns of predictions and labels of one species, one pair per structure.
  std::vector<Moments> direct(std::size_t column, double factor, std::size_t time, int species,
                              const std::vector<std::int64_t>& structures) const {
    std::vector<Moments> moments;
    for (const std::int64_t s : structures) {
      const StructureSample& sample = source.samples[static_cast<std::size_t>(s)];
      std::vector<double> p, y;
      for (std::size_t i = 0; i < 50; ++i)
        if (sample.species[i] == species) {
          p.push_back(factor * sample.features(i, column));
          y.push_back(sample.labels[0].mean(time, i));
        }
      moments.push_back(Moments::of(p, y));
    }
    return moments;
  }
};

const EvaluationResult& find(const Evaluation& e, const std::string& model, double time, const std::string& species) {
  for (const EvaluationResult& r : e.results)
    if (r.model == model && r.time == time && r.species == species) return r;
  throw std::runtime_error("no such result");
}

TEST_F(Scores, EqualDirectComputation) {
  options.scored = {0, 1};
  const Evaluation e = evaluate({&bad, &good}, source, {4, 2, 7, 8}, reducer, options);
  EXPECT_EQ(e.results.size(), 2u * 2 * 2);
  for (const int species : {0, 1})
    for (const std::size_t t : {0, 1}) {
      const auto moments = direct(0, 1.0, t, species, {2, 4, 7, 8});
      const auto& r = find(e, "good", t == 0 ? 0.5 : 5.0, species == 0 ? "A" : "B");
      EXPECT_EQ(r.label, "displacement");
      EXPECT_NEAR(r.pearson_pooled, pool(moments).pearson(), 1e-14);
      EXPECT_NEAR(r.pearson_per_structure, meanPearson(moments), 1e-14);
      EXPECT_NEAR(r.r2, pool(moments).r2(), 1e-13);
      EXPECT_NEAR(r.ceiling, std::sqrt(1 - 0.04 / 4 * 100 / pool(moments).syy), 1e-12);
      std::vector<double> without;
      for (const Moments& m : leaveOneOut(moments)) without.push_back(m.pearson());
      EXPECT_NEAR(r.error, jackknifeError(without), 1e-14);
    }
}

TEST_F(Scores, ComparisonIsThePairedJackknife) {
  const Evaluation e = evaluate({&bad, &good}, source, {2, 4, 7, 8}, reducer, options);
  ASSERT_EQ(e.comparisons.size(), 2u);
  const Comparison& c = e.comparisons[0];
  EXPECT_EQ(c.model, "good");
  EXPECT_EQ(c.baseline, "bad");
  const auto a = direct(0, 1.0, 0, 0, {2, 4, 7, 8}), b = direct(1, 1.0, 0, 0, {2, 4, 7, 8});
  EXPECT_NEAR(c.difference, pool(a).pearson() - pool(b).pearson(), 1e-14);
  std::vector<double> without;
  for (std::size_t s = 0; s < 4; ++s) without.push_back(leaveOneOut(a)[s].pearson() - leaveOneOut(b)[s].pearson());
  EXPECT_NEAR(c.error, jackknifeError(without), 1e-14);
}

TEST_F(Scores, BareDescriptorHasNoR2AndCountsByAbsoluteValue) {
  options.baselines = {"bare"};
  const Evaluation e = evaluate({&good, &bare, &bad}, source, {2, 4, 7}, reducer, options);
  const auto& r = find(e, "bare", 0.5, "A");
  EXPECT_TRUE(std::isnan(r.r2));
  EXPECT_LT(r.pearson_pooled, 0);
  ASSERT_EQ(e.comparisons.size(), 4u);
  EXPECT_EQ(e.comparisons[0].baseline, "bare");
  EXPECT_NEAR(e.comparisons[0].difference, 0, 1e-14);
  EXPECT_NEAR(e.comparisons[0].error, 0, 1e-14);
}

TEST_F(Scores, OneTestStructureHasNoError) {
  const Evaluation e = evaluate({&good, &bad}, source, {3}, reducer, options);
  EXPECT_TRUE(std::isnan(e.results[0].error));
  EXPECT_TRUE(std::isfinite(e.results[0].pearson_pooled));
  EXPECT_EQ(e.results[0].pearson_pooled, e.results[0].pearson_per_structure);
  EXPECT_TRUE(std::isnan(e.comparisons[0].error));
}

TEST_F(Scores, UnknownNoiseHasNoCeiling) {
  source.samples[3].labels[0].variance = {};
  source.samples[4].labels[0].replicas = 1;
  EXPECT_TRUE(std::isnan(evaluate({&good}, source, {3, 5}, reducer, options).results[0].ceiling));
  EXPECT_TRUE(std::isnan(evaluate({&good}, source, {4, 5}, reducer, options).results[0].ceiling));
  EXPECT_TRUE(std::isfinite(evaluate({&good}, source, {5}, reducer, options).results[0].ceiling));
}

TEST_F(Scores, SameBitsForAnyDistribution) {
  const Evaluation alone = evaluate({&good, &bad}, source, {1, 3, 4, 6, 8}, reducer, options);
  for (const std::int64_t ranks : {2, 3}) {
    DealtReducer dealt(ranks);
    const Evaluation shared = evaluate({&good, &bad}, source, {8, 6, 4, 3, 1}, dealt, options);
    for (std::size_t n = 0; n < alone.results.size(); ++n) {
      EXPECT_EQ(shared.results[n].pearson_pooled, alone.results[n].pearson_pooled);
      EXPECT_EQ(shared.results[n].error, alone.results[n].error);
    }
    EXPECT_EQ(shared.comparisons[0].error, alone.comparisons[0].error);
  }
}

TEST_F(Scores, SinkGetsPredictionsOfScoredSpecies) {
  int calls = 0;
  options.sink = [&](std::int64_t s, const std::string& model, const std::string&, const Array<double>& y) {
    ++calls;
    EXPECT_EQ(model, "good");
    EXPECT_EQ(y(1, 2), source.samples[static_cast<std::size_t>(s)].features(2, 0));
    EXPECT_TRUE(std::isnan(y(1, 3)));
  };
  evaluate({&good}, source, {1, 2}, reducer, options);
  EXPECT_EQ(calls, 2);
}

TEST_F(Scores, WrongRequestsAreRefused) {
  EXPECT_THROW(evaluate({&good}, source, {}, reducer, options), InputError);
  const OneColumn elsewhere("elsewhere", 0, 1.0, true, {0.5, 6.0}), fewer("fewer", 0, 1.0, true, {0.5});
  EXPECT_THROW(evaluate({&elsewhere}, source, {1}, reducer, options), InputError);
  options.same_times = false;
  EXPECT_NO_THROW(evaluate({&elsewhere}, source, {1}, reducer, options));
  EXPECT_THROW(evaluate({&fewer}, source, {1}, reducer, options), InputError);
  options.baselines = {"nobody"};
  EXPECT_THROW(evaluate({&good}, source, {1}, reducer, options), InputError);
  options.baselines = {};
  options.scored = {2};
  EXPECT_THROW(evaluate({&good}, source, {1}, reducer, options), InputError);
}

}  // namespace
}  // namespace glassforge::ml
