// glassforge export: the structures and labels of a campaign in the forms other programs read.
#include "app/commands.hpp"
#include "app/export.hpp"
#include "core/error.hpp"

namespace glassforge::app {

void addExportCommand(CLI::App& app, Action& action) {
  auto options = std::make_shared<ExportOptions>();
  auto* command = app.add_subcommand("export", "Write a campaign in a published form");
  command->add_option("CAMPAIGN", options->campaign, "Campaign folder, or the campaign.toml in it")->required();
  command
      ->add_option(
          "--format", options->format,
          "glassbench or botan (npz with end frames, one a structure and time; needs replicas.keep_frames = true), "
          "glassbench-models (npz with positions and propensities), extxyz, lammps")
      ->required();
  command->add_option("--coordinates", options->coordinates,
                      "glassbench: wrapped (to [-L/2, L/2)) or unwrapped (default: as published at this temperature)");
  command->add_flag("--predictions", options->predictions,
                    "glassbench-models: add the displacements that trained models predict for the test structures");
  command->add_option("--licence", options->licence, "Of the data, for the data card: your choice")
      ->capture_default_str();
  command->add_option("--out", options->out, "The folder to make; it must not exist yet, or be empty")->required();
  command->footer(
      "Example:  glassforge export ka2d_T0.30 --format glassbench-models --out ka2d_T0.30_npz\n"
      "Files lie and are named as in published sets: T0.30/train/N1290T0.30_1_tc01.npz is the first training structure "
      "at the\n"
      "first label time; structures that were imported keep their number. Time codes are the published ones where all "
      "label\n"
      "times are, else 1, 2, ... extxyz has the propensities as columns. Beside the files lie DATACARD.md, which says "
      "what they\n"
      "are and how they were made, and SHA256SUMS, which sha256sum -c checks (not for lammps, which has no labels).");
  command->callback([options, &action] {
    action = [options](const par::Communicator& comm) {
      requireOneRank(comm, "export");
      const par::StopGuard guard(0);
      const auto files = exportCampaign(*options, guard);
      fmt::print("wrote {} files into {}\n", files, options->out);
      return 0;
    };
  });
}

}  // namespace glassforge::app
