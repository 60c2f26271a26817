#include "io/campaign_learning.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

namespace glassforge::io {

std::vector<std::string> readNames(const TomlSection& section, std::string_view key) {
  if (!section.has(key)) return {};
  auto names = section.texts(key, "names");
  std::set<std::string> seen;
  for (const auto& name : names) {
    if (name.empty()) section.fail(key, "has an empty name");
    if (!seen.insert(name).second) section.fail(key, fmt::format("names \"{}\" twice", name));
  }
  return names;
}

namespace {

std::array<std::int64_t, 4> readEpochs(const TomlSection& section, const std::array<std::int64_t, 4>& fallback) {
  if (!section.has("epochs")) return fallback;
  const auto given = section.integers("epochs", Range::between(0, 1e6), "numbers of epochs");
  if (given.size() != fallback.size())
    section.fail("epochs",
                 "must be four numbers: two parts of stage 1, two parts of stage 2, e.g. [300, 100, 50, 100]");
  std::array<std::int64_t, 4> epochs{};
  std::copy(given.begin(), given.end(), epochs.begin());
  return epochs;
}

/// What [train] may have besides networks of one's own.
std::vector<std::string_view> sections() {
  static const LearningSettings unsaid;
  std::vector<std::string_view> names{"models", "species", "glassmlp", "softness"};
  for (const auto& [name, graph] : unsaid.graphs) names.push_back(name);
  return names;
}

constexpr std::string_view kRidge = "ridge_";

/// Models named in the file that may have a section of their own: networks that somebody has added.
std::vector<std::string> namesOfOwn(const TomlDocument& document) {
  std::vector<std::string> names;
  const toml::table* train = document.section("train");
  const toml::array* models = train == nullptr ? nullptr : train->get_as<toml::array>("models");
  if (models == nullptr) return names;
  const auto known = sections();
  for (const auto& node : *models) {
    const auto name = node.value<std::string>().value_or("");
    const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
    if (!name.empty() && !is_known && !name.starts_with(kRidge)) names.push_back(name);
  }
  return names;
}

/// As an absolute path: relative ones are of the folder of the campaign file.
std::string initialPath(const TomlDocument& document, const std::string& given) {
  namespace fs = std::filesystem;
  if (given.empty()) return given;
  return fs::absolute(fs::path(document.path()).parent_path() / given).lexically_normal().string();
}

GraphLearning readGraphLearning(const TomlDocument& document, const std::string& name, GraphLearning g) {
  const TomlSection section(document, "train." + name,
                            {"networks", "batch", "passes", "pretrain_passes", "validate_every", "optimiser",
                             "standardised", "rate", "schedule", "beta1", "clip", "decay", "node_share", "dropout",
                             "positions", "augmentation", "labels", "times", "initial"});
  g.networks = section.integer("networks", Range::between(1, 1000), g.networks);
  g.batch = section.integer("batch", Range::between(1, 1e4), g.batch);
  g.passes = section.integer("passes", Range::between(1, 1e9), g.passes);
  g.pretrain_passes = section.integer("pretrain_passes", Range::between(0, 1e9), g.pretrain_passes);
  g.validate_every = section.integer("validate_every", Range::between(1, 1e9), g.validate_every);
  g.optimiser = section.choice("optimiser", g.optimiser, std::array<std::string_view, 2>{"adam", "soap"});
  g.standardised = section.boolean("standardised", g.standardised);
  g.rate = section.number("rate", {.min = 0, .max = 1, .open = true}, g.rate);
  g.schedule = section.choice("schedule", g.schedule, std::array<std::string_view, 2>{"constant", "cosine"});
  g.beta1 = section.number("beta1", Range::between(0, 0.9999), g.beta1);
  g.clip = section.number("clip", Range::atLeast(0), g.clip);
  g.decay = section.number("decay", Range::between(0, 1), g.decay);
  g.node_share = section.number("node_share", Range::between(0, 1), g.node_share);
  g.dropout = section.number("dropout", Range::between(0, 0.99), g.dropout);
  g.positions =
      section.choice("positions", g.positions, std::array<std::string_view, 3>{"thermal", "inherent", "cage"});
  g.augmentation = section.choice("augmentation", g.augmentation, std::array<std::string_view, 2>{"axes", "rotations"});
  if (section.has("labels")) g.labels = readNames(section, "labels");
  if (section.has("times")) g.times = section.numbers("times", Range::positive(), "times");
  g.initial = initialPath(document, section.text("initial", ""));
  return g;
}

}  // namespace

void readTraining(const TomlDocument& document, Campaign& c) {
  const auto own = namesOfOwn(document);
  auto known = sections();
  known.insert(known.end(), own.begin(), own.end());
  const TomlSection train(document, "train", known);
  LearningSettings& learning = c.learning;
  learning.seed = c.seed;
  c.models = readNames(train, "models");
  learning.species = readNames(train, "species");
  for (const auto& name : learning.species)
    train.locate("species", [&] { return c.system.mixture.speciesIndex(name); });
  const TomlSection glassmlp(document, "train.glassmlp", {"networks", "epochs"});
  learning.networks = glassmlp.integer("networks", Range::between(1, 1000), learning.networks);
  learning.epochs = readEpochs(glassmlp, learning.epochs);
  const TomlSection softness(document, "train.softness", {"share"});
  for (auto& [name, graph] : learning.graphs) graph = readGraphLearning(document, name, graph);
  for (const auto& name : own)
    if (train.has(name)) learning.graphs[name] = readGraphLearning(document, name, {});
  learning.softness_share = softness.number("share", {.min = 0, .max = 0.5, .open = true}, learning.softness_share);
}

namespace {

/// Structures that train in the fold that has the fewest of them (ml/benchmark/cross_fit.hpp).
std::int64_t fewestTrained(const SplitSettings& split, std::int64_t folds) {
  const std::int64_t structures = split.train + split.validation + split.test;
  const std::int64_t tested = (structures + folds - 1) / folds;
  return structures - tested - std::min(split.validation, structures - tested - 1);
}

}  // namespace

EvaluateSettings readEvaluateSettings(const TomlDocument& document, const SplitSettings& split) {
  const TomlSection section(document, "evaluate", {"folds", "learning_curve", "threshold", "resamples"});
  EvaluateSettings evaluate;
  const std::int64_t structures = split.train + split.validation + split.test;
  evaluate.folds = section.integer("folds", Range::atLeast(0), 0);
  if (evaluate.folds == 1 || evaluate.folds > structures)
    section.fail("folds", fmt::format("must be 0 (none) or between 2 and the {} structures of the split", structures));
  if (section.has("learning_curve"))
    evaluate.learning_curve = section.integers("learning_curve", Range::atLeast(1), "numbers of training structures");
  if (!evaluate.learning_curve.empty() && evaluate.folds == 0)
    section.fail("learning_curve", "needs folds, since every point is cross-fitted: set folds too");
  for (const std::int64_t count : evaluate.learning_curve)
    if (count > fewestTrained(split, evaluate.folds))
      section.fail("learning_curve",
                   fmt::format("asks for {} training structures, of {} folds the smallest trains on {}", count,
                               evaluate.folds, fewestTrained(split, evaluate.folds)));
  evaluate.threshold = section.number("threshold", Range::positive(), evaluate.threshold);
  evaluate.resamples = section.integer("resamples", Range::between(2, 1e6), evaluate.resamples);
  return evaluate;
}

}  // namespace glassforge::io
