#include "app/parents.hpp"

#include <set>

#include "core/error.hpp"
#include "io/hdf5.hpp"
#include "io/manifest_file.hpp"
#include "io/sha256.hpp"
#include "io/text_file.hpp"
#include "ml/models/graph_network.hpp"

namespace glassforge::app {
namespace {

constexpr std::size_t kHexDigits = 64;  // of a content hash

std::string hashOfText(const std::string& text) {
  io::Sha256 hash;
  hash.update(text);
  return hash.hex();
}

std::string combined(const std::vector<std::string>& hashes, const std::string& what_else) {
  return hashOfText(fmt::format("{}\n{}", what_else, fmt::join(hashes, "\n")));
}

enum class Features { read, where_there, unread };

/// Files of labels, of features, and of states where a model looks at more than labels hold, of the shards in which
/// these structures lie.
std::vector<std::string> dataFiles(const CampaignFolder& folder, const std::vector<std::vector<std::int64_t>>& parts,
                                   Features features, ml::Positions positions = ml::Positions::thermal) {
  std::set<std::string> files;
  for (const auto& part : parts) {
    for (const std::int64_t s : part) {
      const Shard& shard = folder.shardOf(s);
      files.insert(folder.labels(shard));
      const bool counts =
          features == Features::where_there ? exists(folder.features(shard)) : features == Features::read;
      if (counts) files.insert(folder.features(shard));
      if (positions != ml::Positions::thermal) files.insert(folder.states(shard));
    }
  }
  return {files.begin(), files.end()};
}

Features featuresOf(const ml::Model& model) {
  return model.descriptorSet().empty() ? Features::unread : Features::read;
}

/// Keys that came later, where they say something else than before they were there.
std::string saidBesides(const GraphLearning& g) {
  const GraphLearning unsaid;
  std::string words;
  if (g.optimiser != unsaid.optimiser) words += " optimiser " + g.optimiser;
  if (g.standardised) words += " standardised";
  if (g.positions != unsaid.positions) words += " positions " + g.positions;
  if (g.augmentation != unsaid.augmentation) words += " augmentation " + g.augmentation;
  return words;
}

std::string graphWords(const std::string& model, const GraphLearning& g) {
  const std::string initial = g.initial.empty() ? "" : hashOfText(io::readText(g.initial));
  return fmt::format(
      " {} networks {} batch {} passes {} {} validate {} rate {} {} beta1 {} clip {} decay {} nodes {} dropout {} "
      "labels {} times {} initial {}{}",
      model, g.networks, g.batch, g.pretrain_passes, g.passes, g.validate_every, g.rate, g.schedule, g.beta1, g.clip,
      g.decay, g.node_share, g.dropout, fmt::join(g.labels, " "), fmt::join(g.times, " "), initial, saidBesides(g));
}

/// How a model learns, in words; nothing where all is as it is by default, as in folders of before.
std::string learningWords(LearningSettings learning, const std::string& model) {
  if (ml::isGraphNetwork(model))
    return graphWords(model, learning.graph(model)) + fmt::format(" species {}", fmt::join(learning.species, " "));
  LearningSettings unsaid;
  unsaid.seed = learning.seed;
  learning.graphs = unsaid.graphs;
  if (learning == unsaid) return "";
  return fmt::format(" networks {} epochs {} softness share {} species {}", learning.networks,
                     fmt::join(learning.epochs, " "), learning.softness_share, fmt::join(learning.species, " "));
}

}  // namespace

std::vector<std::string> contentHashes(const par::Communicator& comm, const std::vector<std::string>& files) {
  const auto size = static_cast<std::size_t>(comm.size());
  std::string mine;
  par::together(comm, [&] {
    for (auto k = static_cast<std::size_t>(comm.rank()); k < files.size(); k += size) mine += io::contentHash(files[k]);
  });
  const auto all = comm.allGather(mine);
  std::vector<std::string> hashes;
  for (std::size_t k = 0; k < files.size(); ++k) {
    hashes.push_back(all[k % size].substr(k / size * kHexDigits, kHexDigits));
  }
  return hashes;
}

std::vector<std::string> HashedFiles::of(const std::vector<std::string>& files) {
  std::vector<std::string> unknown;
  for (const auto& file : files)
    if (!known_.contains(file)) unknown.push_back(file);
  const auto found = contentHashes(comm_, unknown);
  for (std::size_t k = 0; k < unknown.size(); ++k) known_[unknown[k]] = found[k];
  std::vector<std::string> hashes;
  for (const auto& file : files) hashes.push_back(known_.at(file));
  return hashes;
}

std::string hashOfFiles(const par::Communicator& comm, const std::vector<std::string>& files,
                        const std::string& what_else) {
  return combined(contentHashes(comm, files), what_else);
}

std::string trainingHash(HashedFiles& files, const CampaignFolder& folder, const Split& split, const ml::Model& model) {
  const std::string parts =
      fmt::format("train {} validation {}", fmt::join(split.train, " "), fmt::join(split.validation, " "));
  return combined(files.of(dataFiles(folder, {split.train, split.validation}, featuresOf(model), model.positions())),
                  parts + learningWords(folder.campaign().learning, model.name()));
}

std::string crossFitHash(HashedFiles& files, const CampaignFolder& folder, const Split& split, const ml::Model& model) {
  return combined(
      files.of(dataFiles(folder, {split.train, split.validation, split.test}, featuresOf(model), model.positions())),
      "cross-fit" + learningWords(folder.campaign().learning, model.name()));
}

std::string evaluationHash(const par::Communicator& comm, const CampaignFolder& folder,
                           const std::vector<std::string>& models, const Split& split) {
  auto files = dataFiles(folder, {split.test}, Features::where_there);
  for (const auto& model : models) files.push_back(folder.model(model));
  if (exists(folder.dynamics())) files.push_back(folder.dynamics());
  return hashOfFiles(comm, files,
                     fmt::format("train {} validation {} test {} models {}", fmt::join(split.train, " "),
                                 fmt::join(split.validation, " "), fmt::join(split.test, " "), fmt::join(models, " ")));
}

bool isUpToDate(const CampaignFolder& folder, const std::string& path, const std::string& kind,
                const std::string& parent_hash) {
  if (!exists(path)) return false;
  const Manifest there = io::readManifest(path);
  io::checkManifest(path, there, folder.manifest(kind));
  return there.parent_hash == parent_hash;
}

}  // namespace glassforge::app
