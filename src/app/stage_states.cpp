// Stages equilibrate and quench: from nothing, or from files, to inherent states.
#include <algorithm>
#include <set>

#include "app/certificate.hpp"
#include "app/stage.hpp"
#include "app/stage_monitor.hpp"
#include "app/state_store.hpp"
#include "core/error.hpp"
#include "iso/cage.hpp"
#include "iso/quench.hpp"

namespace glassforge::app {
namespace {

/// Those of a shard that are this program's.
std::vector<std::int64_t> ownStructures(const Share& share, const Shard& shard) {
  std::vector<std::int64_t> own;
  for (std::int64_t s = shard.first; s < shard.first + shard.count; ++s) {
    if (share.has(s)) own.push_back(s);
  }
  return own;
}

/// Structures for which `missing` holds and that have no part of the stage yet; all ranks have looked when it returns.
template <class Missing>
std::vector<std::int64_t> unfinished(const StageContext& context, const std::string& stage, Missing missing) {
  std::vector<std::int64_t> result;
  par::together(context.comm, [&] {
    const auto parts = structuresWithPart(context.folder, stage);
    const std::set<std::int64_t> have(parts.begin(), parts.end());
    for (const auto& shard : context.folder.shards()) {
      const auto own = ownStructures(context.share, shard);
      const auto states = own.empty() ? std::vector<StructureState>() : storedStates(context.folder, shard);
      for (const std::int64_t s : own) {
        const auto found = std::find_if(states.begin(), states.end(), [s](const auto& x) { return x.index == s; });
        if (have.count(s) == 0 && missing(found == states.end() ? nullptr : &*found)) result.push_back(s);
      }
    }
  });
  return result;
}

/// Inherent state, second minimiser and cage state, as far as they are asked for and not there.
void completeQuench(const Campaign& c, StructureState& state, TaskMonitor& monitor) {
  const auto& mixture = c.system.mixture;
  const iso::QuenchOptions options{c.quench.tolerance, c.quench.max_evaluations, c.engine.skin};
  const QuenchPart missing = missingOfQuench(c, state);
  if (missing.inherent) state.inherent = iso::quench(mixture, state.thermal, options);
  state.quenched = true;
  if (missing.cross_check) state.basin = iso::checkBasin(mixture, state.thermal, options, state.inherent);
  if (missing.cage) {
    state.cage = iso::cageState(mixture, state.thermal, c.system.temperature, c.cage, c.seed, state.index, monitor);
  }
}

/// Collective; said by rank 0, which reads the shards.
void announceBasins(const StageContext& context) {
  par::together(context.comm, [&] {
    if (!context.comm.root()) return;
    const BasinCount basins = countBasins(context.folder);
    fmt::print("  two minimisers end in the same basin for {} of {} structures\n", basins.same, basins.checked);
  });
}

}  // namespace

void equilibrateStage(const StageContext& context) {
  const auto todo = unfinished(context, "equilibrate", [](const StructureState* s) { return s == nullptr; });
  if (context.campaign.system.files.empty() && context.campaign.equilibrate.method == "tempering") {
    temperStructures(context, todo);
  } else {
    runTasks(context, "equilibrate", "structures", static_cast<std::int64_t>(todo.size()),
             [&](std::int64_t task, StageMonitor& monitor) {
               equilibrateOne(context, todo[static_cast<std::size_t>(task)], monitor);
             });
  }
  if (context.share.isPart()) return tellShare(context, "structures", todo.size());
  mergeStateParts(context, "equilibrate");
  if (context.comm.root()) context.folder.removeCheckpoints("equilibrate");
  closeEquilibration(context, !todo.empty());
}

void quenchStage(const StageContext& context) {
  if (!context.share.isPart()) mergeStateParts(context, "quench");  // of a run that was stopped, and that may have asked for less
  const auto todo = unfinished(context, "quench", [&](const StructureState* s) {
    return s == nullptr || missingOfQuench(context.campaign, *s).any();
  });
  runTasks(context, "quench", "structures", static_cast<std::int64_t>(todo.size()),
           [&](std::int64_t task, StageMonitor& monitor) {
             StructureState state = storedState(context, todo[static_cast<std::size_t>(task)]);
             monitor.keepAt(structureLabel(state.index), fmt::format("cage state of structure {}", state.index));
             completeQuench(context.campaign, state, monitor);
             writeStatePart(context, "quench", state);
             monitor.forget();
           });
  if (context.share.isPart()) return tellShare(context, "structures", todo.size());
  mergeStateParts(context, "quench");
  if (context.comm.root()) context.folder.removeCheckpoints("quench");
  if (context.campaign.quench.cross_check && !todo.empty()) announceBasins(context);
}

}  // namespace glassforge::app
