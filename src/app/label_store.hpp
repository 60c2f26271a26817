/// Labels of a campaign: merged shards, and blocks of replicas that are not merged yet.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/stage.hpp"
#include "core/labels.hpp"
#include "core/step_ladder.hpp"
#include "io/label_file.hpp"

namespace glassforge::app {

class LabelStore {
 public:
  /// Steps that are there, ascending, by replica.
  using Cover = std::vector<std::vector<std::int64_t>>;

  LabelStore(const CampaignFolder& folder, const StepLadder& ladder) : folder_(folder), ladder_(ladder) {}

  /// What is there, merged or as parts, by structure of the shard. FileError where labels were taken at times that the ladder
  /// does not have.
  std::map<std::int64_t, Cover> covered(const Shard& shard) const;
  /// True where the labels came with imported files: nothing is to be launched.
  static bool imported(const CampaignFolder& folder);

 private:
  void add(const std::string& path, const io::ReplicaCover& cover, std::map<std::int64_t, Cover>& covered) const;
  const CampaignFolder& folder_;
  const StepLadder& ladder_;
};

/// Labels of a structure from its merged shard; FileError that names the stage to run where they are missing.
StructureLabels storedLabels(const CampaignFolder& folder, std::int64_t structure,
                             io::Replicas wanted = io::Replicas::read);

/// tau_alpha as this folder has measured it; 0 where it has not.
double measuredRelaxationTime(const CampaignFolder& folder);

/// Merges finished blocks into the shards (each shard by one rank) and removes them. Collective.
void mergeReplicaParts(const StageContext& context);

/// Brings labels up to date with states that have changed since, as where cage states were added: positions that the
/// labels lack, and the hash of what they were made from. Values stay. Collective.
void followStates(const StageContext& context);

}  // namespace glassforge::app
