/// What a file was made from: hashes over content, recorded in manifests, by which a file is known to be up to date.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/campaign_folder.hpp"
#include "ml/models/model.hpp"
#include "par/communicator.hpp"

namespace glassforge::app {

/// Content hashes of files, in their order, on every rank; the reading is shared out. FileError where one is missing.
/// Collective.
std::vector<std::string> contentHashes(const par::Communicator& comm, const std::vector<std::string>& files);

/// Content hashes, each file read once.
class HashedFiles {
 public:
  explicit HashedFiles(const par::Communicator& comm) : comm_(comm) {}
  /// As contentHashes. Collective.
  std::vector<std::string> of(const std::vector<std::string>& files);

 private:
  const par::Communicator& comm_;
  std::map<std::string, std::string> known_;
};

/// One hash of several files and of what else counts, in words. Collective.
std::string hashOfFiles(const par::Communicator& comm, const std::vector<std::string>& files,
                        const std::string& what_else);

/// Hash of what a model is fitted to: labels of the training and validation structures, features where it reads a
/// descriptor set, and how it learns. Of a network on graphs only its own settings count, and they count for no other
/// model. Collective.
std::string trainingHash(HashedFiles& files, const CampaignFolder& folder, const Split& split, const ml::Model& model);

/// Hash of what scores follow from: models, and labels and features (where there are any) of the test structures.
/// Collective.
std::string evaluationHash(const par::Communicator& comm, const CampaignFolder& folder,
                           const std::vector<std::string>& models, const Split& split);

/// Hash of what the fits of cross-fitting of a model follow from, but for their splits: as that of its training, over
/// all structures of the split. Collective.
std::string crossFitHash(HashedFiles& files, const CampaignFolder& folder, const Split& split, const ml::Model& model);

/// True where the file is there and was made from what has this hash. FileError where it belongs to another campaign.
bool isUpToDate(const CampaignFolder& folder, const std::string& path, const std::string& kind,
                const std::string& parent_hash);

}  // namespace glassforge::app
