#include <algorithm>

#include "core/error.hpp"
#include "io/campaign_certificate.hpp"
#include "io/campaign_file.hpp"
#include "io/sha256.hpp"
#include "io/text_file.hpp"

namespace glassforge::io {
namespace {

/// What a text of the campaign is for: to be read, with every key; or to be hashed, as what makes the campaign the one it is.
/// Keys that came after the first campaigns are left out of the latter where they have their defaults, so that those keep
/// their hash, and wherever they only add to what is there.
enum class TextUse { reading, hashing };

std::string literal(double value) { return exactText(value); }
std::string literal(std::int64_t value) { return fmt::format("{}", value); }
std::string literal(int value) { return fmt::format("{}", value); }
std::string literal(bool value) { return value ? "true" : "false"; }

/// A TOML basic string.
std::string literal(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

template <class T>
std::string list(const std::vector<T>& values) {
  std::string text = "[";
  for (std::size_t k = 0; k < values.size(); ++k) text += (k > 0 ? ", " : "") + literal(values[k]);
  return text + "]";
}

/// A species matrix as rows.
std::string rows(const std::vector<double>& matrix, std::size_t species) {
  std::string text = "[";
  for (std::size_t a = 0; a < species; ++a) {
    const auto begin = matrix.begin() + static_cast<std::ptrdiff_t>(a * species);
    text += (a > 0 ? ", " : "") + list(std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(species)));
  }
  return text + "]";
}

class Text {
 public:
  void section(std::string_view name) { text_ += fmt::format("{}[{}]\n", text_.empty() ? "" : "\n", name); }
  /// `value` is a TOML literal.
  void raw(std::string_view key, std::string_view value) { text_ += fmt::format("{} = {}\n", key, value); }
  template <class T>
  void entry(std::string_view key, const T& value) {
    raw(key, literal(value));
  }
  template <class T>
  void entry(std::string_view key, const std::vector<T>& values) {
    raw(key, list(values));
  }
  const std::string& str() const { return text_; }

 private:
  std::string text_;
};

void writeMixture(Text& text, const Mixture& m) {
  text.section("system.mixture");
  text.entry("dimension", m.dimension);
  text.entry("species", m.species);
  text.entry("counts", m.counts);
  text.entry("masses", m.masses);
  text.raw("epsilon", rows(m.epsilon, m.species.size()));
  text.raw("sigma", rows(m.sigma, m.species.size()));
  text.entry("cutoff", m.cutoff);
  text.entry("timestep", m.timestep);
}

/// What the preset of this name fixes is left to it; the rest is a mixture of the file's own.
bool isOwnMixture(const SystemSettings& system) {
  try {
    Mixture::preset(system.model);
    return false;
  } catch (const InputError&) {
    return true;
  }
}

void writeSystem(Text& text, const SystemSettings& system) {
  text.section("system");
  text.entry("model", system.model);
  text.entry("temperature", system.temperature);
  if (system.files.empty()) {
    text.entry("structures", system.structures);
  } else {
    text.entry("structures", system.files);
  }
  text.entry("particles", system.mixture.counts);
  text.entry("box", system.mixture.box);
  text.entry("smoothing", system.mixture.smoothing.name());
  if (isOwnMixture(system)) writeMixture(text, system.mixture);
}

void writeEquilibrate(Text& text, const EquilibrateSettings& e, const Mixture& mixture, TextUse use) {
  text.section("equilibrate");
  text.entry("method", e.method);
  text.entry("sweeps", e.sweeps);
  text.entry("swap_fraction", e.swap_fraction);
  std::string pairs;
  for (const auto& [a, b] : e.swap_pairs) {
    pairs += fmt::format("{}[{}, {}]", pairs.empty() ? "" : ", ", literal(mixture.species.at(static_cast<std::size_t>(a))),
                         literal(mixture.species.at(static_cast<std::size_t>(b))));
  }
  text.raw("swap_pairs", "[" + pairs + "]");
  if (e.tune_displacement) {
    text.entry("displacement", std::string("auto"));
  } else {
    text.entry("displacement", e.displacement);
  }
  text.entry("start_temperature", e.start_temperature);
  if (use == TextUse::reading || e.start != EquilibrateSettings().start) text.entry("start", e.start);
  text.entry("time", e.time);
  text.entry("sweeps_per_block", e.sweeps_per_block);
  text.entry("block_time", e.block_time);
  text.entry("samples", e.samples);
  if (use == TextUse::hashing && e.method != "tempering") return;
  text.entry("temperatures", e.temperatures);
  text.entry("levels", e.levels);
  text.entry("exchange_time", e.exchange_time);
}

void writeCertificate(Text& text, const CertificateSettings& c, TextUse use) {
  if (use == TextUse::hashing && isDefault(c)) return;
  text.section("certificate");
  text.entry("make", c.make);
  text.entry("on_failure", c.on_failure);
  text.entry("redos", c.redos);
  text.entry("largest_scattering", c.largest_scattering);
  text.entry("sigmas", c.sigmas);
}

std::string timesLiteral(const TimesSettings& times) {
  if (times.glassbench) return "\"glassbench\"";
  if (times.ladder) {
    return fmt::format("{{ ladder = [{}, {}], indices = {} }}", literal((*times.ladder)[0]), literal((*times.ladder)[1]),
                       list(times.indices));
  }
  if (!times.tau_alpha.empty()) return fmt::format("{{ tau_alpha = {} }}", list(times.tau_alpha));
  return list(times.times);
}

void writeReplicas(Text& text, const ReplicaSettings& r) {
  text.section("replicas");
  text.entry("count", r.count);
  text.entry("dynamics", r.dynamics);
  text.entry("dt", r.dt);
  text.entry("thermostat_time", r.thermostat_time);
  text.entry("keep_frames", r.keep_frames);
  text.entry("pack", r.pack);
  text.raw("times", timesLiteral(r.times));
}

void writeLabels(Text& text, const LabelSettings& labels, TextUse use) {
  text.section("labels");
  text.entry("displacement", labels.displacement);
  text.raw("bond_breaking", labels.bond_breaking ? fmt::format("{{ inner = {}, outer = {} }}", literal(labels.bond_inner),
                                                               literal(labels.bond_outer))
                                                 : "false");
  text.raw("pairs", labels.pairs ? fmt::format("{{ cutoff = {} }}", literal(labels.pair_cutoff)) : "false");
  if (use == TextUse::hashing && !labels.overlap) return;
  text.raw("overlap", labels.overlap ? fmt::format("{{ distance = {} }}", literal(labels.overlap_distance)) : "false");
}

void writeQuench(Text& text, const QuenchSettings& quench, TextUse use) {
  text.section("quench");
  text.entry("tolerance", quench.tolerance);
  text.entry("max_evaluations", quench.max_evaluations);
  if (use == TextUse::reading) text.entry("cross_check", quench.cross_check);
}

void writeCage(Text& text, const CageSettings& cage) {
  text.section("cage");
  text.entry("make", cage.make);
  text.entry("radius", cage.radius);
  text.entry("sweeps", cage.sweeps);
  text.entry("burn_in", cage.burn_in);
  text.raw("displacement", cage.tune_displacement ? literal(std::string_view("auto")) : literal(cage.displacement));
}

void writeSplit(Text& text, const SplitSettings& split) {
  text.section("split");
  text.entry("train", split.train);
  text.entry("validation", split.validation);
  text.entry("test", split.test);
  text.entry("test_ids", split.test_ids);
}

void writeGraphLearning(Text& text, const std::string& name, const GraphLearning& g) {
  text.section("train." + name);
  text.entry("networks", g.networks);
  text.entry("batch", g.batch);
  text.entry("passes", g.passes);
  text.entry("pretrain_passes", g.pretrain_passes);
  text.entry("validate_every", g.validate_every);
  text.entry("optimiser", g.optimiser);
  text.entry("standardised", g.standardised);
  text.entry("rate", g.rate);
  text.entry("schedule", g.schedule);
  text.entry("beta1", g.beta1);
  text.entry("clip", g.clip);
  text.entry("decay", g.decay);
  text.entry("node_share", g.node_share);
  text.entry("dropout", g.dropout);
  text.entry("positions", g.positions);
  text.entry("augmentation", g.augmentation);
  text.entry("labels", g.labels);
  text.entry("times", g.times);
  text.entry("initial", g.initial);
}

/// Networks that are trained, or that something is said of.
void writeGraphNetworks(Text& text, const Campaign& c) {
  const LearningSettings unsaid;
  for (const auto& [name, learning] : c.learning.graphs) {
    const bool is_trained = std::find(c.models.begin(), c.models.end(), name) != c.models.end();
    if (is_trained || learning != unsaid.graph(name)) writeGraphLearning(text, name, learning);
  }
}

/// What does not stand in a file means the default: campaigns of before read the same.
void writeLearning(Text& text, const Campaign& c) {
  text.section("train");
  text.entry("models", c.models);
  text.entry("species", c.learning.species);
  text.section("train.glassmlp");
  text.entry("networks", c.learning.networks);
  text.entry("epochs", std::vector<std::int64_t>(c.learning.epochs.begin(), c.learning.epochs.end()));
  text.section("train.softness");
  text.entry("share", c.learning.softness_share);
  writeGraphNetworks(text, c);
}

void writeEvaluate(Text& text, const EvaluateSettings& evaluate) {
  text.section("evaluate");
  text.entry("folds", evaluate.folds);
  text.entry("learning_curve", evaluate.learning_curve);
  text.entry("threshold", evaluate.threshold);
  text.entry("resamples", evaluate.resamples);
}

/// The campaign with everything that may grow or change without changing results set to one value.
Campaign essence(Campaign c) {
  c.system.structures = 0;
  c.system.files.clear();
  c.replicas.count = 0;
  c.replicas.pack = 0;
  c.replicas.times = {};
  c.dynamics.structures = 0;
  c.dynamics.replicas = 0;
  c.descriptor_sets.clear();
  c.models.clear();
  c.split = {};
  c.shard_size = 1;
  c.certificate = essentialCertificate(c.certificate);
  return c;
}

std::string textOf(const Campaign& c, TextUse use) {
  require(c.seed <= static_cast<std::uint64_t>(INT64_MAX), "seed {} does not fit a TOML integer; use one below 2^63", c.seed);
  Text text;
  text.section("campaign");
  text.entry("name", c.name);
  text.entry("seed", static_cast<std::int64_t>(c.seed));
  writeSystem(text, c.system);
  writeEquilibrate(text, c.equilibrate, c.system.mixture, use);
  writeCertificate(text, c.certificate, use);
  writeQuench(text, c.quench, use);
  if (use == TextUse::reading) writeCage(text, c.cage);
  writeReplicas(text, c.replicas);
  writeLabels(text, c.labels, use);
  text.section("dynamics");
  text.entry("structures", c.dynamics.structures);
  if (use == TextUse::reading) text.entry("replicas", c.dynamics.replicas);
  text.entry("max_time", c.dynamics.max_time);
  text.section("describe");
  text.entry("sets", c.descriptor_sets);
  if (use == TextUse::reading) {
    writeLearning(text, c);
  } else {
    text.section("train");
    text.entry("models", c.models);
  }
  writeSplit(text, c.split);
  if (use == TextUse::reading) writeEvaluate(text, c.evaluate);
  text.section("engine");
  text.entry("skin", c.engine.skin);
  text.entry("precision", std::string(c.engine.precision == Precision::mixed ? "mixed" : "double"));
  text.section("files");
  text.entry("shard_size", c.shard_size);
  return text.str();
}

}  // namespace

std::string toToml(const Campaign& c) { return textOf(c, TextUse::reading); }

std::string campaignHash(const Campaign& campaign) {
  Sha256 hash;
  hash.update(textOf(essence(campaign), TextUse::hashing));
  return hash.hex().substr(0, 16);
}

}  // namespace glassforge::io
