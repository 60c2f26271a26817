#include "app/certificate_summary.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/text_file.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

std::string plain(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// "energy drift: value 0.001, error 0.0005, limit 0.002, passed": the entries of an object behind its name.
std::string line(const Json& finding) {
  std::string text = finding.contains("name") ? plain(finding["name"]) + ":" : "";
  for (const auto& [key, value] : finding.items()) {
    if (key == "name" || value.is_structured()) continue;
    if (key == "passed" && value.is_boolean()) continue;
    text += fmt::format(" {} {}", key, plain(value));
  }
  if (finding.contains("passed")) text += finding["passed"] == true ? " - passed" : " - NOT passed";
  return text;
}

void readEnsemble(const std::string& path, CertificateSummary& summary) {
  try {
    const Json json = Json::parse(io::readText(path));
    summary.ensemble = true;
    summary.ensemble_passed = json.value("passed", false);
    for (const auto& [key, value] : json.items()) {
      if (key == "passed") continue;
      if (value.is_primitive()) summary.ensemble_lines.push_back(fmt::format("{}: {}", key, plain(value)));
      if (!value.is_array()) continue;
      if (key == "structures") {  // told one by one by their states
        const auto passed = std::count_if(value.begin(), value.end(),
                                          [](const Json& s) { return s.is_object() && s.value("passed", false); });
        summary.ensemble_lines.push_back(fmt::format("structures: {} of {} passed", passed, value.size()));
        continue;
      }
      for (const auto& entry : value) {
        if (entry.is_object()) summary.ensemble_lines.push_back(line(entry));
      }
    }
  } catch (const Json::exception& error) {
    throw FileError(fmt::format("{}: not a certificate of this program: {}", path, error.what()));
  }
}

}  // namespace

CertificateSummary summariseCertificates(const CampaignFolder& folder) {
  CertificateSummary summary;
  const std::string path = folder.path("certificate.json");
  if (exists(path)) readEnsemble(path, summary);
  for (const auto& shard : folder.shards()) {
    for (const auto& state : storedStates(folder, shard)) {
      summary.structures += !state.checks.empty();
      for (const auto& check : state.checks) {
        if (check.passed) continue;
        summary.failed.push_back(fmt::format("{}: {} is {:.4g}, allowed is {:.4g}", structureLabel(state.index),
                                             check.name, check.value, check.limit));
      }
    }
  }
  return summary;
}

std::string certificateText(const CampaignFolder& folder) {
  const auto summary = summariseCertificates(folder);
  if (!summary.ensemble && summary.structures == 0)
    return "None: nothing was checked about the equilibrium of these structures.\n";
  std::string text;
  if (summary.ensemble) text += fmt::format("- Ensemble: {}\n", summary.ensemble_passed ? "passed" : "NOT passed");
  for (const auto& finding : summary.ensemble_lines) text += "  - " + finding + "\n";
  text += fmt::format("- Structures with a certificate of their own: {}\n", summary.structures);
  for (const auto& failure : summary.failed) text += "  - NOT passed: " + failure + "\n";
  return text;
}

}  // namespace glassforge::app
