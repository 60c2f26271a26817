#include "app/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/temperature_ladder.hpp"
#include "io/campaign_file.hpp"
#include "io/text_file.hpp"
#include "swapmc/tempering.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

double number(const Json& value) { return value.is_number() ? value.get<double>() : std::nan(""); }

std::string cell(const Json& result) {
  const double r = number(result.at("pearson_pooled")), error = number(result.at("error"));
  if (std::isnan(r)) return "-";
  return std::isnan(error) ? fmt::format("{:.3f}", r) : fmt::format("{:.3f}({:03.0f})", r, 1000 * error);
}

/// One row a model, one column a time; the error of the last digits in brackets.
std::string pearsonTable(const Json& evaluation, const std::string& label) {
  std::vector<double> times;
  std::vector<std::string> models;
  std::map<std::pair<std::string, double>, std::string> cells;
  std::map<double, double> ceiling;
  for (const auto& result : evaluation.at("results")) {
    if (result.at("label") != label || result.at("species") != evaluation.at("species_scored")) continue;
    const double t = result.at("time");
    const std::string model = result.at("model");
    if (std::find(times.begin(), times.end(), t) == times.end()) times.push_back(t);
    if (std::find(models.begin(), models.end(), model) == models.end()) models.push_back(model);
    cells[{model, t}] = cell(result);
    ceiling[t] = number(result.at("ceiling"));
  }
  if (models.empty()) return "";
  std::string text = fmt::format("\nPearson correlation, {} propensity, {} particles, test structures (error of the last "
                                 "digits)\n  {:<20}",
                                 label, evaluation.at("species_scored").get<std::string>(), "t");
  for (const double t : times) text += fmt::format("{:>12.4g}", t);
  for (const auto& model : models) {
    text += fmt::format("\n  {:<20}", model);
    for (const double t : times) text += fmt::format("{:>12}", cells[{model, t}]);
  }
  text += fmt::format("\n  {:<20}", "ceiling (noise)");
  for (const double t : times) text += fmt::format("{:>12.3f}", ceiling[t]);
  return text + "\n";
}

/// Whether a model is better than what it is compared with, at the last time.
std::string comparisonLines(const Json& evaluation) {
  double last = 0;
  for (const auto& c : evaluation.at("comparisons")) last = std::max(last, c.at("time").get<double>());
  std::string text;
  for (const auto& c : evaluation.at("comparisons")) {
    const std::string model = c.at("model");
    if (c.at("time").get<double>() != last || model.rfind("ridge_", 0) != 0) continue;
    text += fmt::format("  {:<14} {:<16} minus {:<6} {:+.3f} +- {:.3f}\n", c.at("label").get<std::string>(), model,
                        c.at("baseline").get<std::string>(), number(c.at("difference")), number(c.at("error")));
  }
  if (!text.empty()) text = fmt::format("\nPearson of a model minus that of a bare descriptor (its size), t = {:.4g}\n", last) + text;
  return text;
}

/// What the certificate may add to the equilibration.
std::string certificatePlan(const Campaign& c) {
  const auto& settings = c.certificate;
  if (!c.system.files.empty() || !settings.make) return "";
  const std::string what = fmt::format("# certificate  F_s below {}, no drift beyond {} standard errors, no crystal, no demixing",
                                       settings.largest_scattering, settings.sigmas);
  if (settings.on_failure == "keep") return what + "; structures that fail are kept\n";
  if (settings.on_failure == "refuse" || settings.redos == 0) return what + "; structures that fail are refused\n";
  // half the run (tempering: two thirds), then twice, four times, ... as much
  const double most = std::ldexp(1.0, static_cast<int>(settings.redos));
  return what + fmt::format(";\n#              structures that fail are sampled on, at most to {} times the moves or time above, then "
                            "refused\n",
                            c.equilibrate.method == "tempering" ? (4 * most - 1) / 3 : most);
}

/// Of the pair of neighbouring temperatures that exchange the least, as estimated.
double worstAcceptance(const Campaign& c) {
  const auto& t = c.equilibrate.temperatures;
  double worst = 1;
  for (std::size_t k = 1; k < t.size(); ++k) {
    worst = std::min(worst, exchangeAcceptance(t[k - 1], t[k], potentialHeatCapacity(c.system.mixture)));
  }
  return worst;
}

std::string equilibrationPlan(const Campaign& c) {
  const auto& e = c.equilibrate;
  const auto S = static_cast<double>(c.system.structures), N = static_cast<double>(c.system.mixture.particles());
  if (!c.system.files.empty()) return fmt::format("# equilibrate  {:.0f} structures read from files\n", S);
  if (e.method == "tempering") {
    const double time = e.time + swapmc::temperingCoolingTime(e);
    return fmt::format("# equilibrate  {:.0f} structures x {} temperatures up to {:.4g}, {:.3g} particle-steps; exchanges "
                       "accepted about {:.0f} %\n",
                       S, e.temperatures.size(), e.temperatures.back(),
                       S * N * static_cast<double>(e.temperatures.size()) * time / c.replicas.dt,
                       100 * worstAcceptance(c));
  }
  if (e.method == "md") {
    return fmt::format("# equilibrate  {:.0f} structures, {:.3g} particle-steps\n", S, S * N * e.time / c.replicas.dt);
  }
  return fmt::format("# equilibrate  {:.0f} structures, {:.3g} Monte Carlo moves\n", S,
                     S * N * static_cast<double>(e.sweeps));
}

}  // namespace

std::string describePlan(const Campaign& c, const CampaignFolder& folder) {
  const auto N = static_cast<double>(c.system.mixture.particles());
  const auto S = static_cast<double>(c.system.structures), R = static_cast<double>(c.replicas.count);
  std::string text = fmt::format("campaign {} in {} (nothing is written)\n{}", c.name, folder.root(), io::toToml(c));
  text += "\n# plan\n";
  text += equilibrationPlan(c);
  text += certificatePlan(c);
  text += fmt::format("# quench       {:.0f} structures\n", S);
  const bool relative = !c.replicas.times.tau_alpha.empty();
  const double T = relative ? static_cast<double>(c.replicas.times.tau_alpha.size())
                            : static_cast<double>(io::stepLadder(c).size());
  const double bytes = S * T * N * 8 * (R * (c.replicas.keep_frames ? 2.0 + c.system.mixture.dimension : 2.0) + 4);
  if (relative) {
    text += fmt::format("# launch       {:.0f} x {:.0f} replicas, to {} tau_alpha (measured first)\n", S, R,
                        c.replicas.times.tau_alpha.back());
  } else {
    const auto steps = static_cast<double>(io::stepLadder(c).last());
    text += fmt::format("# launch       {:.0f} x {:.0f} replicas, {:.3g} particle-steps\n", S, R, S * R * N * steps);
  }
  text += fmt::format("# disk          about {:.3g} MB of labels in {} files\n", bytes / 1e6, folder.shards().size());
  return text;
}

std::string describeOutcome(const CampaignFolder& folder, const std::string& last_stage) {
  std::string text;
  if (exists(folder.evaluation()) && (last_stage == "evaluate" || last_stage == "report")) {
    const Json evaluation = Json::parse(io::readText(folder.evaluation()));
    text += pearsonTable(evaluation, "displacement") + pearsonTable(evaluation, "bond_breaking");
    text += comparisonLines(evaluation);
  }
  text += last_stage == "report" ? fmt::format("\nreport: {}\n", folder.report())
                                 : fmt::format("done up to {}; results are in {}\n", last_stage, folder.root());
  return text;
}

}  // namespace glassforge::app
