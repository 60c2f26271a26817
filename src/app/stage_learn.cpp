// Stages describe, train and evaluate: descriptors, models fitted on the training part, scores on the test part.
#include <algorithm>
#include <map>
#include <set>

#include "app/descriptor_input.hpp"
#include "app/evaluation_json.hpp"
#include "app/label_store.hpp"
#include "app/learning_data.hpp"
#include "app/parents.hpp"
#include "app/stage.hpp"
#include "app/stage_monitor.hpp"
#include "app/state_store.hpp"
#include "app/training_monitor.hpp"
#include "core/error.hpp"
#include "io/feature_file.hpp"
#include "io/model_file.hpp"
#include "io/prediction_file.hpp"
#include "io/text_file.hpp"
#include "ml/benchmark/evaluate.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "ml/models/model.hpp"

namespace glassforge::app {
namespace {

/// The sets that the file of a shard has, sorted; none where it is missing or made from other states than these.
std::vector<std::string> storedSets(const CampaignFolder& folder, const Shard& shard, const std::string& states_hash) {
  const std::string path = folder.features(shard);
  if (!isUpToDate(folder, path, "features", states_hash)) return {};
  if (static_cast<std::int64_t>(io::featureIndices(path).size()) != shard.count) return {};
  return io::featureSetNames(path);
}

/// Describes the structures of a shard by the sets wanted and those that its file has, and writes the file.
void describeShard(const StageContext& context, const Shard& shard, std::vector<std::string> sets,
                   StageMonitor& monitor) {
  const auto& campaign = context.campaign;
  if (exists(context.folder.features(shard))) {
    for (auto& set : io::featureSetNames(context.folder.features(shard))) sets.push_back(std::move(set));
  }
  std::sort(sets.begin(), sets.end());
  sets.erase(std::unique(sets.begin(), sets.end()), sets.end());
  std::vector<io::StructureFeatures> features;
  for (std::int64_t s = shard.first; s < shard.first + shard.count; ++s) {
    const auto input = descriptorInput(campaign.system, campaign.engine.skin, storedState(context, s));
    io::StructureFeatures mine{s, {}};
    for (const auto& set : sets) {
      mine.sets.push_back(ml::makeDescriptor(set, campaign.system.mixture.species, input.dimension)->describe(input));
    }
    features.push_back(std::move(mine));
    monitor.report(static_cast<double>(s - shard.first + 1) / static_cast<double>(shard.count));
    monitor.obey();
  }
  const ActivityScope files(context.times, Activity::files);
  const std::string path = context.folder.features(shard);
  makeParentFolder(path);
  io::writeFeatures(path, context.folder.manifest("features", context.folder.states(shard)), features, context.notes);
}

bool hasLabels(const StageContext& context) {
  return exists(context.folder.labels(context.folder.shards().front()));
}

/// Fits one model and writes it. Collective.
void trainModel(const StageContext& context, ml::Model& model, const ml::TrainingView& view, const std::string& parent,
                StageMonitor& monitor, Progress& progress) {
  MpiReducer reducer(context.comm);
  monitor.keepAt(model.name(), "training " + parent);
  TrainingMonitor training(
      context.comm, monitor,
      {context.folder.trainingLog(), "", [&progress](const std::string& words) { progress.say(words); },
       [&progress](double share) { progress.goesOnFrom(share); }});
  model.fitWatched(view, reducer, training);
  par::together(context.comm, [&] {
    if (!context.comm.root()) return;
    const std::string path = context.folder.model(model.name());
    makeParentFolder(path);
    Manifest manifest = context.folder.manifest("model");
    manifest.parent_hash = parent;
    io::writeModel(path, manifest, model.save(), context.notes);
    monitor.forget();
  });
}

/// Names of the models that are not there as they are to be, and what each is fitted to, by name. Collective.
std::map<std::string, std::string> modelsToTrain(const StageContext& context, const Split& split) {
  HashedFiles files(context.comm);
  std::map<std::string, std::string> todo;
  for (const auto& model : makeModels(context.campaign))
    todo[model->name()] = trainingHash(files, context.folder, split, *model);
  par::together(context.comm, [&] {
    std::erase_if(todo, [&](const auto& entry) {
      return isUpToDate(context.folder, context.folder.model(entry.first), "model", entry.second);
    });
  });
  return todo;
}

/// Predictions of all ranks, sorted, on the root. Collective.
std::vector<io::Prediction> gatherPredictions(const StageContext& context, const std::vector<std::int64_t>& test,
                                              const std::vector<io::Prediction>& mine) {
  std::vector<std::pair<std::string, std::string>> kinds;  // the same on every rank: of the first test structure
  const std::string listed = [&] {
    std::string text;
    for (const auto& p : mine) {
      if (p.structure == test.front()) text += p.model + "\n" + p.label + "\n";
    }
    return text;
  }();
  const std::string all_kinds = fmt::format("{}", fmt::join(context.comm.allGather(listed), ""));
  for (std::size_t at = 0; at < all_kinds.size();) {
    const auto middle = all_kinds.find('\n', at), end = all_kinds.find('\n', middle + 1);
    kinds.emplace_back(all_kinds.substr(at, middle - at), all_kinds.substr(middle + 1, end - middle - 1));
    at = end + 1;
  }
  MpiReducer reducer(context.comm);
  std::vector<io::Prediction> all;
  for (const auto& [model, label] : kinds) {
    const auto blocks = reducer.gather(test, [&, m = model, l = label](std::int64_t structure) {
      const auto found = std::find_if(mine.begin(), mine.end(), [&](const io::Prediction& p) {
        return p.structure == structure && p.model == m && p.label == l;
      });
      auto block = found->values.values();
      block.insert(block.begin(), static_cast<double>(found->values.extent(0)));
      return block;
    });
    for (std::size_t k = 0; k < test.size(); ++k) {
      const auto T = static_cast<std::size_t>(blocks[k].front());
      const std::vector<double> values(blocks[k].begin() + 1, blocks[k].end());
      all.push_back({test[k], model, label, Array<double>({T, values.size() / T}, values)});
    }
  }
  return all;
}

}  // namespace

void describeStage(const StageContext& context) {
  const auto sets = wantedSets(context.campaign);
  if (sets.empty()) return;
  const auto& shards = context.folder.shards();
  std::vector<std::string> states;
  for (const auto& shard : shards) states.push_back(context.folder.states(shard));
  const auto hashes = contentHashes(context.comm, states);
  std::vector<Shard> todo;
  par::together(context.comm, [&] {
    for (std::size_t k = 0; k < shards.size(); ++k) {
      const auto there = storedSets(context.folder, shards[k], hashes[k]);
      if (!std::includes(there.begin(), there.end(), sets.begin(), sets.end())) todo.push_back(shards[k]);
    }
  });
  runTasks(context, "describe", "shards", static_cast<std::int64_t>(todo.size()),
           [&](std::int64_t task, StageMonitor& monitor) {
             describeShard(context, todo[static_cast<std::size_t>(task)], sets, monitor);
           });
}

void trainStage(const StageContext& context) {
  if (context.campaign.models.empty() || !hasLabels(context)) return;
  const CampaignSource source(context.folder, context.times);
  const Split split = context.folder.split();
  const ml::TrainingView view(source, split);
  const auto todo = modelsToTrain(context, split);
  std::vector<std::string> names;
  for (const auto& name : context.campaign.models)
    if (todo.contains(name)) names.push_back(name);
  Progress progress("train", "models", static_cast<std::int64_t>(names.size()), 1, context.folder.progressLog(),
                    !context.comm.root());
  for (std::size_t k = 0; k < names.size(); ++k) {
    par::together(context.comm, [&] { context.guard.check(); });
    progress.take(static_cast<std::int64_t>(k));
    progress.say("");
    StageMonitor monitor(
        context, "train", [&](double share) { progress.share(share); }, [] { return false; });
    std::unique_ptr<ml::Model> model;
    par::together(context.comm, [&] { model = modelToFit(context.campaign, names[k]); });
    trainModel(context, *model, view, todo.at(names[k]), monitor, progress);
    if (context.times && context.comm.root()) context.times->countTask();
  }
  progress.finish();
  par::together(context.comm, [&] {
    if (context.comm.root()) context.folder.removeCheckpoints("train");
  });
}

namespace {

/// Scores the models of [train] on the test part. Collective.
void scoreTestPart(const StageContext& context) {
  const Split split = context.folder.split();
  if (split.test.empty()) return;
  const std::string parent = evaluationHash(context.comm, context.folder, context.campaign.models, split);
  if (exists(context.folder.evaluation()) &&
      isUpToDate(context.folder, context.folder.predictions(), "predictions", parent)) {
    return;
  }
  const CampaignSource source(context.folder, context.times);
  auto models = makeModels(context.campaign);
  std::vector<const ml::Model*> fitted;
  ml::EvaluateOptions options = evaluateOptions(context.campaign);
  std::vector<io::Prediction> predictions;
  options.sink = [&](std::int64_t structure, const std::string& model, const std::string& label,
                     const Array<double>& values) {
    predictions.push_back({structure, model, label, values});
  };
  for (const auto& model : models) {
    model->load(io::readModel(context.folder.model(model->name())));
    if (!model->predictsLabels()) options.baselines.push_back(model->name());
    fitted.push_back(model.get());
  }
  MpiReducer reducer(context.comm);
  auto evaluation = ml::evaluate(fitted, source, split.test, reducer, options);
  leaveOutBare(evaluation, options.baselines);
  const auto all = gatherPredictions(context, split.test, predictions);
  par::together(context.comm, [&] {
    if (!context.comm.root()) return;
    logTestScored(context.folder, "run", context.campaign.models, split.test);
    nlohmann::json json = scoresHead(context.folder);
    json["split"] = toJson(split);
    addScores(json, evaluation);
    io::writeText(context.folder.evaluation(), json.dump(1) + "\n");
    Manifest manifest = context.folder.manifest("predictions");  // written last: it says that both files are there
    manifest.parent_hash = parent;
    io::writePredictions(context.folder.predictions(), manifest, all, context.notes);
  });
}

}  // namespace

void evaluateStage(const StageContext& context) {
  if (context.campaign.models.empty() || !hasLabels(context)) return;
  scoreTestPart(context);
  if (context.campaign.evaluate.folds > 0) crossFit(context);
}

}  // namespace glassforge::app
