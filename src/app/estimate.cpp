#include "app/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.hpp"
#include "io/campaign_file.hpp"
#include "io/text_file.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

double number(const Json& value) {
  return value.is_number() ? value.get<double>() : std::nan("");
}

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
  std::string text = fmt::format(
      "\nPearson correlation, {} propensity, {} particles, test structures (error of the last "
      "digits)\n  {:<26}",
      label, evaluation.at("species_scored").get<std::string>(), "t");
  for (const double t : times) text += fmt::format("{:>12.4g}", t);
  for (const auto& model : models) {
    text += fmt::format("\n  {:<26}", model);
    for (const double t : times) text += fmt::format("{:>12}", cells[{model, t}]);
  }
  text += fmt::format("\n  {:<26}", "ceiling (noise)");
  for (const double t : times) text += fmt::format("{:>12.3f}", ceiling[t]);
  return text + "\n";
}

/// Of the models that a label's models are compared with, the one of the largest correlation at a time.
std::string strongestBaseline(const Json& evaluation, const std::string& label, double time) {
  std::set<std::string> baselines;
  for (const auto& c : evaluation.at("comparisons")) baselines.insert(c.at("baseline").get<std::string>());
  std::string strongest;
  double largest = -1;
  for (const auto& r : evaluation.at("results")) {
    const double size = std::abs(number(r.at("pearson_pooled")));
    if (r.at("label") != label || r.at("time") != time || !baselines.contains(r.at("model")) || !(size > largest))
      continue;
    largest = size;
    strongest = r.at("model");
  }
  return strongest;
}

/// Whether a model is better than the best that needs no fitting, at the last time.
std::string comparisonLines(const Json& evaluation) {
  double last = 0;
  for (const auto& c : evaluation.at("comparisons")) last = std::max(last, c.at("time").get<double>());
  std::string text;
  for (const auto& c : evaluation.at("comparisons")) {
    const std::string label = c.at("label"), baseline = c.at("baseline");
    if (c.at("time").get<double>() != last || baseline != strongestBaseline(evaluation, label, last)) continue;
    text += fmt::format("  {:<14} {:<26} minus {:<6} {:+.3f} +- {:.3f}\n", label, c.at("model").get<std::string>(),
                        baseline, number(c.at("difference")), number(c.at("error")));
  }
  if (!text.empty())
    text = fmt::format("\nPearson of a model minus that of the best bare descriptor (its size), t = {:.4g}\n", last) +
           text;
  return text;
}

std::string hours(double seconds) {
  return fmt::format("{:.3g}", seconds / 3600);
}

std::string stageLine(const StageCost& stage, std::int64_t ranks) {
  std::string text = fmt::format("# {:<12} {} {}", stage.stage, stage.tasks, stage.task);
  for (const auto& w : stage.work) text += fmt::format(", {:.3g} {}", w.amount, w.unit);
  if (!stage.work.empty())
    text += fmt::format(": {} core hours, {} on {} rank(s)", hours(stage.coreSeconds()),
                        durationText(stage.wallSeconds(ranks)), ranks);
  return text + (stage.remark.empty() ? "\n" : " (" + stage.remark + ")\n");
}

/// What the certificate may add to the equilibration.
std::string certificatePlan(const Campaign& c) {
  const auto& settings = c.certificate;
  if (!c.system.files.empty() || !settings.make) return "";
  const std::string what =
      fmt::format("# certificate  F_s below {}, no drift beyond {} standard errors, no crystal, no demixing",
                  settings.largest_scattering, settings.sigmas);
  if (settings.on_failure == "keep") return what + "; structures that fail are kept\n";
  if (settings.on_failure == "refuse" || settings.redos == 0) return what + "; structures that fail are refused\n";
  // half the run (tempering: two thirds), then twice, four times, ... as much
  const double most = std::ldexp(1.0, static_cast<int>(settings.redos));
  return what +
         fmt::format(
             ";\n#              structures that fail are sampled on, at most to {} times the moves or time above, then "
             "refused\n",
             c.equilibrate.method == "tempering" ? (4 * most - 1) / 3 : most);
}

}  // namespace

std::string durationText(double seconds) {
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
  return seconds < 2 * 86400 ? fmt::format("{:.1f} h", seconds / 3600) : fmt::format("{:.1f} days", seconds / 86400);
}

std::string bytesText(double count) {
  if (count < 1e6) return fmt::format("{:.0f} kB", count / 1e3);
  return count < 1e9 ? fmt::format("{:.3g} MB", count / 1e6) : fmt::format("{:.4g} GB", count / 1e9);
}

std::string describePlan(const Campaign& c, const CampaignFolder& folder, const CampaignCost& cost,
                         std::int64_t ranks) {
  std::string text = fmt::format("campaign {} in {} (nothing is written)\n{}", c.name, folder.root(), io::toToml(c));
  text += fmt::format("\n# plan, at {:.3g} particle-steps{} a second and core ({})\n", cost.rates.particle_steps,
                      cost.rates.moves > 0 ? fmt::format(" and {:.3g} Monte Carlo moves", cost.rates.moves) : "",
                      cost.rates.source);
  for (const auto& stage : cost.stages) text += stageLine(stage, ranks);
  text += fmt::format("# all          {} core hours, {} on {} rank(s); describing, training and scoring not counted\n",
                      hours(cost.coreSeconds()), durationText(cost.wallSeconds(ranks)), ranks);
  const auto& d = cost.disk;
  text += fmt::format("# disk         {} in {} files: states {}, labels {}{}{}\n", bytesText(d.bytes()), d.files,
                      bytesText(d.states), bytesText(d.labels), d.frames > 0 ? ", frames " + bytesText(d.frames) : "",
                      d.features > 0 ? ", features " + bytesText(d.features) : "");
  text += certificatePlan(c);
  return text;
}

nlohmann::json planJson(const Campaign& c, const CampaignFolder& folder, const CampaignCost& cost, std::int64_t ranks) {
  Json json{
      {"campaign", c.name},
      {"folder", folder.root()},
      {"rates",
       {{"particle_steps", cost.rates.particle_steps}, {"moves", cost.rates.moves}, {"source", cost.rates.source}}},
      {"ranks", ranks},
      {"core_hours", cost.coreSeconds() / 3600},
      {"wall_hours", cost.wallSeconds(ranks) / 3600},
      {"disk",
       {{"bytes", cost.disk.bytes()},
        {"states", cost.disk.states},
        {"labels", cost.disk.labels},
        {"frames", cost.disk.frames},
        {"features", cost.disk.features},
        {"files", cost.disk.files}}},
      {"stages", Json::array()}};
  for (const auto& stage : cost.stages) {
    Json work = Json::array();
    for (const auto& w : stage.work)
      work.push_back({{"amount", w.amount}, {"unit", w.unit}, {"core_hours", w.core_seconds / 3600}});
    json["stages"].push_back({{"stage", stage.stage},
                              {"tasks", stage.tasks},
                              {"task", stage.task},
                              {"work", work},
                              {"core_hours", stage.coreSeconds() / 3600},
                              {"wall_hours", stage.wallSeconds(ranks) / 3600},
                              {"remark", stage.remark}});
  }
  return json;
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
