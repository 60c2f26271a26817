/// A program at work in a campaign folder: the folder made and locked, ranks and threads noted for its files.
#pragma once

#include <optional>
#include <string>

#include "app/folder_lock.hpp"
#include "app/stage.hpp"

namespace glassforge::app {

/// How a program works in a campaign folder; nothing of it changes results.
struct SessionOptions {
  double walltime = 0;                               ///< seconds; 0: as long as it takes
  double checkpoint_interval = kCheckpointInterval;  ///< seconds
  bool accept_version = false;                       ///< see StageContext
  Share share = {};                                  ///< of a stage; no part: the whole campaign
};

class CampaignSession {
 public:
  /// Makes the folder where there is none and keeps other programs out of it until the end; for a share, those that are
  /// not on other shares. `campaign` and `comm` must outlive the session. Collective.
  CampaignSession(const par::Communicator& comm, const Campaign& campaign, const std::string& root,
                  const SessionOptions& options = {});
  CampaignSession(const CampaignSession&) = delete;
  CampaignSession& operator=(const CampaignSession&) = delete;

  const CampaignFolder& folder() const { return folder_; }
  const StageContext& context() const { return context_; }

 private:
  CampaignFolder folder_;
  std::optional<FolderLock> lock_;
  par::StopGuard guard_;
  StageTimes times_;
  StageContext context_;
};

/// Ranks and threads, for /run in files.
io::RunNotes runNotes(const par::Communicator& comm);

}  // namespace glassforge::app
