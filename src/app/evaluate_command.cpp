// glassforge evaluate: scores on the test part, of one campaign or of one campaign's models on others (transfer).
#include <map>

#include "app/campaign_session.hpp"
#include "app/commands.hpp"
#include "app/estimate.hpp"
#include "app/evaluation_json.hpp"
#include "app/learning_data.hpp"
#include "core/error.hpp"
#include "io/model_file.hpp"
#include "io/text_file.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

struct EvaluateCommandOptions {
  std::vector<std::string> campaigns;
  bool as_json = false;
};

/// Scores of the first campaign's models on the test part of one campaign.
struct Scored {
  std::string campaign;
  double temperature = 0;
  ml::Evaluation evaluation;
};

/// Says what is missing before anything is computed.
void requireScorable(const CampaignFolder& folder) {
  require<FileError>(exists(folder.labels(folder.shards().front())),
                     "{}: there are no labels yet; run the campaign up to the stage label first", folder.root());
  const auto split = folder.storedSplit();
  require<FileError>(split.has_value(), "{}: there is no split yet; run the campaign up to the stage label first", folder.root());
  require(!split->test.empty(), "{}: the test part is empty; models are scored where split.test is above 0", folder.root());
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

Scored scoreOn(const OpenedCampaign& target, const std::vector<std::unique_ptr<ml::Model>>& models, bool own,
               const par::Communicator& comm) {
  const CampaignFolder folder(target.root, target.campaign);
  const CampaignSource source(folder);
  ml::EvaluateOptions options;
  options.species_names = target.campaign.system.mixture.species;
  options.same_times = own;
  std::vector<const ml::Model*> fitted;
  for (const auto& model : models) {
    if (!model->predictsLabels()) options.baselines.push_back(model->name());
    fitted.push_back(model.get());
  }
  const auto test = folder.storedSplit().value().test;
  MpiReducer reducer(comm);
  return {target.campaign.name, target.campaign.system.temperature, ml::evaluate(fitted, source, test, reducer, options)};
}

Json transferJson(const std::vector<Scored>& all) {
  Json json{{"trained_on", {{"campaign", all[0].campaign}, {"temperature", all[0].temperature}}},
            {"results", Json::array()},
            {"comparisons", Json::array()}};
  const auto append = [](Json& list, const auto& entries, const Scored& scored) {
    for (const auto& entry : entries) {
      Json one = toJson(entry);
      one["campaign"] = scored.campaign;
      one["temperature"] = scored.temperature;
      list.push_back(std::move(one));
    }
  };
  for (const auto& scored : all) {
    append(json["results"], scored.evaluation.results, scored);
    append(json["comparisons"], scored.evaluation.comparisons, scored);
  }
  return json;
}

/// One table a campaign: a row for every model and label, a column for every time.
void print(const std::vector<Scored>& all) {
  fmt::print("Pearson correlation on test structures, models trained on {} (T = {})\n", all[0].campaign, all[0].temperature);
  for (const auto& scored : all) {
    std::map<std::pair<std::string, std::string>, std::string> rows;
    std::map<std::string, std::string> times;
    for (const auto& r : scored.evaluation.results) {
      rows[{r.label, r.model}] += fmt::format("{:>12.3f}", r.pearson_pooled);
      if (r.model == scored.evaluation.results.front().model) times[r.label] += fmt::format("{:>12.4g}", r.time);
    }
    fmt::print("\non {} (T = {})\n", scored.campaign, scored.temperature);
    std::string label;
    for (const auto& [key, cells] : rows) {
      if (key.first != label) fmt::print("  {:<28}{}\n", key.first + ", t", times[key.first]);
      label = key.first;
      fmt::print("    {:<26}{}\n", key.second, cells);
    }
  }
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
  const auto models = loadModels(CampaignFolder(opened[0].root, opened[0].campaign), opened[0].campaign);
  std::vector<Scored> all;
  for (std::size_t k = 0; k < opened.size(); ++k) all.push_back(scoreOn(opened[k], models, k == 0, comm));
  if (!comm.root()) return 0;
  if (as_json) {
    fmt::print("{}\n", transferJson(all).dump(1));
  } else {
    print(all);
  }
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
      "Several: the models of the first on the test part of each, label times matched by their order (transfer between\n"
      "temperatures); printed only.");
  command->callback([options, &action] {
    action = [options](const par::Communicator& comm) { return evaluateCampaigns(*options, comm); };
  });
}

}  // namespace glassforge::app
