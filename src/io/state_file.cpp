#include "io/state_file.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "io/hdf5.hpp"

namespace glassforge::io {
namespace {

constexpr std::string_view kKind = "states";

void writeH5md(const Hdf5Group& root, const Manifest& manifest) {
  const auto h5md = root.make("h5md");
  h5md.setAttribute("version", std::vector<std::int32_t>{1, 1});
  h5md.make("author").setAttribute("name", "glassforge");
  const auto creator = h5md.make("creator");
  creator.setAttribute("name", "glassforge");
  creator.setAttribute("version", manifest.code_version);
  const auto units = h5md.make("modules/units");
  units.setAttribute("version", std::vector<std::int32_t>{1, 0});
  units.setAttribute("system", "LJ");
}

/// A time-dependent H5MD element of one frame; `step` and `time` are those of the position.
template <class T>
void writeElement(const Hdf5Group& particles, const std::string& name, const std::vector<T>& values,
                  const std::vector<std::size_t>& shape, std::string_view unit) {
  const auto element = particles.make(name);
  element.setAttribute("unit", unit);
  particles.link("position/step", name + "/step");
  particles.link("position/time", name + "/time");
  element.write("value", Array<T>(shape, values));
}

/// Edges as a diagonal matrix: the form that every H5MD reader takes.
std::vector<double> edgeMatrix(const std::vector<double>& box) {
  std::vector<double> matrix(box.size() * box.size(), 0.0);
  for (std::size_t k = 0; k < box.size(); ++k) matrix[k * box.size() + k] = box[k];
  return matrix;
}

void writeThermal(const Hdf5Group& particles, const Snapshot& s, const std::vector<std::string>& species) {
  const auto n = s.particles();
  const auto d = static_cast<std::size_t>(s.dimension);
  const auto position = particles.make("position");
  position.setAttribute("unit", "sigma");
  position.write("step", std::vector<std::int64_t>{s.step});
  position.write("time", std::vector<double>{s.time});
  position.write("value", Array<double>({1, n, d}, s.position));
  const auto box = particles.make("box");
  box.setAttribute("dimension", static_cast<std::int32_t>(d));
  box.setAttribute("boundary", std::vector<std::string>(d, "periodic"));
  writeElement(particles, "box/edges", edgeMatrix(s.box), {1, d, d}, "sigma");
  const auto image = s.image.empty() ? std::vector<std::int32_t>(n * d, 0) : s.image;
  writeElement(particles, "image", image, {1, n, d}, "box edges");
  if (!s.velocity.empty()) writeElement(particles, "velocity", s.velocity, {1, n, d}, "sqrt(epsilon/m)");
  particles.write("species", s.species);
  particles.object("species").setAttribute("names", species);
  std::vector<std::int64_t> id(n);
  std::iota(id.begin(), id.end(), std::int64_t{0});
  particles.write("id", id);
}

void writeObservables(const Hdf5Group& root, const StructureState& state) {
  const auto name = structureName(state.index);
  const auto observables = root.make("observables/" + name);
  observables.setAttribute("energy_per_particle", state.energy);
  observables.setAttribute("pressure", state.pressure);
  observables.setAttribute("temperature", state.temperature);
  observables.setAttribute("origin", state.origin);
  observables.setAttribute("index", state.index);
  root.link("particles/" + name + "/position/step", "observables/" + name + "/step");
  root.link("particles/" + name + "/position/time", "observables/" + name + "/time");
  observables.write("value", std::vector<double>{state.energy});
}

void writeEquilibration(const Hdf5Group& group, const EquilibrationSeries& series) {
  group.setAttribute("method", series.method);
  group.setAttribute("energy_error", series.energy_error);
  if (series.method == "tempering") group.setAttribute("round_trips", series.round_trips);
  group.write("progress", series.progress);
  group.write("energy", series.energy);
  group.write("pressure", series.pressure);
  group.write("temperature", series.temperature);
  group.write("move_names", series.move_names);
  group.write("move_acceptance", series.move_acceptance);
  group.write("move_attempts", series.move_attempts);
  if (series.preparation.empty()) return;
  group.setAttribute("preparation", series.preparation);
  group.setAttribute("displacement", series.displacement);
  group.setAttribute("redos", series.redos);
  group.setAttribute("window_begin", series.window_begin);
}

void writeChecks(const Hdf5Group& group, const std::vector<Check>& checks) {
  std::vector<std::string> name;
  std::vector<double> value, error, limit;
  std::vector<std::int8_t> passed;
  for (const auto& check : checks) {
    name.push_back(check.name);
    value.push_back(check.value);
    error.push_back(check.error);
    limit.push_back(check.limit);
    passed.push_back(check.passed ? 1 : 0);
  }
  group.write("name", name);
  group.write("value", value);
  group.write("error", error);
  group.write("limit", limit);
  group.write("passed", passed);
}

void writeInherent(const Hdf5Group& group, const QuenchResult& inherent, const Snapshot& thermal) {
  group.setAttribute("energy_per_particle", inherent.energy_per_particle);
  group.setAttribute("max_force", inherent.max_force);
  group.setAttribute("force_evaluations", inherent.force_evaluations);
  group.setAttribute("iterations", inherent.iterations);
  group.setAttribute("stop_reason", inherent.stop_reason);
  group.write("position",
              Array<double>({thermal.particles(), static_cast<std::size_t>(thermal.dimension)}, inherent.position));
}

void requireSizes(const StructureState& state) {
  const auto& s = state.thermal;
  const auto n = s.particles() * static_cast<std::size_t>(s.dimension);
  const bool fits = s.box.size() == static_cast<std::size_t>(s.dimension) && s.position.size() == n &&
                    (s.image.empty() || s.image.size() == n) && (s.velocity.empty() || s.velocity.size() == n) &&
                    (!state.quenched || state.inherent.position.size() == n);
  require<FileError>(fits, "structure {}: arrays of unlike sizes cannot be written", state.index);
}

std::vector<double> readBox(const Hdf5Group& particles, std::size_t d) {
  const auto matrix = particles.read<double>("box/edges/value", {1, d, d});
  std::vector<double> box(d);
  for (std::size_t k = 0; k < d; ++k) {
    box[k] = matrix(0, k, k);
    if (!std::isfinite(box[k]) || box[k] <= 0) particles.fail("box/edges/value", "has an edge that is not positive");
  }
  return box;
}

Snapshot readThermal(const Hdf5Group& particles) {
  Snapshot s;
  s.species = particles.readVector<std::int32_t>("species");
  const auto names = particles.object("species").textAttributes("names").size();
  const auto n = s.species.size();
  for (const auto kind : s.species) {
    if (kind < 0 || static_cast<std::size_t>(kind) >= names) {
      particles.fail("species", fmt::format("has number {}; there are {} species", kind, names));
    }
  }
  s.dimension = particles.open("box").attribute<std::int32_t>("dimension");
  if (s.dimension != 2 && s.dimension != 3) particles.fail("box", fmt::format("has dimension {}; 2 or 3 are possible", s.dimension));
  const auto d = static_cast<std::size_t>(s.dimension);
  s.box = readBox(particles, d);
  s.step = particles.readVector<std::int64_t>("position/step", 1).front();
  s.time = particles.readVector<double>("position/time", 1).front();
  s.position = particles.read<double>("position/value", {1, n, d}).values();
  s.image = particles.read<std::int32_t>("image/value", {1, n, d}).values();
  if (particles.has("velocity")) s.velocity = particles.read<double>("velocity/value", {1, n, d}).values();
  const auto id = particles.readVector<std::int64_t>("id", n);
  for (std::size_t i = 0; i < n; ++i) {
    if (id[i] != static_cast<std::int64_t>(i)) particles.fail("id", "is not 0, 1, 2, ...; rows must be in the order of ids");
  }
  return s;
}

EquilibrationSeries readEquilibration(const Hdf5Group& group) {
  EquilibrationSeries series;
  series.method = group.textAttribute("method");
  series.energy_error = group.attribute<double>("energy_error");
  if (group.hasAttribute("round_trips")) series.round_trips = group.attribute<std::int64_t>("round_trips");
  series.progress = group.readVector<double>("progress");
  const auto samples = series.progress.size();
  series.energy = group.readVector<double>("energy", samples);
  series.pressure = group.readVector<double>("pressure", samples);
  series.temperature = group.readVector<double>("temperature", samples);
  series.move_names = group.readTexts("move_names");
  series.move_acceptance = group.readVector<double>("move_acceptance", series.move_names.size());
  series.move_attempts = group.readVector<double>("move_attempts", series.move_names.size());
  if (!group.hasAttribute("preparation")) return series;
  series.preparation = group.textAttribute("preparation");
  series.displacement = group.attribute<double>("displacement");
  series.redos = group.attribute<std::int64_t>("redos");
  series.window_begin = group.attribute<double>("window_begin");
  return series;
}

std::vector<Check> readChecks(const Hdf5Group& group) {
  const auto name = group.readTexts("name");
  const auto value = group.readVector<double>("value", name.size()), error = group.readVector<double>("error", name.size());
  const auto limit = group.readVector<double>("limit", name.size());
  const auto passed = group.readVector<std::int8_t>("passed", name.size());
  std::vector<Check> checks;
  for (std::size_t k = 0; k < name.size(); ++k) checks.push_back({name[k], value[k], error[k], limit[k], passed[k] != 0});
  return checks;
}

QuenchResult readInherent(const Hdf5Group& group, const Snapshot& thermal) {
  QuenchResult inherent;
  inherent.energy_per_particle = group.attribute<double>("energy_per_particle");
  inherent.max_force = group.attribute<double>("max_force");
  inherent.force_evaluations = group.attribute<std::int64_t>("force_evaluations");
  inherent.iterations = group.attribute<std::int64_t>("iterations");
  inherent.stop_reason = group.textAttribute("stop_reason");
  inherent.position =
      group.read<double>("position", {thermal.particles(), static_cast<std::size_t>(thermal.dimension)}).values();
  return inherent;
}

StructureState readOne(const Hdf5Group& root, std::int64_t index) {
  const auto name = structureName(index);
  StructureState state;
  state.index = index;
  state.thermal = readThermal(root.open("particles/" + name));
  const auto observables = root.open("observables/" + name);
  state.energy = observables.attribute<double>("energy_per_particle");
  state.pressure = observables.attribute<double>("pressure");
  state.temperature = observables.attribute<double>("temperature");
  state.origin = observables.textAttribute("origin");
  state.equilibration = readEquilibration(root.open("equilibration/" + name));
  const auto certificate = "equilibration/" + name + "/certificate";
  if (root.has(certificate)) state.checks = readChecks(root.open(certificate));
  state.quenched = root.has("inherent/" + name);
  if (state.quenched) state.inherent = readInherent(root.open("inherent/" + name), state.thermal);
  return state;
}

}  // namespace

void writeStates(const std::string& path, const Manifest& manifest, const std::vector<std::string>& species,
                 std::span<const StructureState> states, const RunNotes& notes) {
  Hdf5Writer writer(path);
  {
    const auto root = writer.root();
    writeManifest(root, manifest, notes);
    writeH5md(root, manifest);
    root.make("particles");
    root.setAttribute("species_names", species);
    for (const auto& state : states) {
      requireSizes(state);
      const auto name = structureName(state.index);
      writeThermal(root.make("particles/" + name), state.thermal, species);
      writeObservables(root, state);
      writeEquilibration(root.make("equilibration/" + name), state.equilibration);
      if (!state.checks.empty()) writeChecks(root.make("equilibration/" + name + "/certificate"), state.checks);
      if (state.quenched) writeInherent(root.make("inherent/" + name), state.inherent, state.thermal);
    }
  }
  writer.commit();
}

std::vector<std::int64_t> stateIndices(const std::string& path) {
  const auto file = openKind(path, kKind);
  return structureIndices(file.root().open("particles"));
}

std::vector<StructureState> readStates(const std::string& path) {
  const auto file = openKind(path, kKind);
  const auto root = file.root();
  std::vector<StructureState> states;
  for (const auto index : structureIndices(root.open("particles"))) states.push_back(readOne(root, index));
  return states;
}

StructureState readState(const std::string& path, std::int64_t index) {
  const auto file = openKind(path, kKind);
  const auto root = file.root();
  const auto there = structureIndices(root.open("particles"));
  require<FileError>(std::find(there.begin(), there.end(), index) != there.end(),
                     "{}: has no structure {}; it holds {}", path, index, fmt::join(there, ", "));
  return readOne(root, index);
}

std::vector<std::string> readSpeciesNames(const std::string& path) {
  return openKind(path, kKind).root().textAttributes("species_names");
}

}  // namespace glassforge::io
