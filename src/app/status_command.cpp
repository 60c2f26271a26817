// glassforge status: what of a campaign is done, from its files alone.
#include <map>
#include <set>

#include "app/certificate.hpp"
#include "app/commands.hpp"
#include "app/estimate.hpp"
#include "app/label_store.hpp"
#include "app/stage.hpp"
#include "app/state_store.hpp"
#include "app/submission.hpp"
#include "core/error.hpp"
#include "io/campaign_file.hpp"
#include "io/dataset_file.hpp"
#include "io/feature_file.hpp"
#include "io/label_file.hpp"
#include "swapmc/certificate.hpp"

#include <nlohmann/json.hpp>

namespace glassforge::app {
namespace {

/// How much of a stage is done.
struct StageStatus {
  std::string stage, unit;
  std::int64_t done = 0, all = 0;
  std::string remark;
};

struct Counted {
  std::set<std::int64_t> equilibrated, quenched;
  std::map<std::int64_t, std::int64_t> replicas;  ///< by structure
  std::int64_t uncertified = 0;  ///< made by the program, without a certificate
  Failures kept;                 ///< in spite of their certificate
  BasinCount basins;
  std::int64_t caged = 0, unconverged = 0, failed = 0, labelled = 0, described = 0;
  std::int64_t short_of_times = 0;  ///< structures that lack label times the campaign now asks for
};

void countStates(const CampaignFolder& folder, const Campaign& campaign, const Shard& shard, Counted& n) {
  for (const auto& state : storedStates(folder, shard)) {
    n.equilibrated.insert(state.index);
    n.uncertified += state.checks.empty() && state.equilibration.method != "imported";
    if (const auto failed = swapmc::failedChecks(state); !failed.empty()) n.kept.emplace_back(state.index, failed);
    n.caged += !state.cage.position.empty();
    n.basins.add(state);
    if (!missingOfQuench(campaign, state).any()) n.quenched.insert(state.index);
    n.unconverged += state.quenched && state.inherent.stop_reason != "converged";
  }
}

/// A structure, or the replicas of a part, count where they have as many label times as the campaign asks for.
void countLabels(const CampaignFolder& folder, const Shard& shard, std::size_t times, Counted& n) {
  if (!exists(folder.labels(shard))) return;
  for (const auto& cover : io::labelCovers(folder.labels(shard))) {
    for (const auto& status : cover.status) n.failed += status != "done";
    if (cover.steps.size() < times) {
      ++n.short_of_times;
      continue;
    }
    ++n.labelled;
    if (!cover.status.empty()) n.replicas[cover.structure] += static_cast<std::int64_t>(cover.status.size());
  }
}

Counted count(const CampaignFolder& folder, const Campaign& campaign, std::size_t times) {
  Counted n;
  for (const auto& shard : folder.shards()) {
    countStates(folder, campaign, shard, n);
    countLabels(folder, shard, times, n);
    if (exists(folder.features(shard))) {
      n.described += static_cast<std::int64_t>(io::featureIndices(folder.features(shard)).size());
    }
  }
  for (const auto s : structuresWithPart(folder, "equilibrate")) n.equilibrated.insert(s);
  for (const auto s : structuresWithPart(folder, "quench")) n.quenched.insert(s);
  const auto merged = n.replicas;
  for (const auto& name : folder.parts("launch")) {
    const auto cover = io::partCover(folder.part("launch", name));
    const auto there = merged.find(cover.structure);
    if (there != merged.end() && cover.first_replica < there->second) continue;  // merged already
    if (cover.steps.size() == times) n.replicas[cover.structure] += static_cast<std::int64_t>(cover.status.size());
  }
  return n;
}

std::size_t timesAskedFor(const Campaign& c) {
  const auto& multiples = c.replicas.times.tau_alpha;
  return multiples.empty() ? io::stepLadder(c).size() : multiples.size();
}

/// What is to be said of the certificates of structures.
std::string certificateRemark(const CampaignFolder& folder, const Counted& n) {
  std::vector<std::string> remarks;
  Failures refused;
  for (const auto& [index, state] : refusedStructures(folder)) refused.emplace_back(index, swapmc::failedChecks(state));
  if (!refused.empty()) {
    remarks.push_back(fmt::format("{} refused by their certificate: {}", refused.size(), describeFailures(refused)));
  }
  if (!n.kept.empty()) {
    remarks.push_back(fmt::format("{} kept in spite of their certificate: {}", n.kept.size(), describeFailures(n.kept)));
  }
  if (n.uncertified > 0) remarks.push_back(fmt::format("{} without a certificate", n.uncertified));
  return fmt::format("{}", fmt::join(remarks, "; "));
}

/// "2 not converged, same basin by two minimisers: 7 of 8, cage states: 8"
std::string quenchRemark(const Counted& n) {
  std::vector<std::string> remarks;
  if (n.unconverged > 0) remarks.push_back(fmt::format("{} not converged", n.unconverged));
  if (n.basins.checked > 0) {
    remarks.push_back(fmt::format("same basin by two minimisers: {} of {}", n.basins.same, n.basins.checked));
  }
  if (n.caged > 0) remarks.push_back(fmt::format("cage states: {}", n.caged));
  return fmt::format("{}", fmt::join(remarks, ", "));
}

std::vector<StageStatus> collect(const OpenedCampaign& opened, const CampaignFolder& folder, const Counted& n) {
  const bool imported = LabelStore::imported(folder);
  const auto done = [](const auto& set) { return static_cast<std::int64_t>(set.size()); };
  std::int64_t replicas = 0;
  for (const auto& [structure, count] : n.replicas) replicas += count;
  const std::int64_t S = opened.campaign.system.structures, R = opened.campaign.replicas.count;
  std::int64_t trained = 0;
  for (const auto& model : opened.campaign.models) trained += exists(folder.model(model));
  const auto models = static_cast<std::int64_t>(opened.campaign.models.size());
  const bool described = models > 0 || !opened.campaign.descriptor_sets.empty();
  const bool scored = models > 0 && opened.campaign.split.test > 0;
  std::vector<StageStatus> all{{"equilibrate", "structures", done(n.equilibrated), S, ""},
                               {"quench", "structures", done(n.quenched), S, ""},
                               {"launch", "replicas", replicas, imported ? replicas : S * R, ""},
                               {"label", "structures", n.labelled, S, ""},
                               {"describe", "structures", n.described, described ? S : n.described, ""},
                               {"train", "models", trained, models, ""},
                               {"evaluate", "", exists(folder.evaluation()), scored ? 1 : 0, ""},
                               {"report", "", exists(folder.report()), 1, ""}};
  all[0].remark = certificateRemark(folder, n);
  all[1].remark = quenchRemark(n);
  if (n.failed > 0) all[2].remark = fmt::format("{} stopped, see replicas/status in the label files", n.failed);
  if (n.short_of_times > 0) all[3].remark = fmt::format("{} lack label times that were added", n.short_of_times);
  if (exists(folder.dataset())) {
    const auto in = io::datasetStructures(folder.dataset()).size();
    all[3].remark += fmt::format("{}dataset.h5: {} structures", all[3].remark.empty() ? "" : "; ", in);
  }
  if (imported) all[2].remark = "labels came with the imported files";
  return all;
}

std::string describe(const StageStatus& s) {
  if (s.all == 0) return fmt::format("  {:<12} not asked for", s.stage);
  const char* state = s.done >= s.all ? "done" : s.done == 0 ? "to do" : "under way";
  std::string text = fmt::format("  {:<12} {:<10}", s.stage, state);
  if (!s.unit.empty()) text += fmt::format(" {} of {} {}", s.done, s.all, s.unit);
  return s.remark.empty() ? text : text + " - " + s.remark;
}

int showStatus(const std::vector<std::string>& campaigns, bool as_json) {
  nlohmann::json out = nlohmann::json::array();
  for (const auto& name : campaigns) {
    const OpenedCampaign opened = openCampaign(name);
    nlohmann::json entry{{"campaign", opened.campaign.name}, {"folder", opened.root}};
    if (!as_json) fmt::print("{} ({})\n", opened.campaign.name, opened.root);
    const CampaignFolder folder(opened.root, opened.campaign);
    const Counted n = count(folder, opened.campaign, LabelStore::imported(folder) ? 0 : timesAskedFor(opened.campaign));
    entry["cage_states"] = n.caged;
    entry["inherent_states"] = {{"checked", n.basins.checked}, {"same_basin", n.basins.same}};
    for (const auto& s : collect(opened, folder, n)) {
      entry["stages"].push_back({{"stage", s.stage}, {"done", s.done}, {"all", s.all}, {"remark", s.remark}});
      if (as_json) continue;
      fmt::print("{}\n", describe(s));
    }
    entry["certificate"] = certificateOfCampaign(opened.campaign, folder);
    entry["refused"] = refusedJson(refusedStructures(folder));
    if (!as_json) fmt::print("{}", describeCertificate(entry["certificate"]));
    const std::string jobs = describeSubmission(opened.campaign, folder, entry["jobs"]);
    if (!as_json) fmt::print("{}", jobs);
    out.push_back(std::move(entry));
  }
  if (as_json) fmt::print("{}\n", out.size() == 1 ? out[0].dump(1) : out.dump(1));
  return 0;
}

}  // namespace

void addStatusCommand(CLI::App& app, Action& action) {
  auto campaigns = std::make_shared<std::vector<std::string>>();
  auto as_json = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("status", "Say what of a campaign is done, from its files alone");
  command->add_option("CAMPAIGN", *campaigns, "Campaign folders, or the campaign.toml in them")->required();
  command->add_flag("--json", *as_json, "Print one JSON object");
  command->callback([campaigns, as_json, &action] {
    action = [campaigns, as_json](const par::Communicator& comm) {
      requireOneRank(comm, "status");
      return showStatus(*campaigns, *as_json);
    };
  });
}

}  // namespace glassforge::app
