#include "io/campaign_system.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "io/structure_files.hpp"

namespace glassforge::io {
namespace {

constexpr double kCompositionError = 0.05;
constexpr double kLargestParticles = 1e8;

/// A matrix over species as rows, or flat; sizes and symmetry are Mixture::validate's to check.
std::vector<double> readMatrix(const TomlSection& section, std::string_view key) {
  const auto& rows = section.list(key, "rows, one per species");
  const bool nested = !rows.empty() && rows.get(0)->is_array();
  if (!nested) return section.numbers(key, Range::positive(), "numbers");
  std::vector<double> matrix;
  for (const auto& row : rows) {
    if (!row.is_array() || row.as_array()->size() != rows.size()) {
      section.fail(key, fmt::format("must have {0} rows of {0} numbers", rows.size()));
    }
    for (const auto& node : *row.as_array()) {
      if (!node.is_number()) section.fail(key, "must have rows of numbers");
      matrix.push_back(*node.value<double>());
    }
  }
  return matrix;
}

Mixture readMixture(const TomlDocument& document, const std::string& name) {
  const TomlSection section(document, "system.mixture",
                            {"dimension", "species", "counts", "masses", "epsilon", "sigma", "cutoff", "timestep"});
  Mixture m;
  m.name = name;
  m.dimension = static_cast<int>(section.integer("dimension", Range::between(2, 3)));
  m.species = section.texts("species", "species names");
  for (std::size_t s = 0; s < m.species.size(); ++s) {
    if (m.species[s].empty()) section.fail("species", "has an empty name");
    if (std::count(m.species.begin(), m.species.end(), m.species[s]) > 1) {
      section.fail("species", fmt::format("names \"{}\" twice", m.species[s]));
    }
  }
  m.counts = section.integers("counts", Range::between(0, kLargestParticles), "integers, one per species");
  m.masses = section.has("masses") ? section.numbers("masses", Range::positive(), "numbers, one per species")
                                   : std::vector<double>(m.species.size(), 1.0);
  m.epsilon = readMatrix(section, "epsilon");
  m.sigma = readMatrix(section, "sigma");
  m.cutoff = section.number("cutoff", {.min = 1, .open = true}, m.cutoff);
  m.timestep = section.number("timestep", {.min = 0, .max = 1, .open = true}, m.timestep);
  if (m.counts.size() != m.species.size()) {
    section.fail("counts", fmt::format("has {} entries for {} species", m.counts.size(), m.species.size()));
  }
  return m;
}

bool isPreset(const std::string& model) {
  try {
    Mixture::preset(model);
    return true;
  } catch (const InputError&) {
    return false;
  }
}

Mixture chooseMixture(const TomlDocument& document, const TomlSection& section, std::string& model) {
  const bool own = section.has("mixture");
  model = own ? section.text("model", "custom") : section.text("model");
  if (!own) return section.locate("model", [&] { return Mixture::preset(model); });
  if (isPreset(model)) {
    section.fail("model", fmt::format("is the preset \"{}\", which a [system.mixture] table would contradict; leave the table "
                                      "out, or give the model a name of its own",
                                      model));
  }
  return readMixture(document, model);
}

/// Numbers of particles from `particles`: a total (composition kept) or one count per species.
void applyParticles(const TomlSection& section, Mixture& mixture) {
  const auto* node = section.find("particles");
  if (node == nullptr) return;
  const Range range{.min = 0, .max = kLargestParticles};
  if (node->is_integer()) {
    const auto total = section.integer("particles", Range::between(2, kLargestParticles));
    mixture.counts = section.locate("particles", [&] { return scaledCounts(mixture, total); });
  } else {
    mixture.counts = section.integers("particles", range, "counts, one per species (or one integer, the total)");
    if (mixture.counts.size() != mixture.species.size()) {
      section.fail("particles", fmt::format("has {} counts; mixture {} has {} species ({})", mixture.counts.size(),
                                            mixture.name, mixture.species.size(), fmt::join(mixture.species, ", ")));
    }
  }
}

/// The box as given, or the mixture's own scaled so that the density stays what it was with `particles_before`.
void applyBox(const TomlSection& section, Mixture& mixture, std::int64_t particles_before) {
  const auto* node = section.find("box");
  const auto dimension = static_cast<std::size_t>(mixture.dimension);
  if (node != nullptr && node->is_number()) {
    mixture.box.assign(dimension, section.number("box", Range::positive()));
  } else if (node != nullptr) {
    mixture.box = section.numbers("box", Range::positive(), "lengths, one per axis (or one number)");
    if (mixture.box.size() != dimension) {
      section.fail("box", fmt::format("has {} lengths; mixture {} has {} axes", mixture.box.size(), mixture.name, dimension));
    }
  } else if (mixture.box.empty()) {
    section.fail("box", "is missing; a [system.mixture] needs the lengths of its box");
  } else if (mixture.particles() != particles_before) {
    const double ratio = static_cast<double>(mixture.particles()) / static_cast<double>(particles_before);
    const double scale = dimension == 2 ? std::sqrt(ratio) : std::cbrt(ratio);
    for (auto& length : mixture.box) length *= scale;
  }
}

/// True for a file, gone since, whose structure lies in the campaign folder already: so that a folder can be moved elsewhere.
bool isReadIn(const std::string& entry, const std::string& base) {
  namespace fs = std::filesystem;
  const bool plain = fs::path(entry).is_absolute() && entry.find_first_of("*?[") == std::string::npos;
  return plain && !fs::exists(entry) && !fs::exists(entry.substr(0, entry.rfind(':'))) && fs::is_directory(fs::path(base) / "states");
}

void readStructures(const TomlDocument& document, const TomlSection& section, SystemSettings& system) {
  const auto* node = section.find("structures");
  if (node == nullptr || (!node->is_integer() && !node->is_string() && !node->is_array())) {
    section.fail("structures", "must be how many structures to make, or a file, folder or glob, or a list of these");
  }
  if (node->is_integer()) {
    system.structures = section.integer("structures", Range::between(1, 1e6));
    return;
  }
  const auto entries = node->is_string() ? std::vector{section.text("structures")} : section.texts("structures", "files");
  const auto base = std::filesystem::absolute(document.path()).parent_path().string();
  for (const auto& entry : entries) {
    if (isReadIn(entry, base)) {
      system.files.push_back(entry);
      continue;
    }
    const auto found = section.locate("structures", [&] { return expandStructureFiles(entry, base); });
    system.files.insert(system.files.end(), found.begin(), found.end());
  }
  if (system.files.empty()) section.fail("structures", "is an empty list; at least one file is needed");
  system.structures = static_cast<std::int64_t>(system.files.size());
}

}  // namespace

std::vector<std::int64_t> scaledCounts(const Mixture& mixture, std::int64_t particles) {
  const double scale = static_cast<double>(particles) / static_cast<double>(mixture.particles());
  std::vector<std::int64_t> counts;
  std::vector<double> remainder;
  for (const auto count : mixture.counts) {
    const double exact = static_cast<double>(count) * scale;
    counts.push_back(static_cast<std::int64_t>(std::floor(exact)));
    remainder.push_back(exact - std::floor(exact));
  }
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return remainder[a] > remainder[b]; });
  auto missing = particles - std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  for (std::size_t k = 0; missing > 0; ++k, --missing) ++counts[order[k % order.size()]];
  for (std::size_t s = 0; s < counts.size(); ++s) {
    const double exact = static_cast<double>(mixture.counts[s]) * scale;
    require(std::abs(static_cast<double>(counts[s]) - exact) <= kCompositionError * exact,
            "{} particles cannot keep the composition of {} ({}): {} would be {:.2f}; use more particles, or give one count "
            "per species",
            particles, mixture.name, fmt::join(mixture.counts, "/"), mixture.species[s], exact);
  }
  return counts;
}

SystemSettings readSystem(const TomlDocument& document, std::span<const Smoothing> potentials) {
  const TomlSection section(document, "system",
                            {"model", "temperature", "structures", "particles", "box", "smoothing", "mixture"});
  SystemSettings system;
  auto& mixture = system.mixture;
  mixture = chooseMixture(document, section, system.model);
  const auto particles_before = mixture.particles();
  applyParticles(section, mixture);
  applyBox(section, mixture, particles_before);
  if (section.has("smoothing")) {
    mixture.smoothing = section.locate("smoothing", [&] { return parseSmoothing(section.text("smoothing"), potentials); });
  }
  const auto suspect = section.has("mixture") ? "mixture" : section.has("box") ? "box" : "particles";
  section.locate(suspect, [&] { mixture.validate(); });
  system.temperature = section.number("temperature", {.min = 0, .max = 1e3, .open = true});
  readStructures(document, section, system);
  return system;
}

}  // namespace glassforge::io
