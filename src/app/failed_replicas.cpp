#include "app/failed_replicas.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "io/label_file.hpp"

namespace glassforge::app {
namespace {

constexpr std::size_t kMostNamed = 5;

struct Failed {
  std::int64_t replicas = 0, all = 0;
  std::vector<std::string> first;  ///< the first few, with what was wrong
  std::vector<std::string> lost;   ///< structures without a replica that is done
};

void count(const io::ReplicaCover& cover, Failed& failed) {
  std::int64_t here = 0;
  for (std::size_t r = 0; r < cover.status.size(); ++r) {
    if (cover.status[r] == "done") continue;
    ++here;
    if (failed.first.size() < kMostNamed) {
      failed.first.push_back(fmt::format("{} replica {}: {}", structureLabel(cover.structure),
                                         cover.first_replica + static_cast<std::int64_t>(r), cover.status[r]));
    }
  }
  failed.replicas += here;
  failed.all += static_cast<std::int64_t>(cover.status.size());
  if (here > 0 && here == static_cast<std::int64_t>(cover.status.size()))
    failed.lost.push_back(structureLabel(cover.structure));
}

std::string describe(const Failed& failed) {
  const auto more = failed.replicas - static_cast<std::int64_t>(failed.first.size());
  return fmt::format("{} of {} replicas failed twice and are left out of the labels: {}{}", failed.replicas, failed.all,
                     fmt::join(failed.first, "; "), more > 0 ? fmt::format("; and {} more", more) : "");
}

}  // namespace

void tellOfFailedReplicas(const StageContext& context) {
  par::together(context.comm, [&] {
    if (!context.comm.root()) return;
    Failed failed;
    for (const auto& shard : context.folder.shards()) {
      const std::string path = context.folder.labels(shard);
      if (!exists(path)) continue;
      for (const auto& cover : io::labelCovers(path)) count(cover, failed);
    }
    if (failed.replicas == 0) return;
    require<PhysicsError>(failed.lost.empty(), "{}; structures without a replica that is left: {}", describe(failed),
                          fmt::join(failed.lost, ", "));
    fmt::print("  FAILED  {}\n", describe(failed));
    std::fflush(stdout);
  });
}

}  // namespace glassforge::app
