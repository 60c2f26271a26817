// glassforge verify: what must hold in a campaign's files, derived again, and why they differ from published ones.
#include "app/commands.hpp"
#include "app/verify.hpp"
#include "app/verify_against.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kShown = 10;  // violations of one invariant, in text

struct VerifyOptions {
  std::vector<std::string> campaigns, against;
  LabelHints hints;
  bool require_certificate = false, as_json = false;
};

Json toJson(const Verification& v, const OpenedCampaign& opened, const std::vector<Explanation>& explanations) {
  Json json{{"campaign", opened.campaign.name},
            {"folder", opened.root},
            {"holds", v.holds()},
            {"notes", v.notes()},
            {"invariants", Json::array()}};
  for (const auto& i : v.invariants()) {
    json["invariants"].push_back(
        {{"name", i.name}, {"checked", i.checked}, {"holds", i.violations.empty()}, {"violations", i.violations}});
  }
  for (const auto& e : explanations)
    json["against"].push_back({{"topic", e.topic}, {"text", e.text}, {"numbers", e.numbers}});
  return json;
}

void print(const Verification& v, const OpenedCampaign& opened, const std::vector<Explanation>& explanations) {
  fmt::print("{} ({})\n", opened.campaign.name, opened.root);
  std::size_t violated = 0;
  for (const auto& i : v.invariants()) {
    violated += !i.violations.empty();
    fmt::print("  {:<8} {} ({} checked)\n", i.violations.empty() ? "holds" : "VIOLATED", i.name, i.checked);
    for (std::size_t k = 0; k < std::min(kShown, i.violations.size()); ++k)
      fmt::print("             {}\n", i.violations[k]);
    if (i.violations.size() > kShown) fmt::print("             and {} more\n", i.violations.size() - kShown);
  }
  for (const auto& note : v.notes()) fmt::print("  note     {}\n", note);
  for (const auto& e : explanations) fmt::print("  {:<12} {}\n", e.topic, e.text);
  if (violated == 0) fmt::print("all {} invariants hold\n", v.invariants().size());
  if (violated > 0) fmt::print("{} of {} invariants do not hold\n", violated, v.invariants().size());
}

int verify(const VerifyOptions& options, const par::Communicator& comm) {
  requireOneRank(comm, "verify");
  require(options.against.empty() || options.campaigns.size() == 1,
          "--against holds one campaign against published files; {} are given", options.campaigns.size());
  const par::StopGuard guard(0);
  Json out = Json::array();
  bool holds = true;
  for (const auto& name : options.campaigns) {
    const OpenedCampaign opened = openCampaign(name);
    const Verification v = verifyCampaign(opened, comm, guard, options.require_certificate);
    std::vector<Explanation> explanations;
    if (!options.against.empty() && v.holds())
      explanations = explainDifferences(opened, options.against, options.hints);
    if (!options.against.empty() && !v.holds()) {
      explanations = {
          {"skipped", "published files were not looked at, since the campaign itself does not hold", Json::object()}};
    }
    holds = holds && v.holds();
    if (options.as_json) {
      out.push_back(toJson(v, opened, explanations));
    } else {
      print(v, opened, explanations);
    }
  }
  if (options.as_json) fmt::print("{}\n", out.size() == 1 ? out[0].dump(1) : out.dump(1));
  return holds ? 0 : static_cast<int>(ExitCode::failure);
}

}  // namespace

void addVerifyCommand(CLI::App& app, Action& action) {
  auto options = std::make_shared<VerifyOptions>();
  auto* command = app.add_subcommand("verify", "Derive again what must hold in a campaign's files; say what does not");
  command->add_option("CAMPAIGN", options->campaigns, "Campaign folders, or the campaign.toml in them")->required();
  command->add_option("--against", options->against,
                      "Published npz files of the same structures: explain each difference");
  command
      ->add_option("--times", options->hints.times, "Times of end frames in --against files without a known time code")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--require-certificate", options->require_certificate,
                    "A campaign without a passed certificate of equilibrium is a violation");
  command->add_flag("--json", options->as_json, "Print one JSON object");
  command->footer(
      "Example:  glassforge verify ka2d_T0.30 --against T0.30/train/*.npz\n"
      "Exit code 0 where everything holds, 1 where something does not. Differences from published files are explained, "
      "not judged:\n"
      "conventions, digits, the end of the potential at the cutoff, and noise of labels.");
  command->callback(
      [options, &action] { action = [options](const par::Communicator& comm) { return verify(*options, comm); }; });
}

}  // namespace glassforge::app
