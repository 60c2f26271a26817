// glassforge bench: speed of molecular dynamics, swap Monte Carlo, quench, descriptors and training on this machine.
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "app/bench.hpp"
#include "app/bench_liquid.hpp"
#include "app/bench_train.hpp"
#include "app/commands.hpp"
#include "app/measure.hpp"
#include "core/error.hpp"
#include "core/version.hpp"
#include "io/configuration.hpp"
#include "io/lammps_data.hpp"
#include "md/engine.hpp"
#include "md/potentials.hpp"
#include "ml/models/graph_network.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

struct BenchOptions {
  std::string model = "KA", smoothing, state, write_state, precision = "double";
  std::int64_t particles = 0;  ///< 0: the model's own
  std::int64_t steps = 0;      ///< of one repeat; 0: the default of what is measured
  std::int64_t max_evaluations = 100000;
  double temperature = 0.5;
  double equilibrate = 50;
  double dt = 0, skin = 0;  ///< 0: the model's default
  double tolerance = 1e-8;
  double swap_fraction = 0.2;
  int repeats = 3, replicas = 1;
  std::vector<std::string> sets{"glassmlp", "cage", "sbo"};
  std::vector<std::string> networks;  ///< empty: all
  std::int64_t targets = 10;          ///< of networks that learn all at once
  bool as_json = false;
};

void requirePositive(double value, const char* option) {
  require(std::isfinite(value) && value > 0, "{} {} must be a positive number", option, value);
}

void requireBetween(std::int64_t value, std::int64_t low, std::int64_t high, const char* option) {
  require(value >= low && value <= high, "{} {} must be a whole number from {} to {}", option, value, low, high);
}

/// Fills in what depends on the model; InputError where a number makes no sense.
void resolve(BenchOptions& options, const Mixture& mixture, std::int64_t default_steps) {
  if (options.steps == 0) options.steps = default_steps;
  if (options.dt == 0) options.dt = mixture.timestep;
  if (options.skin == 0) options.skin = md::defaultSkin(mixture.dimension);
  requirePositive(options.temperature, "--temperature");
  requirePositive(options.equilibrate, "--equilibrate");
  requirePositive(options.dt, "--dt");
  requirePositive(options.skin, "--skin");
  requirePositive(options.tolerance, "--tolerance");
  require(options.swap_fraction >= 0 && options.swap_fraction <= 1, "--swap-fraction {} is not between 0 and 1",
          options.swap_fraction);
  require(options.precision == "double" || options.precision == "mixed",
          "--precision '{}' is unknown; known are double, mixed", options.precision);
  requireBetween(options.steps, 1, 1000000000, "--steps");
  requireBetween(options.max_evaluations, 1, 1000000000, "--max-evaluations");
  requireBetween(options.repeats, 1, 1000, "--repeats");
  requireBetween(options.replicas, 1, 100000, "--replicas");
}

BenchSystem systemFromFile(const BenchOptions& options, const Mixture& model) {
  require(options.particles == 0, "--particles and --state exclude each other: the file says how many there are");
  const Snapshot start = io::readConfiguration(options.state, model);
  return {fitted(model, start, options.state), start, options.temperature};
}

BenchSystem systemMade(const BenchOptions& options, Mixture mixture, const par::Communicator& comm) {
  if (options.particles != 0) {
    requireBetween(options.particles, 2, 100000000, "--particles");
    mixture = withParticles(mixture, options.particles);
  }
  if (comm.root() && isatty(STDERR_FILENO)) {
    fmt::print(stderr, "making a liquid of {} particles; --write-state keeps it\n", mixture.particles());
  }
  const Snapshot start = makeLiquid(mixture, {options.temperature, mixture.timestep, options.equilibrate, 1});
  return {mixture, start, options.temperature};
}

/// The configuration that is measured: read or made, and written where asked for.
BenchSystem prepareSystem(BenchOptions& options, std::int64_t default_steps, const par::Communicator& comm) {
  Mixture mixture = Mixture::preset(options.model);
  if (!options.smoothing.empty()) mixture.smoothing = parseSmoothing(options.smoothing, md::PairPotentials::names);
  resolve(options, mixture, default_steps);
  BenchSystem system = options.state.empty() ? systemMade(options, mixture, comm) : systemFromFile(options, mixture);
  const bool written = !options.write_state.empty() && comm.root();
  if (written) io::writeLammpsData(options.write_state, system.start, system.mixture);
  return system;
}

double loadAverage() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0;
}

/// What every measurement says of itself.
Json aboutRun(const BenchOptions& options, const BenchSystem& system, const Timing& timing) {
  return {{"model", options.model},
          {"smoothing", system.mixture.smoothing.name()},
          {"state", options.state.empty() ? Json(nullptr) : Json(options.state)},
          {"particles", system.start.particles()},
          {"precision", options.precision},
          {"repeats", options.repeats},
          {"cpu_seconds", timing.cpu},
          {"wall_seconds", timing.wall},
          {"load_average", loadAverage()},
          {"instruction_set", version::instruction_set},
          {"code", version::code}};
}

void print(const Json& json, const BenchOptions& options) {
  if (options.as_json) {
    fmt::print("{}\n", json.dump(1));
    return;
  }
  for (const auto& [key, value] : json.items()) {
    fmt::print("{:<30} {}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
  }
}

/// `count` things over the median time.
double rate(double count, const std::vector<double>& seconds) {
  return count / median(seconds);
}

int benchMd(BenchOptions options, const par::Communicator& comm) {
  constexpr std::int64_t default_steps = 2000;
  const BenchSystem system = prepareSystem(options, default_steps, comm);
  const Precision precision = options.precision == "mixed" ? Precision::mixed : Precision::full;
  const DynamicsBench settings{options.dt, options.steps, options.skin, precision, options.replicas, options.repeats};
  const DynamicsSpeed speed = benchDynamics(system, settings, comm);
  if (!comm.root()) return 0;
  const double atom_steps = static_cast<double>(system.start.particles()) * static_cast<double>(options.steps) *
                            options.replicas * comm.size();
  Json json = aboutRun(options, system, speed.timing);
  json["replicas"] = options.replicas;
  json["ranks"] = comm.size();
  json["threads"] = Kokkos::DefaultHostExecutionSpace().concurrency();
  json["steps"] = options.steps;
  json["dt"] = options.dt;
  json["skin"] = options.skin;
  json["atom_steps_per_second"] = rate(atom_steps, speed.timing.cpu);
  json["wall_atom_steps_per_second"] = rate(atom_steps, speed.timing.wall);
  json["list_builds_per_1000_steps"] = speed.list_builds_per_1000_steps;
  json["temperature"] = speed.temperature;
  json["energy_drift_per_particle"] = speed.energy_drift;
  print(json, options);
  return 0;
}

int benchSwapMoves(BenchOptions options, const par::Communicator& comm) {
  requireOneRank(comm, "bench swap");
  constexpr std::int64_t default_sweeps = 1000;
  const BenchSystem system = prepareSystem(options, default_sweeps, comm);
  const SwapSpeed speed = benchSwap(system, {options.steps, options.swap_fraction, options.repeats});
  const double attempts = static_cast<double>(system.start.particles()) * static_cast<double>(options.steps);
  Json json = aboutRun(options, system, speed.timing);
  json["temperature"] = options.temperature;
  json["sweeps"] = options.steps;
  json["swap_fraction"] = options.swap_fraction;
  json["attempts_per_second"] = rate(attempts, speed.timing.cpu);
  json["wall_attempts_per_second"] = rate(attempts, speed.timing.wall);
  json["acceptance"] = speed.acceptance;
  json["swap_acceptance"] = speed.swap_acceptance;
  print(json, options);
  return 0;
}

int benchQuenches(BenchOptions options, const par::Communicator& comm) {
  requireOneRank(comm, "bench quench");
  const BenchSystem system = prepareSystem(options, 1, comm);
  const QuenchSpeed speed =
      benchQuench(system, {options.tolerance, options.max_evaluations, options.skin}, options.repeats);
  Json json = aboutRun(options, system, speed.timing);
  json["tolerance"] = options.tolerance;
  json["skin"] = options.skin;
  json["seconds"] = median(speed.timing.cpu);
  json["force_evaluations"] = speed.result.force_evaluations;
  json["iterations"] = speed.result.iterations;
  json["max_force"] = speed.result.max_force;
  json["energy_per_particle"] = speed.result.energy_per_particle;
  json["stop_reason"] = speed.result.stop_reason;
  print(json, options);
  return 0;
}

int benchDescribe(BenchOptions options, const par::Communicator& comm) {
  requireOneRank(comm, "bench describe");
  const BenchSystem system = prepareSystem(options, 1, comm);
  const auto speeds = benchDescriptors(system, options.sets, options.repeats);
  Json json = aboutRun(options, system, {});
  json.erase("cpu_seconds");
  json.erase("wall_seconds");
  json["sets"] = Json::object();
  for (const auto& speed : speeds)
    json["sets"][speed.set] = {
        {"columns", speed.columns}, {"seconds", median(speed.timing.cpu)}, {"wall_seconds", median(speed.timing.wall)}};
  print(json, options);
  return 0;
}

Json aboutTraining(const BenchSystem& system, const std::string& network, const TrainingSpeed& speed) {
  const double seconds = median(speed.timing.cpu);
  return {{"network", network},
          {"particles", system.start.particles()},
          {"edges", speed.edges},
          {"parameters", speed.parameters},
          {"cpu_seconds", speed.timing.cpu},
          {"wall_seconds", speed.timing.wall},
          {"seconds_per_pass", seconds},
          {"passes_per_second", 1 / seconds},
          {"peak_memory_gib", speed.peak_memory},
          {"loss", speed.loss}};
}

int benchTrain(BenchOptions options, const par::Communicator& comm) {
  requireOneRank(comm, "bench train");
  constexpr std::int64_t default_steps = 5;
  requireBetween(options.targets, 1, 1000, "--targets");
  if (options.networks.empty()) options.networks = ml::graphNetworkNames();
  for (const std::string& network : options.networks)
    ml::graphNetworkTraits(network);  // known, before a liquid is made
  const BenchSystem system = prepareSystem(options, default_steps, comm);
  Json json = aboutRun(options, system, {});
  for (const auto* key : {"cpu_seconds", "wall_seconds", "precision", "repeats"}) json.erase(key);
  json["steps"] = options.steps;
  auto networks = Json::array();
  for (const std::string& network : options.networks)
    networks.push_back(aboutTraining(system, network, benchTraining(system, network, options.targets, options.steps)));
  if (options.as_json) json["networks"] = networks;
  print(json, options);
  if (options.as_json) return 0;
  for (const auto& network : networks) print(network, options);
  return 0;
}

void addSystemOptions(CLI::App& command, BenchOptions& options) {
  command.add_option("--model", options.model, "KA or KA2D")->capture_default_str();
  command.add_option("--smoothing", options.smoothing,
                     "At the cutoff: " + namesOf(md::PairPotentials::names) + " (default: the model's own)");
  command.add_option("--state", options.state,
                     "Start from this configuration (extxyz, npz, LAMMPS data, our states .h5); default: one is made");
  command.add_option("--write-state", options.write_state,
                     "Write the configuration that is measured, with velocities, as a LAMMPS data file");
  command.add_option("--particles", options.particles,
                     "Of the liquid made (default: the model's). Above 5000, copies of a smaller one that then part");
  command.add_option("--temperature", options.temperature, "Of that liquid, of velocities and of Monte Carlo")
      ->capture_default_str();
  command.add_option("--equilibrate", options.equilibrate, "Time of the NVT run that makes the liquid")
      ->capture_default_str();
  command.add_option("--repeats", options.repeats, "Measurements; rates are of the median time")->capture_default_str();
  command.add_flag("--json", options.as_json, "Print one JSON object");
}

CLI::App* addKind(CLI::App& bench, Action& action, const char* name, const char* summary,
                  const std::shared_ptr<BenchOptions>& options, int (*run)(BenchOptions, const par::Communicator&)) {
  auto* command = bench.add_subcommand(name, summary);
  addSystemOptions(*command, *options);
  command->callback([options, &action, run] {
    action = [options, run](const par::Communicator& comm) { return run(*options, comm); };
  });
  return command;
}

}  // namespace

void addBenchCommand(CLI::App& app, Action& action) {
  auto options = std::make_shared<BenchOptions>();
  auto* bench = app.add_subcommand(
      "bench", "Speed on this machine: molecular dynamics, Monte Carlo, quench, descriptors, training");
  bench->callback([bench, &action] {
    if (!bench->get_subcommands().empty()) return;
    action = [](const par::Communicator&) -> int {
      throw InputError(
          "bench what? bench md, bench swap, bench quench, bench describe or bench train; see glassforge bench --help");
    };
  });
  auto* md = addKind(*bench, action, "md", "Molecular dynamics (NVE): atom-steps a second", options, benchMd);
  md->add_option("--dt", options->dt, "Time step (default: the model's)");
  md->add_option("--steps", options->steps, "Of one measurement (default 2000)");
  md->add_option("--skin", options->skin, "Of the neighbour list (default: the engine's)");
  md->add_option("--precision", options->precision, "Of the forces: double or mixed")->capture_default_str();
  md->add_option("--replicas", options->replicas, "On every rank; threads share them out")->capture_default_str();
  auto* swap = addKind(*bench, action, "swap", "Monte Carlo: attempted moves a second", options, benchSwapMoves);
  swap->add_option("--steps", options->steps, "Sweeps of one measurement (default 1000)");
  swap->add_option("--swap-fraction", options->swap_fraction, "Share of attempts that are swaps")
      ->capture_default_str();
  auto* quench =
      addKind(*bench, action, "quench", "Inherent state: seconds, force evaluations", options, benchQuenches);
  quench->add_option("--tolerance", options->tolerance, "Largest force component at the end")->capture_default_str();
  quench->add_option("--skin", options->skin, "Of the neighbour list (default: the engine's)");
  quench->add_option("--max-evaluations", options->max_evaluations, "Of forces, at most")->capture_default_str();
  auto* describe =
      addKind(*bench, action, "describe", "Descriptor sets of one structure: seconds", options, benchDescribe);
  describe->add_option("--sets", options->sets, "Names as in [describe] sets")->delimiter(',')->capture_default_str();
  auto* train = addKind(*bench, action, "train", "Networks on graphs: seconds a pass and memory", options, benchTrain);
  train
      ->add_option("--network", options->networks,
                   fmt::format("{} (default: all)", fmt::join(ml::graphNetworkNames(), ", ")))
      ->delimiter(',');
  train->add_option("--targets", options->targets, "Labels and times of networks that learn all at once")
      ->capture_default_str();
  train->add_option("--steps", options->steps, "That are timed, each one forward and backward pass (default 5)");
  bench->footer(
      "Example:  glassforge bench md --model KA --write-state ka.data\n"
      "Rates are per second of process CPU time (per core); those named wall are per second on the clock.\n"
      "Under mpirun, bench md runs replicas of its own on every rank. Beside LAMMPS: benchmarks/peers/lammps.sh; "
      "beside\n"
      "torch: benchmarks/peers/graph_networks.py.");
}

}  // namespace glassforge::app
