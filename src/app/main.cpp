// The program: parses the command line, starts MPI and Kokkos, runs one subcommand, turns errors into messages and
// codes.
#include <omp.h>

#include <CLI/CLI.hpp>
#include <Kokkos_Core.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "app/commands.hpp"
#include "app/placement.hpp"
#include "core/error.hpp"
#include "core/version.hpp"
#include "par/communicator.hpp"
#include "par/stop_guard.hpp"

namespace glassforge::app {
namespace {

void addCommands(CLI::App& app, Action& action) {
  addRunCommand(app, action);
  addSubmitCommand(app, action);
  addStatusCommand(app, action);
  addEvaluateCommand(app, action);
  addReportCommand(app, action);
  addImportCommand(app, action);
  addExportCommand(app, action);
  addCompareCommand(app, action);
  addDynamicsCommand(app, action);
  addEnergyCommand(app, action);
  addBenchCommand(app, action);
  addVerifyCommand(app, action);
  addScaleCommand(app, action);
}

/// Cores this process may use, shared among the ranks of its node, unless OMP_NUM_THREADS says otherwise.
void chooseThreads() {
  setenv("OMP_PROC_BIND", "false", 0);
  if (std::getenv("OMP_NUM_THREADS")) return;
  const int cores = std::max(1, static_cast<int>(allowedProcessors().size()));
  const char* local = std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  if (!local) local = std::getenv("SLURM_NTASKS_PER_NODE");
  const int ranks = local ? std::max(1, std::atoi(local)) : 1;
  omp_set_num_threads(std::max(1, cores / ranks));
}

/// What a run of `action` comes to on this rank; errors become a code and a message.
par::Outcome runAction(const Action& action) {
  try {
    return {action(par::Communicator::world()), ""};
  } catch (const Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  } catch (const std::bad_alloc&) {
    return {static_cast<int>(ExitCode::failure),
            "out of memory; use smaller packs (replicas.pack) or fewer ranks a node"};
  } catch (const std::exception& error) {
    return {static_cast<int>(ExitCode::failure), error.what()};
  }
}

void tell(const std::string& message) {
  std::fprintf(stderr, "glassforge: %s\n", message.c_str());
}

/// What is wrong with a command line, in one line that says where to read on.
std::string explain(const CLI::App& app, const CLI::ParseError& error, const std::string& first_word) {
  const auto chosen = app.get_subcommands();
  if (!chosen.empty()) return fmt::format("{}; see glassforge {} --help", error.what(), chosen[0]->get_name());
  std::vector<std::string> known;
  for (const auto* command : app.get_subcommands({})) known.push_back(command->get_name());
  const std::string wrong =
      first_word.empty() ? "a command is missing" : fmt::format("'{}' is not a command", first_word);
  return fmt::format("{}; the commands are {}, see glassforge --help", wrong, fmt::join(known, ", "));
}

}  // namespace

int mainProgram(int argc, char** argv) {
  par::noteEarlyStops();
  CLI::App app{
      "glassforge: from one campaign file to a labelled dataset of a glass-forming liquid and models trained on it.\n"
      "Start with:  glassforge run examples/01_ka2d_quick.toml\n"};
  app.set_version_flag("--version", fmt::format("glassforge {} ({})", version::code, version::instruction_set));
  app.require_subcommand(1);
  app.get_formatter()->column_width(36);
  app.footer(
      "Exit codes: 0 done; 75 stopped early by time or signal, run again; 2 bad input; 3 a file; 4 physics; 1 other.\n"
      "All quantities are in reduced Lennard-Jones units.");
  Action action;
  addCommands(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    return app.exit(help_or_version);
  } catch (const CLI::ParseError& error) {  // told by one rank, like every error
    const std::string message = explain(app, error, argc > 1 ? argv[1] : "");
    action = [message](const par::Communicator&) -> int { throw InputError(message); };
  }
  const par::Session mpi(argc, argv);
  chooseThreads();
  const Kokkos::ScopeGuard kokkos;
  return mpi.settle(runAction(action), tell);
}

}  // namespace glassforge::app

int main(int argc, char** argv) {
  return glassforge::app::mainProgram(argc, argv);
}
