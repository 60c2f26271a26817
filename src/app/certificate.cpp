#include "app/certificate.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "app/stage_monitor.hpp"
#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/state_file.hpp"
#include "io/text_file.hpp"
#include "swapmc/certificate.hpp"
#include "swapmc/equilibrate.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

constexpr const char* kRefused = "refused";  // folder of their states in work/
constexpr std::size_t kMostNamed = 8;        // structures named in one message

Json jsonOf(const std::vector<Check>& checks) {
  Json list = Json::array();
  for (const auto& check : checks) {
    list.push_back({{"name", check.name},
                    {"value", check.value},
                    {"error", check.error},
                    {"limit", check.limit},
                    {"passed", check.passed}});
  }
  return list;
}

double number(const Json& value) {
  return value.is_number() ? value.get<double>() : std::nan("");
}

/// "-2.6816 +- 0.0007".
std::string withError(const Json& entry, const std::string& key, const std::string& error_key = "") {
  const double value = number(entry.at(key)), error = number(entry.at(error_key.empty() ? key + "_error" : error_key));
  return error > 0 ? fmt::format("{:.5g} +- {:.2g}", value, error) : fmt::format("{:.5g}", value);
}

bool allPassed(const std::vector<Check>& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const Check& check) { return check.passed; });
}

Json jsonOf(const swapmc::SampledStructure& s) {
  const auto group = swapmc::ensembleCertificate({&s, 1}, 0).groups;
  Json json{{"structure", s.index},
            {"preparation", s.preparation},
            {"redos", s.redos},
            {"passed", allPassed(s.checks)},
            {"checks", jsonOf(s.checks)}};
  if (!group.empty()) {
    json["energy"] = group.front().energy.mean;
    json["pressure"] = group.front().pressure.mean;
  }
  return json;
}

Json jsonOf(const swapmc::PreparationGroup& group) {
  return {{"preparation", group.preparation}, {"structures", group.structures},
          {"energy", group.energy.mean},      {"energy_error", group.energy.error},
          {"pressure", group.pressure.mean},  {"pressure_error", group.pressure.error},
          {"energy_width", group.width.mean}, {"energy_width_error", group.width.error}};
}

/// What is needed of the certified structures in the shards, in their order.
std::vector<swapmc::SampledStructure> certifiedStructures(const CampaignFolder& folder) {
  std::vector<swapmc::SampledStructure> found;
  for (const auto& shard : folder.shards()) {
    for (const auto& state : storedStates(folder, shard)) {
      if (!state.checks.empty()) found.push_back(swapmc::sampledStructure(state));
    }
  }
  return found;
}

std::vector<Check> failedOf(const std::vector<Check>& checks) {
  std::vector<Check> failed;
  std::copy_if(checks.begin(), checks.end(), std::back_inserter(failed), [](const Check& c) { return !c.passed; });
  return failed;
}

void tellOfKept(const std::vector<swapmc::SampledStructure>& structures) {
  Failures failures;
  for (const auto& s : structures) {
    if (!allPassed(s.checks)) failures.emplace_back(s.index, failedOf(s.checks));
  }
  if (failures.empty()) return;
  fmt::print("  NOT CERTIFIED  {} of {} structures, kept since certificate.on_failure = \"keep\": {}\n",
             failures.size(), structures.size(), describeFailures(failures));
  std::fflush(stdout);
}

void requireNoneRefused(const CampaignFolder& folder, std::int64_t structures) {
  Failures failures;
  for (const auto& [index, state] : refusedStructures(folder))
    failures.emplace_back(index, swapmc::failedChecks(state));
  if (failures.empty()) return;
  throw PhysicsError(
      fmt::format("{}: {} of {} structures are refused, as their certificate of equilibrium fails; the others are "
                  "kept. {}. Allow more "
                  "certificate.redos (sampling goes on from where it stands), or sample longer in another folder "
                  "(equilibrate.sweeps, "
                  "equilibrate.time), or keep such structures (certificate.on_failure = \"keep\")",
                  folder.root(), failures.size(), structures, describeFailures(failures)));
}

}  // namespace

std::string describeChecks(const std::vector<Check>& checks) {
  std::string text;
  for (const auto& check : checks) {
    text += fmt::format("{}{} {:.3g}", text.empty() ? "" : ", ", check.name, check.value);
    if (check.error > 0) text += fmt::format(" +- {:.2g}", check.error);
    text += fmt::format(" (limit {:.3g})", check.limit);
  }
  return text;
}

std::string describeFailures(const Failures& failures) {
  std::string text;
  for (std::size_t k = 0; k < std::min(kMostNamed, failures.size()); ++k) {
    text += fmt::format("{}{}: {}", k > 0 ? "; " : "", structureLabel(failures[k].first),
                        describeChecks(failures[k].second));
  }
  if (failures.size() > kMostNamed) text += fmt::format("; and {} more", failures.size() - kMostNamed);
  return text;
}

std::map<std::int64_t, StructureState> refusedStructures(const CampaignFolder& folder) {
  std::map<std::int64_t, StructureState> refused;
  const auto made = structuresWithPart(folder, "equilibrate");
  for (const auto s : structuresWithPart(folder, kRefused)) {
    if (std::find(made.begin(), made.end(), s) != made.end()) continue;
    if (!isStored(folder, s)) refused[s] = statePart(folder, kRefused, s);
  }
  return refused;
}

void writeCertified(const StageContext& context, const StructureState& state) {
  writeStatePart(context, swapmc::acceptable(context.campaign.certificate, state) ? "equilibrate" : kRefused, state);
}

bool isRefusedForGood(const StageContext& context, std::int64_t structure) {
  if (!exists(context.folder.part(kRefused, structureLabel(structure)))) return false;
  const auto& settings = context.campaign.certificate;
  const auto before = statePart(context.folder, kRefused, structure);
  return !swapmc::acceptable(settings, before) &&
         (settings.on_failure != "redo" || before.equilibration.redos >= settings.redos);
}

void equilibrateOne(const StageContext& context, std::int64_t structure, StageMonitor& monitor) {
  const auto& campaign = context.campaign;
  if (!campaign.system.files.empty()) return writeStatePart(context, "equilibrate", importedState(campaign, structure));
  monitor.keepAt(structureLabel(structure), fmt::format("equilibration of structure {}", structure));
  if (!exists(context.folder.part(kRefused, structureLabel(structure)))) {
    writeCertified(context, swapmc::equilibrate(campaign, structure, monitor));
  } else {
    const auto before = statePart(context.folder, kRefused, structure);
    const auto after = swapmc::continueEquilibration(campaign, before, monitor);
    if (after.equilibration.redos > before.equilibration.redos) writeCertified(context, after);
  }
  monitor.forget();
}

nlohmann::json certificateOfCampaign(const Campaign& campaign, const CampaignFolder& folder) {
  const auto structures = certifiedStructures(folder);
  if (structures.empty()) return nullptr;
  const auto ensemble = swapmc::ensembleCertificate(structures, campaign.certificate.sigmas);
  Json json{{"campaign", campaign.name},
            {"model", campaign.system.model},
            {"temperature", campaign.system.temperature},
            {"method", campaign.equilibrate.method},
            {"start", campaign.equilibrate.start},
            {"samples_per_independent", ensemble.inefficiency},
            {"groups", Json::array()},
            {"checks", jsonOf(ensemble.checks)},
            {"structures", Json::array()}};
  bool passed = allPassed(ensemble.checks);
  for (const auto& group : ensemble.groups) json["groups"].push_back(jsonOf(group));
  for (const auto& s : structures) {
    json["structures"].push_back(jsonOf(s));
    passed = passed && allPassed(s.checks);
  }
  json["passed"] = passed;
  return json;
}

std::string describeCertificate(const nlohmann::json& certificate) {
  if (certificate.is_null()) return "";
  const auto& all = certificate.at("structures");
  const auto passed = std::count_if(all.begin(), all.end(), [](const Json& s) { return s.at("passed").get<bool>(); });
  std::string text = fmt::format("  certificate  {} of {} structures certified\n", passed, all.size());
  for (const auto& group : certificate.at("groups")) {
    text += fmt::format("    {:<5} {:>4} structures  U/N {}  P {}\n", group.at("preparation").get<std::string>(),
                        group.at("structures").get<std::int64_t>(), withError(group, "energy"),
                        withError(group, "pressure"));
  }
  for (const auto& check : certificate.at("checks")) {
    text += fmt::format("    hot and cold, {}: {} (limit {:.3g}) {}\n", check.at("name").get<std::string>(),
                        withError(check, "value", "error"), number(check.at("limit")),
                        check.at("passed").get<bool>() ? "agree" : "DIFFER");
  }
  return text;
}

nlohmann::json refusedJson(const std::map<std::int64_t, StructureState>& refused) {
  Json list = Json::array();
  for (const auto& [index, state] : refused) {
    list.push_back(
        {{"structure", index}, {"redos", state.equilibration.redos}, {"checks", jsonOf(swapmc::failedChecks(state))}});
  }
  return list;
}

void closeEquilibration(const StageContext& context, bool something_new) {
  par::together(context.comm, [&] {
    if (!context.comm.root()) return;
    const auto& folder = context.folder;
    const Json json = certificateOfCampaign(context.campaign, folder);
    const std::string text = json.dump(1) + "\n";
    const bool same = exists(folder.certificate()) && io::readText(folder.certificate()) == text;
    if (!json.is_null() && !same) io::writeText(folder.certificate(), text);
    if (something_new) tellOfKept(certifiedStructures(folder));
    std::vector<std::string> outlived;
    const auto refused = refusedStructures(folder);
    for (const auto s : structuresWithPart(folder, kRefused)) {
      if (refused.count(s) == 0) outlived.push_back(structureLabel(s));
    }
    if (!outlived.empty()) folder.removeParts(kRefused, outlived);
    requireNoneRefused(folder, context.campaign.system.structures);
  });
}

}  // namespace glassforge::app
