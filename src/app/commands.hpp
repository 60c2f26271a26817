/// The subcommands of the program: each adds itself to the command line and says what to run when it is chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "par/communicator.hpp"

namespace glassforge::app {

/// What main runs after parsing: set by the subcommand that was chosen. Returns the exit code.
using Action = std::function<int(const par::Communicator&)>;

void addRunCommand(CLI::App& app, Action& action);
void addSubmitCommand(CLI::App& app, Action& action);
void addStatusCommand(CLI::App& app, Action& action);
void addEnergyCommand(CLI::App& app, Action& action);
void addImportCommand(CLI::App& app, Action& action);
void addExportCommand(CLI::App& app, Action& action);
void addCompareCommand(CLI::App& app, Action& action);
void addDynamicsCommand(CLI::App& app, Action& action);
void addEvaluateCommand(CLI::App& app, Action& action);
void addReportCommand(CLI::App& app, Action& action);
void addBenchCommand(CLI::App& app, Action& action);
void addScaleCommand(CLI::App& app, Action& action);
void addVerifyCommand(CLI::App& app, Action& action);

/// Refuses more than one rank for a command that is not parallel.
void requireOneRank(const par::Communicator& comm, const char* command);

}  // namespace glassforge::app
