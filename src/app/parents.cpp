#include "app/parents.hpp"

#include "core/error.hpp"
#include "io/hdf5.hpp"
#include "io/manifest_file.hpp"
#include "io/sha256.hpp"

namespace glassforge::app {
namespace {

constexpr std::size_t kHexDigits = 64;  // of a content hash

}  // namespace

std::vector<std::string> contentHashes(const par::Communicator& comm, const std::vector<std::string>& files) {
  const auto size = static_cast<std::size_t>(comm.size());
  std::string mine;
  par::together(comm, [&] {
    for (auto k = static_cast<std::size_t>(comm.rank()); k < files.size(); k += size) mine += io::contentHash(files[k]);
  });
  const auto all = comm.allGather(mine);
  std::vector<std::string> hashes;
  for (std::size_t k = 0; k < files.size(); ++k) {
    hashes.push_back(all[k % size].substr(k / size * kHexDigits, kHexDigits));
  }
  return hashes;
}

std::string hashOfFiles(const par::Communicator& comm, const std::vector<std::string>& files,
                        const std::string& what_else) {
  io::Sha256 hash;
  hash.update(fmt::format("{}\n{}", what_else, fmt::join(contentHashes(comm, files), "\n")));
  return hash.hex();
}

bool isUpToDate(const CampaignFolder& folder, const std::string& path, const std::string& kind,
                const std::string& parent_hash) {
  if (!exists(path)) return false;
  const Manifest there = io::readManifest(path);
  io::checkManifest(path, there, folder.manifest(kind));
  return there.parent_hash == parent_hash;
}

}  // namespace glassforge::app
