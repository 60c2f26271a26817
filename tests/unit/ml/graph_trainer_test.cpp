#include "ml/models/graph_trainer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/error.hpp"
#include "ml/benchmark/evaluate.hpp"
#include "ml/nn/adam.hpp"
#include "support/task_monitors.hpp"
#include "unit/ml/graph_support.hpp"

namespace glassforge::ml {
namespace {

using testing::GasSource;
using testing::toyKind;
using testing::ToyNetwork;

const Split parts{{0, 1, 2, 3, 4}, {5, 6}, {7, 8}};

GraphLearning fewPasses() {
  GraphLearning learning;
  learning.batch = 3;
  learning.passes = 40;
  learning.pretrain_passes = 11;
  learning.validate_every = 8;
  learning.rate = 0.02;
  learning.node_share = 0.4;
  learning.decay = 1e-4;
  learning.schedule = "cosine";
  return learning;
}

ModelRequest toyRequest(const GraphLearning& learning) {
  ModelRequest request{"toy", {"A", "B"}, 3, {}};
  request.settings.seed = 12;
  request.settings.graphs["toy"] = learning;
  return request;
}

GraphTask toyTask(const GraphLearning& learning) {
  GraphTask task;
  task.model = "toy";
  task.seed = 12;
  task.learning = learning;
  task.scored = {0, 1};
  task.edge_targets = true;
  return task;
}

// ---- parts ----------------------------------------------------------------------------------------------------------

TEST(RateSchedule, RisesAndFallsAsACosine) {
  EXPECT_EQ(nn::RateSchedule("constant", 0.1, 1000).rate(3, 7), 0.1);
  const nn::RateSchedule schedule("cosine", 0.1, 1000);
  EXPECT_NEAR(schedule.rate(0, 4), 0.1 * 2 / 50, 1e-15);
  EXPECT_NEAR(schedule.rate(48, 52), 0.1, 1e-15);
  EXPECT_NEAR(schedule.rate(523, 527), 0.05, 1e-12);
  EXPECT_NEAR(schedule.rate(998, 1000), 0.1 * 0.5 * (1 + std::cos(M_PI * 949 / 950)), 1e-12);
  EXPECT_GT(schedule.rate(999, 1000), 0);
  EXPECT_THROW(nn::RateSchedule("linear", 0.1, 10), InputError);
}

TEST(Adam, GoesOnFromItsState) {
  nn::Adam<float> whole(3, {}), first(3, {}), second(3, {});
  std::vector<float> a{1, 2, 3}, b = a;
  const std::vector<float> g{0.1F, -2, 5}, h{0.3F, 1, -1};
  whole.step(a, g);
  whole.step(a, h);
  first.step(b, g);
  second.setState(first.state());
  second.step(b, h);
  EXPECT_EQ(a, b);
  EXPECT_THROW(second.setState({1, 1, {0, 0}, {0, 0}}), InputError);
}

/// Sum over slots [first, first + width) by the definition of the tree.
float inTree(const std::vector<float>& values, std::size_t first, std::size_t width) {
  if (width == 1) return values[first];
  const float left = inTree(values, first, width / 2);
  return first + width / 2 < values.size() ? left + inTree(values, first + width / 2, width / 2) : left;
}

TEST(SlotSum, IsThePairwiseTree) {
  for (std::size_t slots = 1; slots <= 20; ++slots) {
    testing::Draws draw(slots);
    std::vector<float> values(slots);
    for (float& v : values) v = static_cast<float>(draw.normal() * std::pow(10.0, 8 * draw.uniform()));
    std::size_t width = 1;
    while (width < slots) width *= 2;
    std::vector<float> total(2);
    SerialReducer reducer;
    const auto numbers = reducer.sumSlots(slots, total, [&](std::size_t slot, std::span<float> block) {
      EXPECT_EQ(block[0], 0.0F);
      block[0] = values[slot];
      block[1] = 1;
      return std::vector<double>{static_cast<double>(slot)};
    });
    EXPECT_EQ(total[0], inTree(values, 0, width));
    EXPECT_EQ(total[1], static_cast<float>(slots));
    ASSERT_EQ(numbers.size(), slots);
    for (std::size_t slot = 0; slot < slots; ++slot) EXPECT_EQ(numbers[slot][0], static_cast<double>(slot));
  }
}

TEST(SlotSum, DealsNeighbouringSlotsOutEvenly) {
  for (std::size_t slots = 1; slots <= 9; ++slots)
    for (std::size_t processes = 1; processes <= 5; ++processes) {
      EXPECT_EQ(SlotSum::ownerOf(0, slots, processes), 0U);
      std::vector<std::size_t> has(processes, 0);
      for (std::size_t slot = 0; slot < slots; ++slot) {
        EXPECT_GE(SlotSum::ownerOf(slot, slots, processes),
                  SlotSum::ownerOf(slot > 0 ? slot - 1 : 0, slots, processes));
        ++has.at(SlotSum::ownerOf(slot, slots, processes));
      }
      EXPECT_LE(*std::ranges::max_element(has), (slots + processes - 1) / processes);
    }
}

TEST(OrderOfEpoch, IsAnotherEachTime) {
  std::vector<std::int64_t> structures(30);
  for (std::size_t k = 0; k < 30; ++k) structures[k] = static_cast<std::int64_t>(10 + k);
  std::set<std::vector<std::int64_t>> seen;
  for (std::int64_t epoch = 0; epoch < 10; ++epoch) {
    auto order = orderOfEpoch(structures, 3, 0, epoch);
    seen.insert(order);
    EXPECT_EQ(order, orderOfEpoch(structures, 3, 0, epoch));
    EXPECT_NE(order, orderOfEpoch(structures, 3, 1, epoch));
    std::ranges::sort(order);
    EXPECT_EQ(order, structures);
  }
  EXPECT_EQ(seen.size(), 10U);
}

// ---- data -----------------------------------------------------------------------------------------------------------

TEST(GraphTargets, MatchLabelsAndTimes) {
  const std::vector<LabelField> layout{{"displacement", {1, 10, 100}, {}, {}, 0},
                                       {"bond_breaking", {1, 10}, {}, {}, 0}};
  EXPECT_EQ(graphTargets(layout, {}, {}).size(), 5U);
  const auto targets = graphTargets(layout, {"displacement"}, {101, 1.02});
  ASSERT_EQ(targets.size(), 2U);
  EXPECT_EQ(targets[0], (GraphTarget{"displacement", 1, 0}));
  EXPECT_EQ(targets[1], (GraphTarget{"displacement", 100, 2}));
  EXPECT_THROW(graphTargets(layout, {"displacement"}, {94}), InputError);
  EXPECT_THROW(graphTargets(layout, {"overlap"}, {}), InputError);
}

TEST(GraphData, HasTheTargetsOfTheStructure) {
  const GasSource source(9);
  const TrainingView view(source, parts);
  GraphData data(view, {{.cutoff = 1.5}, 2, {{"displacement", 10, 1}, {"bond_breaking", 100, 2}}, true});
  const auto sample = data.sample(3);
  const auto& of = source.samples[3];
  ASSERT_EQ(sample->node_targets.shape(), (std::vector<std::size_t>{2, 60}));
  EXPECT_EQ(sample->node_targets(0, 7), of.label("displacement").mean(1, 7));
  EXPECT_EQ(sample->node_targets(1, 7), of.label("bond_breaking").mean(2, 7));
  const PairField pairs = source.pairs(3);
  ASSERT_EQ(sample->edge_targets.shape(), (std::vector<std::size_t>{2, sample->graph.sender.size()}));
  for (std::size_t e = 0; e < sample->graph.sender.size(); ++e) {
    const auto i = std::min(sample->graph.sender[e], sample->graph.receiver[e]);
    const auto j = std::max(sample->graph.sender[e], sample->graph.receiver[e]);
    std::size_t p = 0;
    while (pairs.ends(p, 0) != i || pairs.ends(p, 1) != j) ++p;
    EXPECT_EQ(sample->edge_targets(0, e), pairs.change(1, p));
    EXPECT_EQ(sample->edge_targets(1, e), pairs.change(2, p));
  }
  EXPECT_THROW(data.sample(7), InputError) << "a test structure";
}

/// Of edge (s -> r) where the particles are at x.
double lengthBetween(const StructureSample& sample, const std::vector<double>& x, std::int32_t s, std::int32_t r) {
  DescriptorInput input;
  input.box = sample.box;
  return testing::imageDistance(input, x, static_cast<std::size_t>(s), static_cast<std::size_t>(r));
}

// r_ij(t) is what the labels say, whatever positions the graph is made of: change + r_ij(0) of the thermal positions.
TEST(GraphData, OtherPositionsHaveOtherEdgesAndChangesFromTheirLengths) {
  const GasSource source(9);
  const TrainingView view(source, parts);
  const PairField pairs = source.pairs(3);
  const auto& of = source.samples[3];
  std::set<std::pair<std::int32_t, std::int32_t>> labelled;
  for (std::size_t p = 0; p < pairs.ends.extent(0); ++p) labelled.insert({pairs.ends(p, 0), pairs.ends(p, 1)});
  for (const Positions kind : {Positions::inherent, Positions::cage}) {
    GraphData data(view, {{.cutoff = 2.0}, 2, {{"displacement", 10, 1}}, true, kind});
    const auto sample = data.sample(3);
    const auto moved = source.positions(3, kind);
    std::size_t unlabelled = 0;
    for (std::size_t e = 0; e < sample->graph.sender.size(); ++e) {
      const auto s = sample->graph.sender[e], r = sample->graph.receiver[e];
      const double length = lengthBetween(of, moved, s, r), thermal = lengthBetween(of, of.thermal, s, r);
      EXPECT_LT(length, 2.0);
      const double target = sample->edge_targets(0, e);
      EXPECT_EQ(std::isnan(target), !labelled.contains(std::minmax(s, r)));
      unlabelled += std::isnan(target);
      if (!std::isnan(target)) {
        EXPECT_NEAR(target + length, 2 * (0.2 - 0.15 * thermal) + thermal, 1e-12);
      }
    }
    EXPECT_GT(unlabelled, 0U) << "the case should be met";
    EXPECT_LT(unlabelled, sample->graph.sender.size() / 4);
  }
}

TEST(GraphData, NeedsPairsAsFarAsTheGraphReaches) {
  GasSource source(9);
  const TrainingView view(source, parts);
  GraphData further(view, {{.cutoff = 2.1}, 2, {{"displacement", 10, 1}}, true});
  EXPECT_THROW(further.sample(0), InputError);
  source.has_pairs = false;
  GraphData data(view, {{.cutoff = 2.0}, 2, {{"displacement", 10, 1}}, true});
  try {
    data.sample(0);
    ADD_FAILURE() << "no pairs, and nothing was said";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("labels.pairs = { cutoff = 2.0 }"), std::string::npos);
  }
}

TEST(GraphData, KeepsWhatThereIsRoomFor) {
  const GasSource source(9);
  const TrainingView view(source, parts);
  const GraphDataRequest request{{.cutoff = 2.0}, 2, {{"displacement", 10, 1}}, false};
  GraphData roomy(view, request);
  for (int round = 0; round < 3; ++round)
    for (const std::int64_t s : {0, 1, 2}) roomy.sample(s);
  EXPECT_EQ(source.loads, 3);
  source.loads = 0;
  GraphData narrow(view, request, roomy.bytesHeld() * 2 / 3 + 4000);
  for (const std::int64_t s : {0, 1, 0, 1, 2, 1, 0}) narrow.sample(s);  // 0 makes way for 2, then 2 for 0
  EXPECT_EQ(source.loads, 4);
  EXPECT_LE(narrow.bytesHeld(), roomy.bytesHeld() * 2 / 3 + 4000);
}

// ---- training -------------------------------------------------------------------------------------------------------

TEST(GraphTrainer, AStepIsThatOfTheMeanGradient) {
  const GasSource source(9);
  const TrainingView view(source, parts);
  GraphData data(view, {{.cutoff = 2.0}, 2, {{"displacement", 10, 1}}, true});
  SerialReducer reducer;
  ToyNetwork<float> network(1);
  GraphLearning learning = fewPasses();
  learning.pretrain_passes = 0;
  learning.schedule = "constant";
  learning.clip = 0.05;
  GraphTrainer trainer(network, data, reducer, toyTask(learning));
  const auto before = trainer.result().parameters;
  std::vector<float> gradient(before.size(), 0.0F), statistics(1);
  const auto order = orderOfEpoch(view.train(), 12, 0, 0);
  float mean = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    std::vector<float> own(before.size(), 0.0F);
    network.addGradient(before, *data.sample(order[k]), {12, 0, k}, {0.4, 0.6}, own, statistics);
    for (std::size_t i = 0; i < own.size(); ++i) gradient[i] += own[i];
    mean = k == 0 ? statistics[0]
                  : static_cast<float>(0.9 * static_cast<double>(mean) + 0.1 * static_cast<double>(statistics[0]));
  }
  double norm = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    gradient[i] = gradient[i] / 3 + 2e-4F * before[i];
    norm += static_cast<double>(gradient[i]) * static_cast<double>(gradient[i]);
  }
  ASSERT_GT(std::sqrt(norm), 0.05) << "nothing is clipped";
  trainer.step();
  const auto after = trainer.result();
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const double g = static_cast<double>(gradient[i]) * 0.05 / std::sqrt(norm);
    const double step = 0.02 * g / (std::abs(g) + 1e-8);  // the first step of Adam
    EXPECT_NEAR(after.parameters[i], static_cast<double>(before[i]) - step, 2e-6);
  }
  EXPECT_NEAR(after.statistics[0], mean, 1e-7);
  EXPECT_EQ(trainer.passes(), 3);
}

TEST(GraphTrainer, LearnsTheEdgesFirstAndKeepsTheBest) {
  const GasSource source(9);
  const TrainingView view(source, parts);
  GraphData data(view, {{.cutoff = 2.0}, 2, {{"displacement", 10, 1}}, true});
  SerialReducer reducer;
  ToyNetwork<float> network(1);
  GraphLearning learning = fewPasses();
  learning.passes = 400;
  learning.pretrain_passes = 100;
  learning.validate_every = 50;
  GraphTrainer trainer(network, data, reducer, toyTask(learning));
  std::vector<FitProgress> looks;
  while (!trainer.finished())
    if (const auto look = trainer.step()) looks.push_back(*look);
  const auto trained = trainer.result();
  ASSERT_EQ(trained.history.size(), looks.size());
  EXPECT_EQ(looks.front().phase, "pretraining");
  EXPECT_EQ(looks.back().phase, "training");
  EXPECT_EQ(looks.back().passes, 500);
  EXPECT_GT(looks.back().pearson, 0.6) << "it does not learn";
  EXPECT_GT(looks.back().pearson_edges, 0.99);
  double best = -1;
  for (const GraphLook& look : trained.history)
    if (look.phase == 1) best = std::max(best, look.validation.pearson);
  EXPECT_EQ(trained.pearson, best);
  std::int64_t of_best = 0;
  for (const GraphLook& look : trained.history)
    if (look.phase == 1 && look.validation.pearson == best && of_best == 0)
      of_best = static_cast<std::int64_t>(look.passes);
  EXPECT_EQ(trained.passes, of_best);
  const auto again = scoreGraphs(network, trained.parameters, trained.statistics, data, view.validation(),
                                 {{0, 1}, {0.4, 0.6}}, reducer);
  EXPECT_EQ(again.pearson, best);
}

TEST(GraphTrainer, SaysWhereALossIsNotFinite) {
  const GasSource source(9);
  const TrainingView view(source, parts);
  GraphData data(view, {{.cutoff = 2.0}, 2, {{"displacement", 10, 1}}, true});
  SerialReducer reducer;
  ToyNetwork<float> network(1);
  GraphTask task = toyTask(fewPasses());
  task.initial = {{"hidden.weight", Array<double>({3, 2}, 1e30)},
                  {"hidden.bias", Array<double>({3}, 3e38)},
                  {"out.weight", Array<double>({1, 3}, 3e38)},
                  {"out.bias", Array<double>({1}, 3e38)},
                  {"edge", Array<double>({2}, 3e38)}};
  GraphTrainer trainer(network, data, reducer, task);
  EXPECT_THROW(trainer.step(), InputError);
  task.initial.erase("edge");
  EXPECT_THROW(GraphTrainer(network, data, reducer, task), InputError) << "an array is missing";
  task.initial["edge"] = Array<double>({3});
  EXPECT_THROW(GraphTrainer(network, data, reducer, task), InputError) << "an array of another shape";
}

// ---- the model ------------------------------------------------------------------------------------------------------

void expectSame(const ModelRecord& a, const ModelRecord& b) {
  ASSERT_EQ(a.arrays.size(), b.arrays.size());
  for (const auto& [key, values] : a.arrays) {
    ASSERT_TRUE(b.arrays.contains(key)) << key;
    const auto& other = b.arrays.at(key).values();
    ASSERT_EQ(values.size(), other.size()) << key;
    for (std::size_t i = 0; i < other.size(); ++i)
      EXPECT_TRUE(values.values()[i] == other[i] || (std::isnan(values.values()[i]) && std::isnan(other[i]))) << key;
  }
  for (const auto& [key, value] : a.attributes) EXPECT_EQ(value, b.attributes.at(key)) << key;
}

TEST(GraphModel, GoesOnWithTheSameBitsFromEveryPlaceItWasStoppedAt) {
  const GasSource source(9);
  const TrainingView view(source, parts);
  GraphLearning learning = fewPasses();
  learning.networks = 2;
  learning.times = {1, 10};
  learning.labels = {"displacement"};
  SerialReducer reducer;
  for (const auto& [optimiser, standardised] : {std::pair{"adam", false}, {"soap", false}, {"soap", true}}) {
    learning.optimiser = optimiser;
    learning.standardised = standardised;
    GraphModel whole(toyKind(true, false), toyRequest(learning));
    whole.fit(view, reducer);
    for (const int every : {1, 2, 7, 25}) {
      SCOPED_TRACE(fmt::format("{} every {}", optimiser, every));
      test::StoppingMonitor monitor(every);
      monitor.untilDone([&](FitMonitor& m) {
        GraphModel stopped(toyKind(true, false), toyRequest(learning));
        stopped.fitWatched(view, reducer, m);
        expectSame(stopped.save(), whole.save());
        return true;
      });
      EXPECT_EQ(monitor.stops(), 4 * 18 / every) << "4 networks of 4 + 14 steps";
    }
  }
}

TEST(GraphTrainer, RefusesAnOptimiserThatThereIsNot) {
  GraphLearning learning = fewPasses();
  learning.optimiser = "sgd";
  EXPECT_THROW(makeOptimiser(learning, {{"kernel", {2, 3}}}), InputError);
}

TEST(GraphModel, PredictsWhatItHasLearntAndNothingElse) {
  const GasSource source(9);
  const TrainingView view(source, parts);
  for (const bool at_once : {false, true}) {
    GraphLearning learning = fewPasses();
    learning.times = {10.2};
    if (!at_once) learning.labels = {"displacement"};
    ModelRequest request = toyRequest(learning);
    request.settings.species = {"B"};
    GraphModel model(toyKind(!at_once, at_once), request);
    SerialReducer reducer;
    model.fit(view, reducer);
    EXPECT_EQ(model.times("displacement"), GasSource::times);
    const auto y = model.predict(source.samples[7], "displacement");
    const auto z = model.predict(source.samples[7], "bond_breaking");
    ASSERT_EQ(y.shape(), (std::vector<std::size_t>{3, 60}));
    for (std::size_t i = 0; i < 60; ++i) {
      const bool learnt = source.samples[7].species[i] == 1;
      EXPECT_TRUE(std::isnan(y(0, i)) && std::isnan(y(2, i)));
      EXPECT_EQ(std::isfinite(y(1, i)), learnt);
      EXPECT_EQ(std::isfinite(z(1, i)), learnt && at_once);
    }
    EXPECT_THROW(model.predict(source.samples[7], "overlap"), InputError);
    GraphModel loaded(toyKind(!at_once, at_once), request);
    loaded.load(model.save());
    expectSame(loaded.save(), model.save());
    const auto again = loaded.predict(source.samples[7], "displacement");
    for (std::size_t i = 0; i < 60; ++i) {
      EXPECT_TRUE(again(1, i) == y(1, i) || (std::isnan(again(1, i)) && std::isnan(y(1, i))));
    }
  }
}

TEST(GraphModel, LooksAtThePositionsItHasLearntFrom) {
  const GasSource source(9);
  const TrainingView view(source, parts);
  GraphLearning learning = fewPasses();
  learning.labels = {"displacement"};
  learning.times = {10};
  learning.positions = "inherent";
  GraphModel model(toyKind(true, false), toyRequest(learning));
  EXPECT_EQ(model.positions(), Positions::inherent);
  SerialReducer reducer;
  model.fit(view, reducer);
  const auto inherent = source.loadAt(7, "", Positions::inherent);
  const auto y = model.predict(inherent, "displacement");
  EXPECT_THROW(model.predict(source.load(7, ""), "displacement"), InputError) << "thermal positions alone";
  learning.positions = "thermal";
  GraphModel loaded(toyKind(true, false), toyRequest(learning));
  EXPECT_THROW(loaded.predict(inherent, "displacement"), InputError);
  loaded.load(model.save());
  EXPECT_EQ(loaded.positions(), Positions::inherent) << "a record says what it looks at";
  EXPECT_EQ(loaded.predict(inherent, "displacement").row(1)[5], y.row(1)[5]);
  GraphModel of_thermal(toyKind(true, false), toyRequest(learning));
  of_thermal.fit(view, reducer);
  EXPECT_NE(of_thermal.predict(source.load(7, ""), "displacement").row(1)[5], y.row(1)[5]);
  EvaluateOptions options;
  options.species_names = {"A", "B"};
  options.scores.resamples = 10;
  EXPECT_EQ(evaluate({&model, &of_thermal}, source, parts.test, reducer, options).results.size(), 2U);
  ModelRecord damaged = model.save();
  damaged.attributes["positions"] = std::string("average");
  EXPECT_THROW(loaded.load(damaged), FileError);
  learning.positions = "average";
  EXPECT_THROW(GraphModel(toyKind(true, false), toyRequest(learning)), InputError);
}

TEST(GraphModel, RefusesADamagedRecord) {
  const GasSource source(9);
  const TrainingView view(source, parts);
  GraphLearning learning = fewPasses();
  learning.times = {10};
  GraphModel model(toyKind(true, false), toyRequest(learning));
  SerialReducer reducer;
  model.fit(view, reducer);
  const ModelRecord good = model.save();
  GraphModel loaded(toyKind(true, false), toyRequest(learning));
  ModelRecord bad = good;
  bad.arrays.erase("displacement/t1/seed0/hidden.bias");
  EXPECT_THROW(loaded.load(bad), FileError);
  bad = good;
  bad.attributes["displacement/t1/targets"] = std::string("displacement/t9");
  EXPECT_THROW(loaded.load(bad), FileError);
  bad = good;
  bad.model = "botan";
  EXPECT_THROW(loaded.load(bad), FileError);
  EXPECT_THROW(loaded.load({"toy", "", {}, {}}), FileError);
}

TEST(GraphModel, WantsPairsOnlyWhereItLearnsThem) {
  GraphLearning learning = fewPasses();
  EXPECT_EQ(GraphModel(toyKind(true, false), toyRequest(learning)).pairCutoff(), 2.0);
  EXPECT_EQ(GraphModel(toyKind(false, false), toyRequest(learning)).pairCutoff(), 0.0);
  learning.pretrain_passes = 0;
  learning.node_share = 1;
  EXPECT_EQ(GraphModel(toyKind(true, false), toyRequest(learning)).pairCutoff(), 0.0);
  GasSource source(9);
  source.has_pairs = false;
  const TrainingView view(source, parts);
  SerialReducer reducer;
  GraphModel(toyKind(true, false), toyRequest(learning)).fit(view, reducer);
}

TEST(GraphModel, IsScoredWhereItHasLearnt) {
  const GasSource source(9);
  const TrainingView view(source, parts);
  GraphLearning learning = fewPasses();
  learning.times = {10};
  learning.labels = {"displacement"};
  GraphModel some(toyKind(true, false), toyRequest(learning)), all(toyKind(false, true), toyRequest(fewPasses()));
  SerialReducer reducer;
  some.fit(view, reducer);
  all.fit(view, reducer);
  EvaluateOptions options;
  options.species_names = {"A", "B"};
  options.scores.resamples = 10;
  const auto evaluation = evaluate({&all, &some}, source, parts.test, reducer, options);
  ASSERT_EQ(evaluation.results.size(), 7U);  // six of one, one of the other
  EXPECT_EQ(evaluation.comparisons.size(), 1U);
  for (const auto& correlations : evaluation.correlations)
    EXPECT_EQ(correlations.names.size(), correlations.label == "displacement" && correlations.time == 10 ? 3U : 2U);
}

}  // namespace
}  // namespace glassforge::ml
