#include "io/campaign_learning.hpp"

#include <algorithm>
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

}  // namespace

void readTraining(const TomlDocument& document, Campaign& c) {
  const TomlSection train(document, "train", {"models", "species", "glassmlp", "softness"});
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
