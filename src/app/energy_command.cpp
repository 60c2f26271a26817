// glassforge energy: energy, pressure and largest force of configurations.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/commands.hpp"
#include "app/measure.hpp"
#include "core/error.hpp"
#include "io/configuration.hpp"
#include "io/structure_files.hpp"
#include "md/engine.hpp"
#include "md/potentials.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

struct EnergyOptions {
  std::vector<std::string> states;
  std::string model, smoothing;
  std::optional<double> temperature;
  std::vector<double> box;
  bool as_json = false;
};

struct MeasuredFile {
  std::string file;
  std::size_t particles = 0;
  std::vector<double> box;
  Measurement value;
};

Mixture modelOf(const EnergyOptions& options) {
  Mixture mixture = Mixture::preset(options.model);
  if (!options.smoothing.empty()) mixture.smoothing = parseSmoothing(options.smoothing, md::PairPotentials::names);
  if (options.box.empty()) return mixture;
  const auto axes = static_cast<std::size_t>(mixture.dimension);
  require(options.box.size() == 1 || options.box.size() == axes, "--box has {} lengths; model {} needs 1 or {}",
          options.box.size(), mixture.name, axes);
  mixture.box = options.box.size() == 1 ? std::vector<double>(axes, options.box[0]) : options.box;
  return mixture;
}

/// A file without a box gets the model's, which is right only for the model's own number of particles.
void checkBox(const std::string& file, const Snapshot& snapshot, const Mixture& model, bool box_given) {
  require(!box_given || snapshot.box == model.box, "{}: this file has a box of its own, {}; leave --box out", file,
          fmt::join(snapshot.box, " x "));
  require(
      box_given || snapshot.box != model.box || static_cast<std::int64_t>(snapshot.particles()) == model.particles(),
      "{}: {} particles, and no box but that of the {} particles of model {}; give --box", file, snapshot.particles(),
      model.particles(), model.name);
}

MeasuredFile measureFile(const std::string& file, const Mixture& model, const EnergyOptions& options) {
  const Snapshot snapshot = io::readConfiguration(file, model);
  checkBox(file, snapshot, model, !options.box.empty());
  const Mixture mixture = fitted(model, snapshot, file);
  try {
    return {file, snapshot.particles(), snapshot.box,
            measure(mixture, snapshot, options.temperature.value_or(0), md::defaultSkin(mixture.dimension))};
  } catch (const PhysicsError& error) {
    throw PhysicsError(fmt::format("{}: {}", file, error.what()));
  }
}

/// Means of energy and pressure; of the largest forces the largest.
Measurement meanOf(const std::vector<MeasuredFile>& files) {
  Measurement mean;
  const auto count = static_cast<double>(files.size());
  for (const auto& f : files) {
    mean.energy_per_particle += f.value.energy_per_particle / count;
    mean.pressure += f.value.pressure / count;
    mean.max_force = std::max(mean.max_force, f.value.max_force);
  }
  return mean;
}

Json toJson(const Measurement& m) {
  return {{"energy_per_particle", m.energy_per_particle}, {"pressure", m.pressure}, {"max_force", m.max_force}};
}

Json toJson(const MeasuredFile& f) {
  Json json = toJson(f.value);
  json["file"] = f.file;
  json["particles"] = f.particles;
  json["box"] = f.box;
  return json;
}

/// One file: its values. Several: the means at the top and under "mean", and the single ones under "states".
Json report(const std::vector<MeasuredFile>& files, const Mixture& model, const EnergyOptions& options) {
  Json json = files.size() == 1 ? toJson(files[0]) : toJson(meanOf(files));
  json["model"] = options.model;
  json["smoothing"] = model.smoothing.name();
  json["temperature"] = options.temperature ? Json(*options.temperature) : Json(nullptr);
  if (files.size() == 1) return json;
  json["particles"] = files[0].particles;
  json["mean"] = toJson(meanOf(files));
  for (const auto& f : files) {
    json["file"].push_back(f.file);
    json["states"].push_back(toJson(f));
  }
  return json;
}

void print(const std::vector<MeasuredFile>& files, const Mixture& model, const EnergyOptions& options) {
  std::size_t width = 12;
  for (const auto& f : files) width = std::max(width, f.file.size());
  fmt::print("model {}, smoothing {}, {}\n", options.model, model.smoothing.name(),
             options.temperature ? fmt::format("pressure = rho T + virial at T = {}", *options.temperature)
                                 : "pressure = virial part only (--temperature adds rho T)");
  fmt::print("{:<{}}  {:>9}  {:>17}  {:>12}  {:>12}\n", "file", width, "particles", "energy/particle", "pressure",
             "max force");
  const auto row = [&](const std::string& name, const std::string& particles, const Measurement& m) {
    fmt::print("{:<{}}  {:>9}  {:>17.12f}  {:>12.6f}  {:>12.4g}\n", name, width, particles, m.energy_per_particle,
               m.pressure, m.max_force);
  };
  for (const auto& f : files) row(f.file, fmt::format("{}", f.particles), f.value);
  if (files.size() > 1) row("mean (force: largest)", "", meanOf(files));
}

int showEnergies(const EnergyOptions& options) {
  require(!options.temperature || (std::isfinite(*options.temperature) && *options.temperature >= 0),
          "--temperature {} is negative or not a number", options.temperature.value_or(0));
  const Mixture model = modelOf(options);
  std::vector<MeasuredFile> files;
  for (const auto& entry : options.states) {
    for (const auto& file : io::expandStructureFiles(entry, "")) files.push_back(measureFile(file, model, options));
  }
  if (options.as_json) {
    fmt::print("{}\n", report(files, model, options).dump(1));
  } else {
    print(files, model, options);
  }
  return 0;
}

}  // namespace

void addEnergyCommand(CLI::App& app, Action& action) {
  auto options = std::make_shared<EnergyOptions>();
  auto* command = app.add_subcommand("energy", "Energy per particle, pressure and largest force of configurations");
  command
      ->add_option(
          "STATE", options->states,
          "Files (extxyz or xyz, npz, LAMMPS data, states .h5 of ours; FILE.h5:7 for structure 7), folders or globs")
      ->required();
  command->add_option("--model", options->model, "The potential: KA or KA2D")->required();
  command->add_option("--smoothing", options->smoothing,
                      "At the cutoff: " + namesOf(md::PairPotentials::names) + " (default: the model's own)");
  command->add_option("--temperature", options->temperature, "Adds rho T to the pressure");
  command->add_option("--box", options->box, "Box length(s) of files that have none (default: the model's box)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--json", options->as_json, "Print one JSON object");
  command->footer(
      "Example:  glassforge energy config_0.xyz --model KA2D\n"
      "Particle numbers and box come from the file where it states them. Units: reduced Lennard-Jones.");
  command->callback([options, &action] {
    action = [options](const par::Communicator& comm) {
      requireOneRank(comm, "energy");
      return showEnergies(*options);
    };
  });
}

}  // namespace glassforge::app
