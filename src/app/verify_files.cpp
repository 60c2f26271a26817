// Invariants of files as wholes: manifests, checksums, parents, split, certificates, scores.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "app/certificate_summary.hpp"
#include "app/dataset.hpp"
#include "app/label_store.hpp"
#include "app/learning_data.hpp"
#include "app/parents.hpp"
#include "app/state_store.hpp"
#include "app/verify.hpp"
#include "core/error.hpp"
#include "io/dataset_file.hpp"
#include "io/feature_file.hpp"
#include "io/hdf5.hpp"
#include "io/label_file.hpp"
#include "io/prediction_file.hpp"
#include "io/text_file.hpp"
#include "ml/benchmark/metrics.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

const std::string kParents = "files were made from the files that are there now";
const std::string kSplit = "the split is disjoint and names structures of the campaign";
const std::string kScores = "scores follow from predictions and labels";
const std::string kCertificate = "certificates are there and passed";
constexpr double kSameScore = 1e-9;

std::string nameOf(const VerifyContext& context, const std::string& path) {
  return std::filesystem::path(path).lexically_relative(context.folder.root()).string();
}

/// Reads every byte that counts: HDF5's checksums are checked on the way.
void verifyWhole(VerifyContext& context, const std::string& path, const std::string& kind) {
  if (!exists(path)) return;
  std::string why;
  try {
    io::checkManifest(path, io::readManifest(path), context.folder.manifest(kind));
    io::contentHash(path);
    if (kind == "dataset") io::checkDataset(path);
  } catch (const Error& error) {
    why = error.what();
    context.unreadable.insert(path);
  }
  context.result.check(kFilesAreWhole, why.empty(), [&] { return why; });
}

void verifyWholes(VerifyContext& context) {
  const auto& folder = context.folder;
  for (const auto& shard : folder.shards()) {
    verifyWhole(context, folder.states(shard), "states");
    verifyWhole(context, folder.labels(shard), "labels");
    verifyWhole(context, folder.features(shard), "features");
  }
  verifyWhole(context, folder.dynamics(), "dynamics");
  for (const auto& model : context.campaign.models) verifyWhole(context, folder.model(model), "model");
  verifyWhole(context, folder.predictions(), "predictions");
  verifyWhole(context, folder.dataset(), "dataset");
}

/// True where the labels start from the positions that the states have: states may have been added to since (inherent
/// states).
bool sameStart(const CampaignFolder& folder, const Shard& shard) {
  std::map<std::int64_t, StructureState> states;
  for (auto& state : storedStates(folder, shard)) states.emplace(state.index, std::move(state));
  for (const auto index : io::labelIndices(folder.labels(shard))) {
    const auto found = states.find(index);
    if (found == states.end()) return false;
    const auto labels = io::readLabels(folder.labels(shard), index);
    const auto x = found->second.thermal.unwrapped();
    if (labels.species != found->second.thermal.species || labels.thermal.size() != x.size()) return false;
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (!(std::abs(x[k] - labels.thermal.values()[k]) <= 1e-12 * (1 + std::abs(x[k])))) return false;
    }
  }
  return true;
}

void verifyShardParents(VerifyContext& context, const Shard& shard) {
  const auto& folder = context.folder;
  const std::string states = folder.states(shard), labels = folder.labels(shard), features = folder.features(shard);
  for (const auto& child : {labels, features}) {
    if (!context.readable(child)) continue;
    if (!context.readable(states)) {
      context.result.check(kParents, false, [&] {
        return fmt::format("{}: its states, {}, are missing or damaged", nameOf(context, child),
                           nameOf(context, states));
      });
      continue;
    }
    const bool same = io::readManifest(child).parent_hash == io::contentHash(states);
    context.result.check(kParents, same || (child == labels && sameStart(folder, shard)), [&] {
      return fmt::format("{}: {} has changed since{}", nameOf(context, child), nameOf(context, states),
                         child == features ? "; run makes the features again" : ", start positions included");
    });
  }
}

void verifyDatasetParents(VerifyContext& context) {
  const std::string path = context.folder.dataset();
  if (!context.unreadable.empty() || !exists(path)) return;
  const auto parents = datasetParents(context.comm, context.folder, context.campaign);
  context.result.check(kParents, io::readManifest(path).parent_hash == parents.hash, [] {
    return std::string("dataset.h5: states, labels or split have changed since; run makes it again");
  });
}

void verifyParts(VerifyContext& context) {
  for (const auto* stage : {"equilibrate", "quench", "launch"}) {
    const auto parts = context.folder.parts(stage);
    if (!parts.empty()) {
      context.result.note(fmt::format("{} finished parts of the stage {} are not merged yet and were not verified",
                                      parts.size(), stage));
    }
  }
}

void verifySplit(VerifyContext& context) {
  std::optional<Split> split;
  std::string why;
  try {
    split = context.folder.storedSplit();
  } catch (const Error& error) {
    why = error.what();
  }
  if (!split && why.empty()) return context.result.note("no split is stored yet");
  std::map<std::int64_t, int> seen;
  if (split) {
    for (const auto* part : {&split->train, &split->validation, &split->test}) {
      for (const auto s : *part) ++seen[s];
    }
  }
  for (const auto& [s, times] : seen) {
    if (times > 1) why += fmt::format("{}structure {} is in {} parts", why.empty() ? "split.json: " : "; ", s, times);
    if (s < 0 || s >= context.campaign.system.structures) {
      why += fmt::format("{}structure {} is not one of the campaign", why.empty() ? "split.json: " : "; ", s);
    }
  }
  context.result.check(kSplit, why.empty(), [&] { return why; });
}

void verifyCertificates(VerifyContext& context) {
  if (!context.unreadable.empty()) return;
  const auto summary = summariseCertificates(context.folder);
  const bool there = summary.ensemble || summary.structures > 0;
  const bool passed = there && summary.failed.empty() && (!summary.ensemble || summary.ensemble_passed);
  const std::string words =
      !there   ? "the campaign has no certificate of equilibrium"
      : passed ? "the certificates passed"
               : fmt::format("certificates that did not pass: {}{}{}",
                             summary.ensemble && !summary.ensemble_passed ? "of the ensemble" : "",
                             summary.ensemble && !summary.ensemble_passed && !summary.failed.empty() ? "; " : "",
                             fmt::join(summary.failed, "; "));
  if (context.require_certificate) {
    context.result.check(kCertificate, passed, [&] { return words; });
  } else {
    context.result.note(words);
  }
}

/// Moments of predictions and labels of the first species, structure by structure, by (model, label, time): pooled in
/// the order of the split, as the scores were.
class PooledScores {
 public:
  PooledScores(const VerifyContext& context, const Split& split) {
    for (const auto s : split.test) {
      const auto labels = storedLabels(context.folder, s);
      for (const auto* label : {"displacement", "bond_breaking"}) {
        const auto& truth = std::string(label) == "displacement" ? labels.displacement : labels.bond_breaking;
        for (const auto& p : io::readPredictions(context.folder.predictions(), s, label)) add(p, truth, labels);
      }
    }
  }

  double pearson(const std::string& model, const std::string& label, double time) const {
    const auto found = structures_.find({model, label, time});
    return found == structures_.end() ? std::nan("") : ml::pool(found->second).pearson();
  }

 private:
  void add(const io::Prediction& p, const Array<double>& truth, const StructureLabels& labels) {
    if (truth.shape() != p.values.shape()) return;
    for (std::size_t t = 0; t < labels.times.size(); ++t) {
      std::vector<double> predicted, true_values;
      for (std::size_t i = 0; i < labels.species.size(); ++i) {
        if (labels.species[i] != 0) continue;
        predicted.push_back(p.values(t, i));
        true_values.push_back(truth(t, i));
      }
      structures_[{p.model, p.label, labels.times[t]}].push_back(ml::Moments::of(predicted, true_values));
    }
  }
  std::map<std::tuple<std::string, std::string, double>, std::vector<ml::Moments>> structures_;
};

void verifyScores(VerifyContext& context, const Split& split) {
  const auto& folder = context.folder;
  const Json evaluation = Json::parse(io::readText(folder.evaluation()), nullptr, false);
  if (evaluation.is_discarded() || !evaluation.contains("results")) {
    return context.result.check(kScores, false, [] { return "evaluation.json: damaged"; });
  }
  const PooledScores scores(context, split);
  for (const auto& r : evaluation["results"]) {
    if (!r.contains("pearson_pooled") || !r["pearson_pooled"].is_number()) continue;
    const double stored = r["pearson_pooled"],
                 found = scores.pearson(r.value("model", ""), r.value("label", ""), r.value("time", 0.0));
    context.result.check(kScores, std::abs(stored - found) < kSameScore, [&] {
      return fmt::format("evaluation.json: {} of {} at t = {}: Pearson {} stored, {} from evaluation.h5 and the labels",
                         r.value("model", ""), r.value("label", ""), r.value("time", 0.0), stored, found);
    });
  }
}

}  // namespace

void verifyFiles(VerifyContext& context) {
  verifyWholes(context);
  for (const auto& shard : context.folder.shards()) verifyShardParents(context, shard);
  verifyDatasetParents(context);
  verifyParts(context);
  verifySplit(context);
  verifyCertificates(context);
}

void verifyLearning(VerifyContext& context) {
  const auto& folder = context.folder;
  const auto split = folder.storedSplit();
  if (!split || context.campaign.models.empty() || !context.unreadable.empty()) return;
  for (const auto& part : {split->train, split->validation, split->test}) {
    for (const auto s : part) {
      if (s < 0 || s >= context.campaign.system.structures) return;  // told by the split
      const auto& shard = folder.shardOf(s);
      if (!exists(folder.labels(shard))) return;
      if (!exists(folder.features(shard)) && !wantedSets(context.campaign).empty()) return;
    }
  }
  const auto made_from = [&](const std::string& path, const std::string& hash, const char* what) {
    context.result.check(kParents, io::readManifest(path).parent_hash == hash, [&] {
      return fmt::format("{}: {} have changed since; run makes it again", nameOf(context, path), what);
    });
  };
  bool all_models = true;
  HashedFiles files(context.comm);
  for (const auto& model : makeModels(context.campaign)) {
    const std::string path = folder.model(model->name());
    all_models = all_models && exists(path);
    if (exists(path))
      made_from(path, trainingHash(files, folder, *split, *model),
                "labels, features or split of its training structures, or how it learns,");
  }
  if (!all_models || !exists(folder.predictions()) || !exists(folder.evaluation())) return;
  made_from(folder.predictions(), evaluationHash(context.comm, folder, context.campaign.models, *split),
            "models, or labels or features of the test structures,");
  verifyScores(context, *split);
}

}  // namespace glassforge::app
