/// What of the stages that shares can do is still to be done, from the files of a folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/campaign_folder.hpp"
#include "app/share.hpp"

namespace glassforge::app {

/// Tasks of a stage by their numbers.
struct StageTasks {
  std::int64_t all = 0;            ///< 0 where the stage has none (imported files or labels)
  std::string unit;                ///< "structures", "replica blocks"
  std::vector<std::int64_t> left;  ///< that have neither a part nor a place in a merged file, ascending

  /// Shares out of `count` that have something left, ascending.
  std::vector<std::int64_t> sharesLeft(std::int64_t count) const;
};

/// Of equilibrate, quench or launch.
StageTasks tasksOf(const std::string& stage, const Campaign& campaign, const CampaignFolder& folder);

/// A share needs the merged files of the stages before its own; FileError that names the stage to run where the
/// structures of the share have none.
void requireStagesBefore(const Share& share, const Campaign& campaign, const CampaignFolder& folder);

}  // namespace glassforge::app
