#include "app/folder_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "app/stage.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

constexpr std::int64_t kFolderByte = 0, kSubmissionByte = 1, kFirstShareByte = 1LL << 40;

/// A byte for every share of every stage; share numbers have six digits at most.
std::int64_t byteOf(const Share& share) {
  const auto stage = static_cast<std::int64_t>(stageNumber(share.stage));
  return kFirstShareByte + ((stage << 40) | (share.count << 20) | share.index);
}

struct flock range(std::int64_t byte, short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return lock;
}

}  // namespace

FolderLock::FolderLock(const std::string& root)
    : root_(root), file_(open((root + "/.lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
  require<FileError>(file_ >= 0, "{}: the folder cannot be written to", root);
}

FolderLock::FolderLock(FolderLock&& other) noexcept : root_(std::move(other.root_)), file_(other.file_) {
  other.file_ = -1;
}

FolderLock::~FolderLock() {
  if (file_ >= 0) close(file_);
}

bool FolderLock::take(std::int64_t byte, Kind kind) const {
  auto lock = range(byte, kind == Kind::shared ? F_RDLCK : F_WRLCK);
  if (fcntl(file_, F_OFD_SETLK, &lock) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  std::fprintf(stderr, "glassforge: %s/.lock: no locks on this file system (%s); start no second program here\n",
               root_.c_str(), std::strerror(errno));
  return true;
}

bool FolderLock::heldByShares() const {
  auto lock = range(kFolderByte, F_WRLCK);
  return fcntl(file_, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_RDLCK;
}

FolderLock FolderLock::whole(const std::string& root) {
  FolderLock lock(root);
  if (lock.take(kFolderByte, Kind::exclusive)) return lock;
  throw FileError(fmt::format("{}: another glassforge is working in this folder{}", root,
                              lock.heldByShares() ? " on a share of a stage (run --share, or a job of submit)" : ""));
}

FolderLock FolderLock::share(const std::string& root, const Share& share) {
  FolderLock lock(root);
  require<FileError>(lock.take(kFolderByte, Kind::shared),
                     "{}: another glassforge is working in this folder, and not on a share", root);
  require<FileError>(lock.take(byteOf(share), Kind::exclusive),
                     "{}: another glassforge is working on the same share {} of {}", root, share.text(), share.stage);
  return lock;
}

FolderLock FolderLock::submission(const std::string& root) {
  FolderLock lock(root);
  require<FileError>(lock.take(kSubmissionByte, Kind::exclusive),
                     "{}: somebody else is submitting jobs for this folder", root);
  return lock;
}

}  // namespace glassforge::app
