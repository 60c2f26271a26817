// glassforge evaluate: scores on the test part, of one campaign or of one campaign's models on others (transfer).
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "app/campaign_session.hpp"
#include "app/commands.hpp"
#include "app/estimate.hpp"
#include "app/evaluation_json.hpp"
#include "app/learning_data.hpp"
#include "core/error.hpp"
#include "io/dynamics_file.hpp"
#include "io/model_file.hpp"
#include "io/text_file.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

struct EvaluateCommandOptions {
  std::vector<std::string> campaigns;
  bool as_json = false;
};

/// Scores of one campaign's models on the test part of one campaign.
struct Scored {
  std::string trained_on, campaign;
  double trained_temperature = 0, temperature = 0;
  double tau_alpha = 0;  ///< of the campaign scored on; NaN where it is not known
  ml::Evaluation evaluation;
};

/// Says what is missing before anything is computed.
void requireScorable(const CampaignFolder& folder) {
  require<FileError>(exists(folder.labels(folder.shards().front())),
                     "{}: there are no labels yet; run the campaign up to the stage label first", folder.root());
  const auto split = folder.storedSplit();
  require<FileError>(split.has_value(), "{}: there is no split yet; run the campaign up to the stage label first",
                     folder.root());
  require(!split->test.empty(), "{}: the test part is empty; models are scored where split.test is above 0",
          folder.root());
}

void requireTrained(const CampaignFolder& folder, const Campaign& campaign) {
  require(!campaign.models.empty(), "{}: the campaign names no models; add [train] models = [...] to {} and run it",
          folder.root(), folder.campaignFile());
  for (const auto& model : campaign.models) {
    require<FileError>(exists(folder.model(model)), "{}: missing; run the campaign up to the stage train first",
                       folder.model(model));
  }
}

std::vector<std::unique_ptr<ml::Model>> loadModels(const CampaignFolder& folder, const Campaign& campaign) {
  auto models = makeModels(campaign);
  for (const auto& model : models) model->load(io::readModel(folder.model(model->name())));
  return models;
}

bool isTrained(const OpenedCampaign& opened) {
  const CampaignFolder folder(opened.root, opened.campaign);
  const auto& names = opened.campaign.models;
  return !names.empty() &&
         std::all_of(names.begin(), names.end(), [&](const auto& n) { return exists(folder.model(n)); });
}

Scored scoreOn(const OpenedCampaign& trained, const std::vector<std::unique_ptr<ml::Model>>& models,
               const OpenedCampaign& target, const par::Communicator& comm) {
  const CampaignFolder folder(target.root, target.campaign);
  const CampaignSource source(folder);
  ml::EvaluateOptions options = evaluateOptions(target.campaign);
  options.same_times = &trained == &target;
  std::vector<const ml::Model*> fitted;
  for (const auto& model : models) {
    if (!model->predictsLabels()) options.baselines.push_back(model->name());
    fitted.push_back(model.get());
  }
  const auto test = folder.storedSplit().value().test;
  MpiReducer reducer(comm);
  Scored scored{trained.campaign.name,
                target.campaign.name,
                trained.campaign.system.temperature,
                target.campaign.system.temperature,
                std::numeric_limits<double>::quiet_NaN(),
                ml::evaluate(fitted, source, test, reducer, options)};
  par::together(comm, [&] {
    if (exists(folder.dynamics())) scored.tau_alpha = io::readDynamics(folder.dynamics()).tau_alpha;
    if (comm.root()) logTestScored(folder, "evaluate", trained.campaign.models, test);
  });
  return scored;
}

/// Everything that has models on everything; the models of the first campaign come first.
std::vector<Scored> scoreAll(const std::vector<OpenedCampaign>& opened, const par::Communicator& comm) {
  std::vector<Scored> all;
  for (const auto& trained : opened) {
    if (!isTrained(trained)) continue;
    const auto models = loadModels(CampaignFolder(trained.root, trained.campaign), trained.campaign);
    for (const auto& target : opened) all.push_back(scoreOn(trained, models, target, comm));
  }
  return all;
}

Json withPlace(Json one, const Scored& scored) {
  one["campaign"] = scored.campaign;
  one["temperature"] = scored.temperature;
  one["tau_alpha"] = jsonNumber(scored.tau_alpha);
  return one;
}

Json transferJson(const std::vector<Scored>& all, std::size_t campaigns) {
  Json json{{"trained_on", {{"campaign", all[0].trained_on}, {"temperature", all[0].trained_temperature}}},
            {"results", Json::array()},
            {"comparisons", Json::array()},
            {"matrix", Json::array()}};
  for (std::size_t k = 0; k < all.size(); ++k) {
    for (const auto& result : all[k].evaluation.results) {
      Json one = withPlace(toJson(result), all[k]);
      if (k < campaigns) json["results"].push_back(one);
      one["trained_on"] = {{"campaign", all[k].trained_on}, {"temperature", all[k].trained_temperature}};
      json["matrix"].push_back(std::move(one));
    }
    for (const auto& comparison : all[k].evaluation.comparisons)
      if (k < campaigns) json["comparisons"].push_back(withPlace(toJson(comparison), all[k]));
  }
  return json;
}

/// Of the label times the one nearest to tau_alpha; the last where tau_alpha is not known.
double timeShown(const Scored& scored, const std::string& label) {
  double shown = 0, nearest = std::numeric_limits<double>::infinity();
  for (const auto& r : scored.evaluation.results) {
    if (r.label != label) continue;
    const double distance = std::abs(std::log(r.time / scored.tau_alpha));
    if (std::isfinite(distance) ? distance < nearest : r.time > shown) shown = r.time;
    nearest = std::min(nearest, std::isfinite(distance) ? distance : nearest);
  }
  return shown;
}

/// Test temperature by training temperature, a table for every label and model.
void printMatrix(const std::vector<Scored>& all, std::size_t campaigns) {
  std::map<std::string, std::vector<std::string>> tables;  // by title: a row for each campaign scored on
  for (std::size_t k = 0; k < all.size(); ++k)
    for (const auto& r : all[k].evaluation.results) {
      if (r.time != timeShown(all[k], r.label)) continue;
      auto& rows = tables[r.label + ", " + r.model];
      rows.resize(campaigns);
      auto& row = rows[k % campaigns];
      if (row.empty()) row = fmt::format("    {:<26} t = {:<8.4g}", all[k].campaign, r.time);
      row += fmt::format("  {:>6.3f} +- {:<6.3f}", r.pearson_pooled, r.error);
    }
  fmt::print("\nTransfer: rows scored on, columns trained on");
  for (std::size_t k = 0; k < all.size(); k += campaigns) fmt::print("  T = {}", all[k].trained_temperature);
  fmt::print("\n");
  for (const auto& [title, rows] : tables) fmt::print("  {}\n{}\n", title, fmt::join(rows, "\n"));
}

/// A cell for each time, empty where the model has not learnt it.
std::string cellsOf(const std::set<double>& times, const std::map<double, double>& row) {
  std::string cells;
  for (const double time : times) {
    const auto found = row.find(time);
    cells += found == row.end() ? fmt::format("{:>12}", "-") : fmt::format("{:>12.3f}", found->second);
  }
  return cells;
}

/// One table a campaign: a row for every model and label, a column for every time.
void print(const std::vector<Scored>& all, std::size_t campaigns) {
  fmt::print("Pearson correlation on test structures, models trained on {} (T = {})\n", all[0].trained_on,
             all[0].trained_temperature);
  for (std::size_t k = 0; k < campaigns; ++k) {
    const Scored& scored = all[k];
    std::map<std::string, std::set<double>> times;                                   // by label
    std::map<std::string, std::map<std::string, std::map<double, double>>> pearson;  // by label, model, time
    for (const auto& r : scored.evaluation.results) {
      times[r.label].insert(r.time);
      pearson[r.label][r.model][r.time] = r.pearson_pooled;
    }
    fmt::print("\non {} (T = {})\n", scored.campaign, scored.temperature);
    for (const auto& [label, models] : pearson) {
      std::string head;
      for (const double time : times[label]) head += fmt::format("{:>12.4g}", time);
      fmt::print("  {:<28}{}\n", label + ", t", head);
      for (const auto& [model, row] : models) fmt::print("    {:<26}{}\n", model, cellsOf(times[label], row));
    }
  }
  printMatrix(all, campaigns);
}

int evaluateOne(const OpenedCampaign& opened, bool as_json, const par::Communicator& comm) {
  const CampaignSession session(comm, opened.campaign, opened.root);
  evaluateStage(session.context());
  if (!comm.root()) return 0;
  if (as_json) {
    fmt::print("{}", io::readText(session.folder().evaluation()));
  } else {
    fmt::print("{}", describeOutcome(session.folder(), "evaluate"));
  }
  return 0;
}

int evaluateTransfer(const std::vector<OpenedCampaign>& opened, bool as_json, const par::Communicator& comm) {
  const auto all = scoreAll(opened, comm);
  par::together(comm, [&] {
    if (!comm.root()) return;
    const std::string text = transferJson(all, opened.size()).dump(1) + "\n";
    io::writeText(CampaignFolder(opened[0].root, opened[0].campaign).transfer(), text);
    if (as_json) {
      fmt::print("{}", text);
    } else {
      print(all, opened.size());
    }
  });
  return 0;
}

int evaluateCampaigns(const EvaluateCommandOptions& options, const par::Communicator& comm) {
  std::vector<OpenedCampaign> opened;
  par::together(comm, [&] {
    for (const auto& name : options.campaigns) {
      opened.push_back(openCampaign(name));
      const auto& [root, campaign] = opened.back();
      const CampaignFolder folder(root, campaign);
      if (opened.size() == 1) requireTrained(folder, campaign);
      requireScorable(folder);
    }
  });
  return opened.size() == 1 ? evaluateOne(opened[0], options.as_json, comm)
                            : evaluateTransfer(opened, options.as_json, comm);
}

}  // namespace

void addEvaluateCommand(CLI::App& app, Action& action) {
  auto options = std::make_shared<EvaluateCommandOptions>();
  auto* command = app.add_subcommand("evaluate", "Score trained models on the test structures");
  command->add_option("CAMPAIGN", options->campaigns, "Campaign folders, or the campaign.toml in them")->required();
  command->add_flag("--json", options->as_json, "Print one JSON object");
  command->footer(
      "One campaign: its models on its test part; also written to CAMPAIGN/evaluation.json.\n"
      "Several: the models of each that has some on the test part of each, label times matched by their order "
      "(transfer\n"
      "between temperatures); also written to transfer.json in the folder of the first, from which its report is "
      "drawn.");
  command->callback([options, &action] {
    action = [options](const par::Communicator& comm) { return evaluateCampaigns(*options, comm); };
  });
}

}  // namespace glassforge::app
