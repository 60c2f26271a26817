// glassforge dynamics: F_s, tau_alpha, chi4 and what else follows from the labels of a campaign.
#include "app/commands.hpp"
#include "app/label_dynamics.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

struct DynamicsOptions {
  std::string campaign;
  iso::ObservableSettings settings;
  bool as_json = false;
};

int showDynamics(const DynamicsOptions& options) {
  const auto& s = options.settings;
  require(s.q > 0 && s.overlap_distance > 0 && s.threshold > 0,
          "--q, --overlap and --threshold must be above 0; they are {}, {}, {}", s.q, s.overlap_distance, s.threshold);
  const auto dynamics = dynamicsOfLabels(options.campaign, s);
  fmt::print("{}", options.as_json ? toJson(dynamics).dump(1) + "\n" : describe(dynamics));
  return 0;
}

}  // namespace

void addDynamicsCommand(CLI::App& app, Action& action) {
  auto options = std::make_shared<DynamicsOptions>();
  auto* command =
      app.add_subcommand("dynamics", "F_s, tau_alpha, displacements, overlap and chi4 from the labels of a campaign");
  command->add_option("CAMPAIGN", options->campaign, "Campaign folder, the campaign.toml in it, or a label file (.h5)")
      ->required();
  command->add_option("--q", options->settings.q, "Wave number of F_s, in 1 / sigma (default 2 pi)");
  command->add_option("--overlap", options->settings.overlap_distance,
                      "Distance within which a particle overlaps (default 0.3)");
  command->add_option("--threshold", options->settings.threshold,
                      "Propensity below which a particle is slow, in chi4 (default 0.3)");
  command->add_flag("--json", options->as_json, "Print one JSON object");
  command->footer(
      "F_s is the mean over directions of q, which needs the distances that particles moved only: so it follows from "
      "any labels\n"
      "with values of single replicas, imported ones too. tau_alpha lies between two label times; more times around it "
      "help.");
  command->callback([options, &action] {
    action = [options](const par::Communicator& comm) {
      requireOneRank(comm, "dynamics");
      return showDynamics(*options);
    };
  });
}

}  // namespace glassforge::app
