/// A program at work in a campaign folder: the folder made and locked, ranks and threads noted for its files.
#pragma once

#include <memory>
#include <string>

#include "app/stage.hpp"

namespace glassforge::app {

/// How a program works in a campaign folder; nothing of it changes results.
struct SessionOptions {
  double walltime = 0;                               ///< seconds; 0: as long as it takes
  double checkpoint_interval = kCheckpointInterval;  ///< seconds
  bool accept_version = false;                       ///< see StageContext
};

class CampaignSession {
 public:
  /// Makes the folder where there is none and keeps other programs out of it until the end. `campaign` and `comm` must
  /// outlive the session. Collective.
  CampaignSession(const par::Communicator& comm, const Campaign& campaign, const std::string& root,
                  const SessionOptions& options = {});
  ~CampaignSession();
  CampaignSession(const CampaignSession&) = delete;
  CampaignSession& operator=(const CampaignSession&) = delete;

  const CampaignFolder& folder() const { return folder_; }
  const StageContext& context() const { return context_; }

 private:
  class FolderLock;
  CampaignFolder folder_;
  std::unique_ptr<FolderLock> lock_;
  par::StopGuard guard_;
  StageContext context_;
};

/// Ranks and threads, for /run in files.
io::RunNotes runNotes(const par::Communicator& comm);

}  // namespace glassforge::app
