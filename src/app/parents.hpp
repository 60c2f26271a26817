/// What a file was made from: hashes over content, recorded in manifests, by which a file is known to be up to date.
#pragma once

#include <string>
#include <vector>

#include "app/campaign_folder.hpp"
#include "par/communicator.hpp"

namespace glassforge::app {

/// Content hashes of files, in their order, on every rank; the reading is shared out. FileError where one is missing.
/// Collective.
std::vector<std::string> contentHashes(const par::Communicator& comm, const std::vector<std::string>& files);

/// One hash of several files and of what else counts, in words. Collective.
std::string hashOfFiles(const par::Communicator& comm, const std::vector<std::string>& files,
                        const std::string& what_else);

/// Hash of what models are fitted to: labels and features of the training and validation structures, and how they
/// learn. Collective.
std::string trainingHash(const par::Communicator& comm, const CampaignFolder& folder, const Split& split);

/// Hash of what scores follow from: models, and labels and features of the test structures. Collective.
std::string evaluationHash(const par::Communicator& comm, const CampaignFolder& folder,
                           const std::vector<std::string>& models, const Split& split);

/// Hash of what a fit of cross-fitting follows from, but for its model and its split: labels and features of all
/// structures of the split, and how models learn. Collective.
std::string crossFitHash(const par::Communicator& comm, const CampaignFolder& folder, const Split& split);

/// True where the file is there and was made from what has this hash. FileError where it belongs to another campaign.
bool isUpToDate(const CampaignFolder& folder, const std::string& path, const std::string& kind,
                const std::string& parent_hash);

}  // namespace glassforge::app
