#include "app/tasks_left.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>

#include "app/label_store.hpp"
#include "app/replica_blocks.hpp"
#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/campaign_file.hpp"
#include "io/state_file.hpp"

namespace glassforge::app {
namespace {

/// The numbers 0 .. count - 1.
std::vector<std::int64_t> firstNumbers(std::int64_t count) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

/// Those of all structures that have no part of the stage and are not among `merged`.
StageTasks structureTasks(const Campaign& c, const CampaignFolder& folder, const std::string& stage,
                          std::vector<std::int64_t> merged) {
  for (const auto s : structuresWithPart(folder, stage)) merged.push_back(s);
  std::sort(merged.begin(), merged.end());
  const auto all = firstNumbers(c.system.structures);
  StageTasks tasks{c.system.structures, "structures", {}};
  std::set_difference(all.begin(), all.end(), merged.begin(), merged.end(), std::back_inserter(tasks.left));
  return tasks;
}

StageTasks equilibrateTasks(const Campaign& c, const CampaignFolder& folder) {
  std::vector<std::int64_t> merged;
  for (const auto& shard : folder.shards()) {
    if (!exists(folder.states(shard))) continue;
    for (const auto s : io::stateIndices(folder.states(shard))) merged.push_back(s);
  }
  return structureTasks(c, folder, "equilibrate", std::move(merged));
}

StageTasks quenchTasks(const Campaign& c, const CampaignFolder& folder) {
  std::vector<std::int64_t> merged;
  for (const auto& shard : folder.shards()) {
    for (const auto& state : storedStates(folder, shard)) {
      if (!missingOfQuench(c, state).any()) merged.push_back(state.index);
    }
  }
  return structureTasks(c, folder, "quench", std::move(merged));
}

/// Whether every replica of a block has labels at as many times as there are.
bool isCovered(const LabelStore::Cover& cover, std::int64_t first, std::int64_t end, std::size_t times) {
  for (std::int64_t r = first; r < end; ++r) {
    const auto at = static_cast<std::size_t>(r);
    if (at >= cover.size() || cover[at].size() < times) return false;
  }
  return true;
}

StageTasks launchTasks(const Campaign& c, const CampaignFolder& folder) {
  if (LabelStore::imported(folder)) return {0, "replica blocks", {}};
  const double tau_alpha = measuredRelaxationTime(folder);
  const ReplicaBlocks blocks(c);
  StageTasks tasks{c.system.structures * blocks.perStructure(), "replica blocks", {}};
  if (!c.replicas.times.tau_alpha.empty() &&
      tau_alpha == 0) {  // no steps are known yet: nothing can have been launched
    tasks.left = firstNumbers(tasks.all);
    return tasks;
  }
  const StepLadder ladder = io::stepLadder(c, tau_alpha);
  const LabelStore store(folder, ladder);
  for (const auto& shard : folder.shards()) {
    const auto covered = store.covered(shard);
    for (std::int64_t s = shard.first; s < shard.first + shard.count; ++s) {
      const auto found = covered.find(s);
      for (std::int64_t first = 0; first < c.replicas.count; first += blocks.pack()) {
        const std::int64_t end = std::min(first + blocks.pack(), c.replicas.count);
        const bool done = found != covered.end() && isCovered(found->second, first, end, ladder.size());
        if (!done) tasks.left.push_back(blocks.number(s, first));
      }
    }
  }
  return tasks;
}

/// Whether a share has work on a structure of the shard.
bool touches(const Share& share, const Campaign& c, const Shard& shard) {
  if (share.stage == "launch") return ReplicaBlocks(c).anyOf(share, shard);
  for (std::int64_t s = shard.first; s < shard.first + shard.count; ++s) {
    if (share.has(s)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::int64_t> StageTasks::sharesLeft(std::int64_t count) const {
  std::set<std::int64_t> shares;
  for (const auto task : left) shares.insert(task % count);
  return {shares.begin(), shares.end()};
}

StageTasks tasksOf(const std::string& stage, const Campaign& campaign, const CampaignFolder& folder) {
  if (stage == "equilibrate") return equilibrateTasks(campaign, folder);
  if (stage == "quench") return quenchTasks(campaign, folder);
  return launchTasks(campaign, folder);
}

void requireStagesBefore(const Share& share, const Campaign& c, const CampaignFolder& folder) {
  if (share.stage == "equilibrate") return;
  const bool launch = share.stage == "launch";
  const std::string before = launch ? "quench" : "equilibrate";
  for (const auto& shard : folder.shards()) {
    if (!touches(share, c, shard)) continue;
    const auto states = storedStates(folder, shard);
    bool ready = static_cast<std::int64_t>(states.size()) == shard.count;
    for (const auto& state : states) ready = ready && !(launch && missingOfQuench(c, state).any());
    require<FileError>(
        ready,
        "{}: the stage {} is not complete for the structures {} to {}, or its parts are not merged; share {} "
        "of {} needs it: run --stage {} first, without --share",
        folder.states(shard), before, structureLabel(shard.first), structureLabel(shard.first + shard.count - 1),
        share.text(), share.stage, before);
  }
  require<FileError>(!launch || c.dynamics.structures == 0 || exists(folder.dynamics()),
                     "{}: missing; tau_alpha is measured before shares of launch start: run --stage dynamics first",
                     folder.dynamics());
}

}  // namespace glassforge::app
