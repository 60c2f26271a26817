// glassforge report: the page about a campaign, from what there is of it.
#include "app/campaign_session.hpp"
#include "app/commands.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

int makeReport(const std::string& name, const par::Communicator& comm) {
  requireOneRank(comm, "report");
  const OpenedCampaign opened = openCampaign(name);
  const CampaignSession session(comm, opened.campaign, opened.root);
  reportStage(session.context());
  fmt::print("report: {}\n", session.folder().report());
  return 0;
}

}  // namespace

void addReportCommand(CLI::App& app, Action& action) {
  auto campaign = std::make_shared<std::string>();
  auto* command = app.add_subcommand("report", "Make the report page of a campaign from what is done of it");
  command->add_option("CAMPAIGN", *campaign, "Campaign folder, or the campaign.toml in it")->required();
  command->footer("Writes CAMPAIGN/report/report.html, one self-contained page. May be run again at any time.");
  command->callback([campaign, &action] {
    action = [campaign](const par::Communicator& comm) { return makeReport(*campaign, comm); };
  });
}

}  // namespace glassforge::app
