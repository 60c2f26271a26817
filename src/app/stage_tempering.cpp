// Stage equilibrate by replica exchange: the ranks share the replicas of a structure.
#include <algorithm>

#include "app/certificate.hpp"
#include "app/stage.hpp"
#include "app/stage_monitor.hpp"
#include "core/error.hpp"
#include "swapmc/tempering.hpp"

namespace glassforge::app {
namespace {

/// One group of ranks, or as many as there can be with no rank of any group idle.
int groupsOf(const StageContext& context, std::size_t structures) {
  const auto levels = static_cast<int>(context.campaign.equilibrate.temperatures.size());
  const auto useful =
      static_cast<int>(std::min<std::size_t>(structures, static_cast<std::size_t>(context.comm.size())));
  return std::clamp(context.comm.size() / levels, 1, std::max(1, useful));
}

swapmc::TemperingRanks ranksOf(const par::Communicator& group) {
  return {group.rank(), group.size(), [&group](const std::function<void()>& work) { par::together(group, work); },
          [&group](const std::vector<double>& mine) {
            std::vector<double> all;
            for (const auto& theirs : group.allGather(mine)) all.insert(all.end(), theirs.begin(), theirs.end());
            return all;
          }};
}

}  // namespace

void temperStructures(const StageContext& context, const std::vector<std::int64_t>& todo) {
  const int groups = groupsOf(context, todo.size());
  const par::RankGroup group(context.comm, groups);
  const auto ranks = ranksOf(group.comm());
  runGroupTasks(context, group.comm(), groups, "equilibrate", "structures", static_cast<std::int64_t>(todo.size()),
                [&](std::int64_t task, StageMonitor& monitor) {
                  const std::int64_t structure = todo[static_cast<std::size_t>(task)];
                  bool refused = false;
                  par::together(group.comm(), [&] { refused = isRefusedForGood(context, structure); });
                  if (refused) return;
                  monitor.keepAt(structureLabel(structure), fmt::format("tempering of structure {}", structure));
                  const auto state = swapmc::temper(context.campaign, structure, ranks, monitor);
                  par::together(group.comm(), [&] {
                    if (state) writeCertified(context, *state);
                  });
                  if (group.comm().root()) monitor.forget();
                });
}

}  // namespace glassforge::app
