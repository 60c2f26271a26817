#include <algorithm>

#include "core/error.hpp"
#include "io/campaign_certificate.hpp"
#include "io/campaign_file.hpp"
#include "io/sha256.hpp"
#include "io/text_file.hpp"

namespace glassforge::io {
namespace {

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
  text.entry("smoothing", toString(system.mixture.smoothing));
  if (isOwnMixture(system)) writeMixture(text, system.mixture);
}

/// What the text is for: a file has every key; in what is hashed, keys that came later stand only where they are not at their
/// defaults, so that campaigns of before keep their hash.
enum class Purpose { file, hash };

void writeEquilibrate(Text& text, const EquilibrateSettings& e, const Mixture& mixture, Purpose purpose) {
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
  if (purpose == Purpose::file || e.start != EquilibrateSettings().start) text.entry("start", e.start);
  text.entry("time", e.time);
  text.entry("sweeps_per_block", e.sweeps_per_block);
  text.entry("block_time", e.block_time);
  text.entry("samples", e.samples);
  if (purpose == Purpose::hash && e.method != "tempering") return;
  text.entry("temperatures", e.temperatures);
  text.entry("levels", e.levels);
  text.entry("exchange_time", e.exchange_time);
}

void writeCertificate(Text& text, const CertificateSettings& c, Purpose purpose) {
  if (purpose == Purpose::hash && isDefault(c)) return;
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

void writeLabels(Text& text, const LabelSettings& labels) {
  text.section("labels");
  text.entry("displacement", labels.displacement);
  text.raw("bond_breaking", labels.bond_breaking ? fmt::format("{{ inner = {}, outer = {} }}", literal(labels.bond_inner),
                                                               literal(labels.bond_outer))
                                                 : "false");
  text.entry("pairs", false);
}

void writeQuench(Text& text, const QuenchSettings& quench) {
  text.section("quench");
  text.entry("tolerance", quench.tolerance);
  text.entry("max_evaluations", quench.max_evaluations);
}

void writeSplit(Text& text, const SplitSettings& split) {
  text.section("split");
  text.entry("train", split.train);
  text.entry("validation", split.validation);
  text.entry("test", split.test);
  text.entry("test_ids", split.test_ids);
}

/// The campaign with everything that may grow or change without changing results set to one value.
Campaign essence(Campaign c) {
  c.system.structures = 0;
  c.system.files.clear();
  c.replicas.count = 0;
  c.replicas.pack = 0;
  c.replicas.times = {};
  c.dynamics.structures = 0;
  c.descriptor_sets.clear();
  c.models.clear();
  c.split = {};
  c.shard_size = 1;
  c.certificate = essentialCertificate(c.certificate);
  return c;
}

std::string textOf(const Campaign& c, Purpose purpose) {
  require(c.seed <= static_cast<std::uint64_t>(INT64_MAX), "seed {} does not fit a TOML integer; use one below 2^63", c.seed);
  Text text;
  text.section("campaign");
  text.entry("name", c.name);
  text.entry("seed", static_cast<std::int64_t>(c.seed));
  writeSystem(text, c.system);
  writeEquilibrate(text, c.equilibrate, c.system.mixture, purpose);
  writeCertificate(text, c.certificate, purpose);
  writeQuench(text, c.quench);
  writeReplicas(text, c.replicas);
  writeLabels(text, c.labels);
  text.section("dynamics");
  text.entry("structures", c.dynamics.structures);
  text.entry("max_time", c.dynamics.max_time);
  text.section("describe");
  text.entry("sets", c.descriptor_sets);
  text.section("train");
  text.entry("models", c.models);
  writeSplit(text, c.split);
  text.section("engine");
  text.entry("skin", c.engine.skin);
  text.entry("precision", std::string(c.engine.precision == Precision::mixed ? "mixed" : "double"));
  text.section("files");
  text.entry("shard_size", c.shard_size);
  return text.str();
}

}  // namespace

std::string toToml(const Campaign& c) { return textOf(c, Purpose::file); }

std::string campaignHash(const Campaign& campaign) {
  Sha256 hash;
  hash.update(textOf(essence(campaign), Purpose::hash));
  return hash.hex().substr(0, 16);
}

}  // namespace glassforge::io
