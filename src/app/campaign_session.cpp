#include "app/campaign_session.hpp"

#include <Kokkos_Core.hpp>

namespace glassforge::app {

CampaignSession::CampaignSession(const par::Communicator& comm, const Campaign& campaign, const std::string& root,
                                 const SessionOptions& options)
    : folder_(root, campaign), guard_(options.walltime), times_(comm), context_{comm,
                                                                                campaign,
                                                                                folder_,
                                                                                guard_,
                                                                                runNotes(comm),
                                                                                options.checkpoint_interval,
                                                                                options.accept_version,
                                                                                options.share,
                                                                                &times_} {
  par::together(comm, [&] {
    if (!comm.root()) return;
    folder_.requireContinuable();
    makeParentFolder(folder_.progressLog());
    const bool is_part = options.share.isPart();
    lock_.emplace(is_part ? FolderLock::share(root, options.share) : FolderLock::whole(root));
    folder_.requireContinuable();  // another program may have been here first
    if (is_part) {
      folder_.join();
    } else {
      folder_.claim();
    }
  });
}

io::RunNotes runNotes(const par::Communicator& comm) {
  return {{"ranks", std::int64_t{comm.size()}},
          {"threads", std::int64_t{Kokkos::DefaultHostExecutionSpace().concurrency()}}};
}

}  // namespace glassforge::app
