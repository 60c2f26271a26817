#include "app/parents.hpp"

#include <set>

#include "core/error.hpp"
#include "io/hdf5.hpp"
#include "io/manifest_file.hpp"
#include "io/sha256.hpp"

namespace glassforge::app {
namespace {

constexpr std::size_t kHexDigits = 64;  // of a content hash

/// Files of labels and features of the shards in which these structures lie.
std::vector<std::string> dataFiles(const CampaignFolder& folder, const std::vector<std::vector<std::int64_t>>& parts) {
  std::set<std::string> files;
  for (const auto& part : parts) {
    for (const std::int64_t s : part) {
      const Shard& shard = folder.shardOf(s);
      files.insert({folder.labels(shard), folder.features(shard)});
    }
  }
  return {files.begin(), files.end()};
}

/// How models learn, in words; nothing where all is as it is by default, as in folders of before.
std::string learningWords(const LearningSettings& learning) {
  LearningSettings unsaid;
  unsaid.seed = learning.seed;
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

std::string hashOfFiles(const par::Communicator& comm, const std::vector<std::string>& files,
                        const std::string& what_else) {
  io::Sha256 hash;
  hash.update(fmt::format("{}\n{}", what_else, fmt::join(contentHashes(comm, files), "\n")));
  return hash.hex();
}

std::string trainingHash(const par::Communicator& comm, const CampaignFolder& folder, const Split& split) {
  const std::string parts =
      fmt::format("train {} validation {}", fmt::join(split.train, " "), fmt::join(split.validation, " "));
  return hashOfFiles(comm, dataFiles(folder, {split.train, split.validation}),
                     parts + learningWords(folder.campaign().learning));
}

std::string crossFitHash(const par::Communicator& comm, const CampaignFolder& folder, const Split& split) {
  return hashOfFiles(comm, dataFiles(folder, {split.train, split.validation, split.test}),
                     "cross-fit" + learningWords(folder.campaign().learning));
}

std::string evaluationHash(const par::Communicator& comm, const CampaignFolder& folder,
                           const std::vector<std::string>& models, const Split& split) {
  auto files = dataFiles(folder, {split.test});
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
