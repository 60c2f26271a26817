#include "app/campaign_session.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <Kokkos_Core.hpp>

#include "core/error.hpp"

namespace glassforge::app {

/// Released when the program ends, however it ends.
class CampaignSession::FolderLock {
 public:
  explicit FolderLock(const std::string& root) : file_(open((root + "/.lock").c_str(), O_CREAT | O_RDWR, 0644)) {
    require<FileError>(file_ >= 0, "{}: the folder cannot be written to", root);
    require<FileError>(flock(file_, LOCK_EX | LOCK_NB) == 0, "{}: another glassforge is working in this folder", root);
  }
  ~FolderLock() { close(file_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_;
};

CampaignSession::CampaignSession(const par::Communicator& comm, const Campaign& campaign, const std::string& root,
                                 const SessionOptions& options)
    : folder_(root, campaign),
      guard_(options.walltime),
      context_{comm, campaign, folder_, guard_, runNotes(comm), options.checkpoint_interval, options.accept_version} {
  par::together(comm, [&] {
    if (!comm.root()) return;
    folder_.requireContinuable();
    makeParentFolder(folder_.progressLog());
    lock_ = std::make_unique<FolderLock>(folder_.root());
    folder_.requireContinuable();  // another program may have been here first
    folder_.claim();
  });
}

CampaignSession::~CampaignSession() = default;

io::RunNotes runNotes(const par::Communicator& comm) {
  return {{"ranks", std::int64_t{comm.size()}},
          {"threads", std::int64_t{Kokkos::DefaultHostExecutionSpace().concurrency()}}};
}

}  // namespace glassforge::app
