#include "io/campaign_file.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "core/split.hpp"
#include "io/campaign_cage.hpp"
#include "io/campaign_certificate.hpp"
#include "io/campaign_labels.hpp"
#include "io/campaign_learning.hpp"
#include "io/campaign_system.hpp"
#include "io/campaign_tempering.hpp"
#include "io/toml_section.hpp"

namespace glassforge::io {
namespace {

using namespace std::string_view_literals;

constexpr double kLargestTime = 1e15;
constexpr double kLargestCount = 1e15;

void readName(const TomlDocument& document, Campaign& c) {
  const TomlSection section(document, "campaign", {"name", "seed"});
  c.name = section.text("name");
  const bool plain = !c.name.empty() && c.name.front() != '.' && c.name.front() != '-' &&
                     std::all_of(c.name.begin(), c.name.end(), [](unsigned char x) {
                       return std::isalnum(x) || x == '.' || x == '_' || x == '-';
                     });
  if (!plain) {
    section.fail("name", fmt::format("is \"{}\"; it becomes a folder, so only letters, digits and . _ - may stand in it",
                                     c.name));
  }
  c.seed = static_cast<std::uint64_t>(section.integer("seed", Range::atLeast(0)));
}

std::vector<std::array<int, 2>> readSwapPairs(const TomlSection& section, const Mixture& mixture) {
  std::vector<std::array<int, 2>> pairs;
  const std::string what = R"(pairs of species names, as in [["A", "B"]])";
  for (const auto& node : section.list("swap_pairs", what)) {
    const auto* pair = node.as_array();
    if (pair == nullptr || pair->size() != 2 || !pair->get(0)->is_string() || !pair->get(1)->is_string()) {
      section.fail("swap_pairs", "must be a list of " + what);
    }
    std::array<int, 2> indices{};
    for (std::size_t k = 0; k < 2; ++k) {
      indices[k] = section.locate("swap_pairs", [&] { return mixture.speciesIndex(*pair->get(k)->value<std::string>()); });
    }
    if (indices[0] == indices[1]) section.fail("swap_pairs", "pairs a species with itself; two different ones are needed");
    pairs.push_back(indices);
  }
  return pairs;
}

/// Hybrid sampling keeps velocities through swaps: that is canonical only where the two masses are equal.
void requireEqualMasses(const TomlSection& section, const Campaign& c) {
  const auto& m = c.system.mixture;
  for (const auto& [a, b] : c.equilibrate.swap_pairs) {
    if (m.masses[static_cast<std::size_t>(a)] != m.masses[static_cast<std::size_t>(b)]) {
      section.fail("method", fmt::format("is \"hybrid\", which needs equal masses of the species it swaps; {} and {} differ",
                                         m.species[static_cast<std::size_t>(a)], m.species[static_cast<std::size_t>(b)]));
    }
  }
}

void readEquilibrate(const TomlDocument& document, Campaign& c) {
  const TomlSection section(document, "equilibrate",
                            {"method", "sweeps", "swap_fraction", "swap_pairs", "displacement", "start_temperature", "start", "time",
                             "sweeps_per_block", "block_time", "samples", "temperatures", "levels", "exchange_time"});
  auto& e = c.equilibrate;
  e.swap_pairs = section.has("swap_pairs") ? readSwapPairs(section, c.system.mixture) : c.system.mixture.swap_pairs;
  e.method = section.choice("method", e.swap_pairs.empty() ? "md" : "swap", std::array{"swap"sv, "md"sv, "hybrid"sv, "tempering"sv});
  if ((e.method == "swap" || e.method == "hybrid") && e.swap_pairs.empty()) {
    section.fail("method", fmt::format("is \"{}\", which needs swap_pairs, and mixture {} has none of its own; "
                                       "give swap_pairs or use method = \"md\" or \"tempering\"",
                                       e.method, c.system.mixture.name));
  }
  if (e.method == "hybrid") requireEqualMasses(section, c);
  e.sweeps = section.integer("sweeps", {.min = 1, .max = kLargestCount}, e.sweeps);
  e.swap_fraction = section.number("swap_fraction", Range::between(0, 1), e.swap_fraction);
  readDisplacement(section, e);
  e.start_temperature = section.number("start_temperature", Range::atLeast(c.system.temperature),
                                       std::max(e.start_temperature, c.system.temperature));
  e.start = section.choice("start", e.start, std::array{"hot"sv, "cold"sv, "both"sv});
  e.time = section.number("time", {.min = 0, .max = kLargestTime, .open = true}, e.time);
  e.sweeps_per_block = section.integer("sweeps_per_block", {.min = 1, .max = kLargestCount}, e.sweeps_per_block);
  e.block_time = section.number("block_time", {.min = 0, .max = kLargestTime, .open = true}, e.block_time);
  e.samples = section.integer("samples", Range::between(1, 1e6), e.samples);
  readTempering(section, c);
}

void readQuench(const TomlDocument& document, Campaign& c) {
  const TomlSection section(document, "quench", {"tolerance", "max_evaluations", "cross_check"});
  c.quench.tolerance = section.number("tolerance", {.min = 0, .max = 1, .open = true}, c.quench.tolerance);
  c.quench.max_evaluations = section.integer("max_evaluations", {.min = 1, .max = kLargestCount}, c.quench.max_evaluations);
  c.quench.cross_check = section.boolean("cross_check", c.quench.cross_check);
}

/// times = { ladder = [M, n], indices = [...] }: indices are 1 .. n unless given.
void readLadder(const TomlSection& section, TimesSettings& times) {
  const auto pair = section.numbers("ladder", {.min = 1, .max = kLargestTime}, "two numbers [M, n]");
  if (pair.size() != 2 || pair[1] != std::floor(pair[1]) || pair[1] > 10000) {
    section.fail("ladder", "must be [M, n]: the largest step and the number of rungs, an integer of at most 10000");
  }
  times.ladder = {pair[0], pair[1]};
  if (section.has("indices")) {
    for (const auto k : section.integers("indices", Range::between(1, pair[1]), "integers 1 .. n")) {
      times.indices.push_back(static_cast<int>(k));
    }
  } else {
    for (int k = 1; k <= static_cast<int>(pair[1]); ++k) times.indices.push_back(k);
  }
}

void readTimesTable(const TomlDocument& document, TimesSettings& times) {
  const TomlSection table(document, "replicas.times", {"ladder", "indices", "tau_alpha"});
  if (table.has("ladder") == table.has("tau_alpha")) {
    table.fail(table.has("ladder") ? "tau_alpha" : "ladder",
               "is wrong or missing: times = { ladder = [M, n], indices = [...] } or times = { tau_alpha = [0.1, 1] }");
  }
  if (table.has("ladder")) return readLadder(table, times);
  if (table.has("indices")) table.fail("indices", "belongs to a ladder; tau_alpha = [...] needs none");
  times.tau_alpha = table.numbers("tau_alpha", {.min = 0, .max = 1e6, .open = true}, "multiples of tau_alpha");
  if (times.tau_alpha.empty()) table.fail("tau_alpha", "is empty; at least one multiple is needed");
  if (std::adjacent_find(times.tau_alpha.begin(), times.tau_alpha.end(), std::greater_equal<>()) != times.tau_alpha.end()) {
    table.fail("tau_alpha", "must increase from entry to entry");
  }
}

void readTimes(const TomlDocument& document, const TomlSection& section, Campaign& c) {
  auto& times = c.replicas.times;
  const auto* node = section.find("times");
  const auto forms = R"(a list of times, "glassbench", { ladder = [M, n], indices = [...] } or { tau_alpha = [...] })"sv;
  if (node == nullptr) section.fail("times", fmt::format("is missing; it must be {}", forms));
  if (node->is_string()) {
    times.glassbench = *node->value<std::string>() == "glassbench";
    if (!times.glassbench) section.fail("times", fmt::format("must be {}", forms));
  } else if (node->is_array()) {
    times.times = section.numbers("times", {.min = 0, .max = kLargestTime, .open = true}, "times");
  } else if (node->is_table()) {
    readTimesTable(document, times);
  } else {
    section.fail("times", fmt::format("must be {}", forms));
  }
  if (times.tau_alpha.empty()) section.locate("times", [&] { return stepLadder(c); });
}

void readReplicas(const TomlDocument& document, Campaign& c) {
  const TomlSection section(document, "replicas",
                            {"count", "dynamics", "dt", "thermostat_time", "keep_frames", "pack", "times"});
  auto& r = c.replicas;
  r.count = section.integer("count", Range::between(1, 1e6), r.count);
  r.dynamics = section.choice("dynamics", r.dynamics, std::array{"nve"sv, "nvt"sv});
  r.dt = section.number("dt", {.min = 0, .max = 1, .open = true}, c.system.mixture.timestep);
  r.thermostat_time = section.number("thermostat_time", {.min = 0, .max = kLargestTime, .open = true}, r.thermostat_time);
  r.keep_frames = section.boolean("keep_frames", r.keep_frames);
  r.pack = section.integer("pack", Range::between(0, 1e6), r.pack);
  readTimes(document, section, c);
}

void readDynamics(const TomlDocument& document, Campaign& c) {
  const TomlSection section(document, "dynamics", {"structures", "replicas", "max_time"});
  c.dynamics.structures = section.integer("structures", Range::between(0, 1e6), c.dynamics.structures);
  c.dynamics.replicas = section.integer("replicas", Range::between(1, 1e6), c.dynamics.replicas);
  c.dynamics.max_time = section.number("max_time", {.min = 0, .max = kLargestTime, .open = true}, c.dynamics.max_time);
  if (!c.replicas.times.tau_alpha.empty() && c.dynamics.structures == 0) {
    section.fail("structures", "is 0, but the label times are multiples of tau_alpha, which is measured here; use at least 1");
  }
}

/// Two thirds, a sixth and a sixth of the structures where [split] is absent and there are at least three.
void readSplit(const TomlDocument& document, Campaign& c) {
  const TomlSection section(document, "split", {"train", "validation", "test", "test_ids"});
  auto& split = c.split;
  const auto structures = c.system.structures;
  if (!section.present()) {
    if (structures < 3) return;
    split.test = split.validation = std::max<std::int64_t>(1, structures / 6);
    split.train = structures - split.test - split.validation;
    return;
  }
  split.train = section.integer("train", Range::atLeast(0), 0);
  split.validation = section.integer("validation", Range::atLeast(0), 0);
  if (section.has("test_ids")) split.test_ids = section.integers("test_ids", Range::atLeast(0), "structure numbers");
  split.test = section.integer("test", Range::atLeast(0), static_cast<std::int64_t>(split.test_ids.size()));
  if (split.train + split.validation + split.test == 0) return;
  section.locate("train", [&] {
    return Split::make(c.seed, structures, split.train, split.validation, split.test, split.test_ids);
  });
}

void readMachine(const TomlDocument& document, Campaign& c) {
  const TomlSection engine(document, "engine", {"skin", "precision"});
  const bool flat = c.system.mixture.dimension == 2;
  c.engine.skin = engine.number("skin", {.min = 0, .max = 10, .open = true}, defaultSkin(c.system.mixture.dimension));
  c.engine.precision =
      engine.choice("precision", "double", std::array{"double"sv, "mixed"sv}) == "mixed" ? Precision::mixed : Precision::full;
  const double smallest = *std::min_element(c.system.mixture.box.begin(), c.system.mixture.box.end());
  if (c.engine.precision == Precision::mixed && smallest < 2 * (c.system.mixture.maxCutoff() + c.engine.skin)) {
    engine.fail("precision", fmt::format("is \"mixed\", which needs a box of at least twice cutoff + skin = {}; it is {}",
                                         2 * (c.system.mixture.maxCutoff() + c.engine.skin), smallest));
  }
  const TomlSection files(document, "files", {"shard_size"});
  const bool large = !flat && c.system.mixture.particles() > 2000;
  c.shard_size = files.integer("shard_size", Range::between(1, 1e6), large ? 1 : 16);
}

}  // namespace

Campaign readCampaign(const std::string& path, std::span<const Smoothing> potentials,
                      std::span<const std::string> overrides) {
  const TomlDocument document(path, overrides);
  refuseUnknownKeys(document, document.root(), "",
                    std::array{"campaign"sv, "system"sv, "equilibrate"sv, "certificate"sv, "quench"sv, "cage"sv, "replicas"sv, "labels"sv, "dynamics"sv,
                               "describe"sv, "train"sv, "split"sv, "evaluate"sv, "engine"sv, "files"sv});
  Campaign c;
  readName(document, c);
  c.system = readSystem(document, potentials);
  readEquilibrate(document, c);
  c.certificate = readCertificate(document);
  readQuench(document, c);
  readCage(document, c);
  readReplicas(document, c);
  c.labels = readLabelSettings(document, c.system.mixture, c.replicas.count);
  readDynamics(document, c);
  c.descriptor_sets = readNames(TomlSection(document, "describe", {"sets"}), "sets");
  readTraining(document, c);
  readSplit(document, c);
  c.evaluate = readEvaluateSettings(document, c.split);
  readMachine(document, c);
  return c;
}

std::string placeOfKey(const std::string& path, std::span<const std::string> overrides, const std::string& section,
                       const std::string& key) {
  return TomlDocument(path, overrides).where(section, key);
}

StepLadder stepLadder(const Campaign& campaign, double tau_alpha) {
  const auto& times = campaign.replicas.times;
  const double dt = campaign.replicas.dt;
  if (times.glassbench) return StepLadder::glassbench(campaign.system.model, campaign.system.temperature, dt);
  if (times.ladder) {
    return StepLadder::logarithmic((*times.ladder)[0], static_cast<int>((*times.ladder)[1]), times.indices, dt);
  }
  if (times.tau_alpha.empty()) return StepLadder::fromTimes(times.times, dt);
  require(std::isfinite(tau_alpha) && tau_alpha > 0,
          "label times are multiples of tau_alpha, which has not been measured (F_s did not fall to 1/e): raise [dynamics] "
          "max_time, or state the times");
  std::vector<double> nearest;  // of a unit that is measured, steps are near enough at any distance
  for (const double multiple : times.tau_alpha) {
    nearest.push_back(std::max(1.0, std::round(multiple * tau_alpha / dt)) * dt);
  }
  return StepLadder::fromTimes(nearest, dt);
}

}  // namespace glassforge::io
