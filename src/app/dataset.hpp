/// dataset.h5: states, labels and split of a campaign merged into one file (docs/formats.md, "dataset").
#pragma once

#include <string>
#include <vector>

#include "app/stage.hpp"

namespace glassforge::app {

/// What a dataset is made from: files relative to the campaign's folder, and their content hashes.
struct DatasetParents {
  std::vector<std::string> files, hashes;
  std::string hash;  ///< of all of it, with the split and the descriptor sets that are linked
};

/// Shards whose structures have states and labels.
std::vector<Shard> labelledShards(const CampaignFolder& folder);

/// Collective.
DatasetParents datasetParents(const par::Communicator& comm, const CampaignFolder& folder, const Campaign& campaign);

/// Makes the dataset where it is missing, damaged, or made from other states, labels or split than there are now. A
/// file of that name that is no dataset of this campaign is refused. Does nothing where nothing is labelled.
/// Collective.
void mergeDataset(const StageContext& context);

}  // namespace glassforge::app
