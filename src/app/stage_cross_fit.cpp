// Cross-fitting, a part of the stage evaluate: each fit of one model in one fold on so many structures is a task, which
// leaves the predictions of the structures it has not seen as a part in work/crossfit.
#include <map>
#include <set>

#include "app/evaluation_json.hpp"
#include "app/label_store.hpp"
#include "app/learning_data.hpp"
#include "app/parents.hpp"
#include "app/stage.hpp"
#include "app/stage_monitor.hpp"
#include "app/training_monitor.hpp"
#include "core/error.hpp"
#include "io/prediction_file.hpp"
#include "io/sha256.hpp"
#include "io/text_file.hpp"
#include "ml/benchmark/cross_fit.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

constexpr const char* kPartsFolder = "crossfit";
constexpr const char* kStage = "crossfit";

/// One fit: a model, a fold, and the split of that fold with as many training structures as are wanted.
struct Fit {
  std::string model, part;  ///< name of the model, and of the file of its predictions
  Split split;
  std::string hash;  ///< of all that the predictions follow from
};

class CrossFit {
 public:
  CrossFit(const StageContext& context, const Split& split)
      : context_(context),
        source_(context.folder, context.times),
        splits_(ml::crossFitSplits(split, context.campaign.evaluate.folds)) {
    HashedFiles files(context.comm);
    for (const auto& model : makeModels(context.campaign)) {
      models_.push_back({model->name(), model->predictsLabels()});
      data_hashes_[model->name()] = crossFitHash(files, context.folder, split, *model);
    }
    for (const auto* part : {&split.train, &split.validation, &split.test})
      structures_.insert(structures_.end(), part->begin(), part->end());
    std::sort(structures_.begin(), structures_.end());
  }

  bool upToDate() const {
    return exists(context_.folder.crossFitScores()) &&
           isUpToDate(context_.folder, context_.folder.crossFitPredictions(), "predictions", hash());
  }
  void run() {
    fitAll();
    Json json = scoresHead(context_.folder);
    json["folds"] = Json::array();
    for (const Split& split : splits_) json["folds"].push_back(toJson(split));
    addScores(json, scores(models_, 0));
    json["learning_curve"] = learningCurve();
    par::together(context_.comm, [&] {
      if (context_.comm.root()) write(json);
    });
  }

 private:
  std::string partOf(const std::string& model, std::size_t fold, std::int64_t train) const;
  Fit fitOf(const std::string& model, std::size_t fold, std::int64_t train) const;
  std::string hash() const;
  std::vector<Fit> allFits() const;
  void fitAll() const;
  void fit(const Fit& fit, StageMonitor& monitor) const;
  ml::PredictedStructure predicted(std::int64_t structure, const std::vector<ml::ScoredModel>& models,
                                   std::int64_t train) const;
  ml::Evaluation scores(const std::vector<ml::ScoredModel>& models, std::int64_t train) const;
  Json learningCurve() const;
  void write(const Json& json) const;

  const StageContext& context_;
  CampaignSource source_;
  std::vector<Split> splits_;                       // of each fold
  std::map<std::string, std::string> data_hashes_;  // by model
  std::vector<ml::ScoredModel> models_;
  std::vector<std::int64_t> structures_;
};

/// `train` = 0: all training structures of the fold.
std::string CrossFit::partOf(const std::string& model, std::size_t fold, std::int64_t train) const {
  const auto all = static_cast<std::int64_t>(splits_[fold].train.size());
  return fmt::format("{}-fold{}-train{}", model, fold, train > 0 ? train : all);
}

Fit CrossFit::fitOf(const std::string& model, std::size_t fold, std::int64_t train) const {
  Fit fit{model, partOf(model, fold, train), train > 0 ? ml::withTrain(splits_[fold], train) : splits_[fold], ""};
  io::Sha256 hash;
  hash.update(fmt::format("{} {} {}", data_hashes_.at(model), model, toJson(fit.split).dump()));
  fit.hash = hash.hex();
  return fit;
}

std::vector<Fit> CrossFit::allFits() const {
  std::vector<Fit> fits;
  std::set<std::string> named;
  const auto add = [&](Fit fit) {
    if (named.insert(fit.part).second) fits.push_back(std::move(fit));
  };
  for (const auto& model : models_)
    for (std::size_t f = 0; f < splits_.size(); ++f) {
      add(fitOf(model.name, f, 0));
      if (!model.predicts_labels) continue;
      for (const std::int64_t train : context_.campaign.evaluate.learning_curve) add(fitOf(model.name, f, train));
    }
  std::stable_sort(fits.begin(), fits.end(),
                   [](const Fit& a, const Fit& b) { return a.split.train.size() > b.split.train.size(); });
  return fits;
}

/// Of the predictions and scores together.
std::string CrossFit::hash() const {
  const auto& evaluate = context_.campaign.evaluate;
  io::Sha256 hash;
  for (const Fit& fit : allFits()) hash.update(fit.hash);
  hash.update(fmt::format("curve {} threshold {} resamples {}", fmt::join(evaluate.learning_curve, " "),
                          evaluate.threshold, evaluate.resamples));
  return hash.hex();
}

void CrossFit::fitAll() const {
  std::vector<Fit> todo;
  par::together(context_.comm, [&] {
    for (Fit& fit : allFits()) {
      const std::string path = context_.folder.part(kPartsFolder, fit.part);
      if (!isUpToDate(context_.folder, path, "predictions", fit.hash)) todo.push_back(std::move(fit));
    }
  });
  runTasks(context_, kStage, "fits", static_cast<std::int64_t>(todo.size()),
           [&](std::int64_t task, StageMonitor& monitor) { fit(todo[static_cast<std::size_t>(task)], monitor); });
  par::together(context_.comm, [&] {
    if (context_.comm.root()) context_.folder.removeCheckpoints(kStage);
  });
}

/// By one process alone: there are more fits than processes, and the bits are those of any number of them.
void CrossFit::fit(const Fit& fit, StageMonitor& monitor) const {
  const auto model = modelToFit(context_.campaign, fit.model);
  const ml::TrainingView view(source_, fit.split);
  ml::SerialReducer reducer;
  monitor.keepAt(fit.part, "cross-fit " + fit.hash);
  const par::Communicator alone = par::Communicator::self();
  TrainingMonitor training(alone, monitor, {context_.folder.trainingLog(), fit.part, {}, {}});
  model->fitWatched(view, reducer, training);
  const auto layout = source_.labelLayout();
  std::vector<io::Prediction> predictions;
  for (const std::int64_t s : fit.split.test) {
    const auto one = ml::predictStructure(s, {model.get()}, source_, layout);
    for (const auto& [label, values] : one.predictions.front()) predictions.push_back({s, fit.model, label, values});
  }
  Manifest manifest = context_.folder.manifest("predictions");
  manifest.parent_hash = fit.hash;
  const ActivityScope files(context_.times, Activity::files);
  const std::string path = context_.folder.part(kPartsFolder, fit.part);
  makeParentFolder(path);
  io::writePredictions(path, manifest, predictions, context_.notes);
  monitor.forget();
}

ml::PredictedStructure CrossFit::predicted(std::int64_t structure, const std::vector<ml::ScoredModel>& models,
                                           std::int64_t train) const {
  const auto fold = static_cast<std::size_t>(
      std::find_if(splits_.begin(), splits_.end(),
                   [&](const Split& s) { return std::find(s.test.begin(), s.test.end(), structure) != s.test.end(); }) -
      splits_.begin());
  const ml::StructureSample sample = source_.labels(structure);
  ml::PredictedStructure one{structure, sample.species, sample.labels, {}};
  for (const auto& model : models) {
    const std::string path = context_.folder.part(kPartsFolder, partOf(model.name, fold, train));
    auto& by_label = one.predictions.emplace_back();
    for (const auto& field : sample.labels)
      for (auto& found : io::readPredictions(path, structure, field.name))
        by_label[field.name] = std::move(found.values);
  }
  return one;
}

ml::Evaluation CrossFit::scores(const std::vector<ml::ScoredModel>& models, std::int64_t train) const {
  std::map<std::int64_t, ml::PredictedStructure> held;
  const ml::PredictedSource source = [&](std::int64_t s) -> const ml::PredictedStructure& {
    const auto it = held.find(s);
    return it != held.end() ? it->second : held.emplace(s, predicted(s, models, train)).first->second;
  };
  ml::EvaluateOptions options = evaluateOptions(context_.campaign);
  for (const auto& model : models)
    if (!model.predicts_labels) options.baselines.push_back(model.name);
  MpiReducer reducer(context_.comm);
  auto evaluation = ml::scorePredictions(models, source, source_.labelLayout(), structures_, reducer, options);
  leaveOutBare(evaluation, options.baselines);
  return evaluation;
}

Json CrossFit::learningCurve() const {
  Json curve = Json::array();
  std::vector<ml::ScoredModel> learning;
  for (const auto& model : models_)
    if (model.predicts_labels) learning.push_back(model);
  if (learning.empty()) return curve;
  for (const std::int64_t train : context_.campaign.evaluate.learning_curve)
    for (const auto& result : scores(learning, train).results) {
      curve.push_back(toJson(result));
      curve.back()["train"] = train;
    }
  return curve;
}

/// The predictions come last: they say that both files are there.
void CrossFit::write(const Json& json) const {
  const ActivityScope files(context_.times, Activity::files);
  std::vector<io::Prediction> all;
  for (const std::int64_t s : structures_) {
    const auto one = predicted(s, models_, 0);
    for (std::size_t m = 0; m < models_.size(); ++m)
      for (const auto& [label, values] : one.predictions[m]) all.push_back({s, models_[m].name, label, values});
  }
  logTestScored(context_.folder, "run (cross-fit)", context_.campaign.models, structures_);
  io::writeText(context_.folder.crossFitScores(), json.dump(1) + "\n");
  Manifest manifest = context_.folder.manifest("predictions");
  manifest.parent_hash = hash();
  io::writePredictions(context_.folder.crossFitPredictions(), manifest, all, context_.notes);
  context_.folder.removeParts(kPartsFolder, context_.folder.parts(kPartsFolder));
}

}  // namespace

void crossFit(const StageContext& context) {
  CrossFit cross_fit(context, context.folder.split());
  bool done = false;
  par::together(context.comm, [&] { done = cross_fit.upToDate(); });
  if (!done) cross_fit.run();
}

}  // namespace glassforge::app
