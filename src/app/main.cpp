// The program: parses the command line, starts MPI and Kokkos, runs one subcommand, turns errors into messages and codes.
#include <omp.h>
#include <sched.h>

#include <CLI/CLI.hpp>
#include <Kokkos_Core.hpp>
#include <cstdio>
#include <cstdlib>

#include "app/commands.hpp"
#include "core/error.hpp"
#include "core/version.hpp"
#include "par/communicator.hpp"

namespace glassforge::app {
namespace {

void addCommands(CLI::App& app, Action& action) {
  addRunCommand(app, action);
  addStatusCommand(app, action);
  addEvaluateCommand(app, action);
  addReportCommand(app, action);
  addImportCommand(app, action);
  addExportCommand(app, action);
  addCompareCommand(app, action);
  addEnergyCommand(app, action);
}

/// Cores this process may use, shared among the ranks of its node, unless OMP_NUM_THREADS says otherwise.
void chooseThreads() {
  setenv("OMP_PROC_BIND", "false", 0);
  if (std::getenv("OMP_NUM_THREADS")) return;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const int cores = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  const char* local = std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  if (!local) local = std::getenv("SLURM_NTASKS_PER_NODE");
  const int ranks = local ? std::max(1, std::atoi(local)) : 1;
  omp_set_num_threads(std::max(1, cores / ranks));
}

int runAction(const Action& action, const par::Communicator& comm) {
  try {
    return action(comm);
  } catch (const Error& error) {
    // "another rank stopped" is only of use where this rank's own message is not the cause
    std::fprintf(stderr, "glassforge: %s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "glassforge: out of memory; use smaller packs (replicas.pack) or fewer ranks a node\n");
    return static_cast<int>(ExitCode::failure);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "glassforge: %s\n", error.what());
    return static_cast<int>(ExitCode::failure);
  }
}

}  // namespace

int mainProgram(int argc, char** argv) {
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
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::bad_input);
  }
  par::Session mpi(argc, argv);
  chooseThreads();
  Kokkos::ScopeGuard kokkos(argc, argv);
  return runAction(action, par::Communicator::world());
}

}  // namespace glassforge::app

int main(int argc, char** argv) { return glassforge::app::mainProgram(argc, argv); }
