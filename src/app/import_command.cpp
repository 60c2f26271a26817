// glassforge import: published structures, and labels where the files have them, as a campaign.
#include "app/campaign_session.hpp"
#include "app/commands.hpp"
#include "app/import.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

int runImport(const ImportOptions& options, const par::Communicator& comm) {
  requireOneRank(comm, "import");
  const par::StopGuard guard(0);
  const ImportSummary made = importStructures(options, guard, runNotes(comm));
  fmt::print("imported {} structures (published numbers {} .. {}) into {}\n", made.structures, made.first_number,
             made.last_number, options.out);
  if (made.from_frames) {
    fmt::print("  labels from the end frames of {} replicas at t = {:.6g}\n", made.replicas,
               fmt::join(made.times, ", "));
  } else if (!made.times.empty()) {
    fmt::print("  labels as published, without single replicas, at t = {:.6g}\n", fmt::join(made.times, ", "));
  } else {
    fmt::print("  no labels in the files; run makes them (see replicas in campaign.toml)\n");
  }
  if (made.test > 0) fmt::print("  {} structures are set aside for testing\n", made.test);
  fmt::print("continue with:  glassforge run {}/campaign.toml\n", options.out);
  return 0;
}

}  // namespace

void addImportCommand(CLI::App& app, Action& action) {
  auto options = std::make_shared<ImportOptions>();
  auto* command = app.add_subcommand("import", "Make a campaign of published structures, and of labels they come with");
  command->add_option("FILES", options->files, "Files, folders or globs")->required();
  command->add_option("--format", options->format, "botan, glassbench, deepmind (npz), extxyz, lammps (data files)")
      ->required();
  command->add_option("--model", options->model, "KA or KA2D")->required();
  command->add_option("--temperature", options->temperature, "Of the structures (GlassBench's 0.23 is 0.231)")
      ->required();
  command
      ->add_option("--times", options->times,
                   "Times of the end frames, ascending: t1,t2,... (default: by the time codes tcNN in the file names)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--test", options->test, "Published numbers of the test structures: 401-500 or 3,7,12");
  command->add_option("--name", options->name, "Name of the campaign (default: that of the folder)");
  command->add_option("--seed", options->seed, "Seed of the campaign (default: 1)");
  command
      ->add_option("--set", options->set,
                   "Set a key of the campaign: --set replicas.keep_frames=true (may be repeated)")
      ->allow_extra_args(false);
  command->add_option("--out", options->out, "The folder to make; it must not exist yet, or be empty")->required();
  command->footer(
      "Example:  glassforge import data/*.npz --format botan --model KA --temperature 0.44 --test 9-10 --out ka_T0.44\n"
      "Files of one structure at several times (..._7_tc05.npz, ..._7_tc15.npz) become one structure with several "
      "label\n"
      "times. Structures are numbered from 0 in the order of their published numbers, which the states files keep.");
  command->callback(
      [options, &action] { action = [options](const par::Communicator& comm) { return runImport(*options, comm); }; });
}

}  // namespace glassforge::app
