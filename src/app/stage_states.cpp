// Stages equilibrate and quench: from nothing, or from files, to inherent states.
#include <algorithm>
#include <set>

#include "app/certificate.hpp"
#include "app/stage.hpp"
#include "app/state_store.hpp"
#include "iso/quench.hpp"

namespace glassforge::app {
namespace {

using Hook = std::function<void(double)>;

/// Structures for which `missing` holds and that have no part of the stage yet; all ranks have looked when it returns.
template <class Missing>
std::vector<std::int64_t> unfinished(const StageContext& context, const std::string& stage, Missing missing) {
  std::vector<std::int64_t> result;
  par::together(context.comm, [&] {
    const auto parts = structuresWithPart(context.folder, stage);
    const std::set<std::int64_t> have(parts.begin(), parts.end());
    for (const auto& shard : context.folder.shards()) {
      const auto states = storedStates(context.folder, shard);
      for (std::int64_t s = shard.first; s < shard.first + shard.count; ++s) {
        const auto found = std::find_if(states.begin(), states.end(), [s](const auto& x) { return x.index == s; });
        if (have.count(s) == 0 && missing(found == states.end() ? nullptr : &*found)) result.push_back(s);
      }
    }
  });
  return result;
}

}  // namespace

void equilibrateStage(const StageContext& context) {
  const auto todo = unfinished(context, "equilibrate", [](const StructureState* s) { return s == nullptr; });
  if (context.campaign.system.files.empty() && context.campaign.equilibrate.method == "tempering") {
    temperStructures(context, todo);
  } else {
    runTasks(context, "equilibrate", "structures", static_cast<std::int64_t>(todo.size()),
             [&](std::int64_t task, const Hook& hook) {
               equilibrateOne(context, todo[static_cast<std::size_t>(task)], hook);
             });
  }
  mergeStateParts(context, "equilibrate");
  closeEquilibration(context, !todo.empty());
}

void quenchStage(const StageContext& context) {
  const auto& campaign = context.campaign;
  const auto todo = unfinished(context, "quench", [](const StructureState* s) { return s == nullptr || !s->quenched; });
  const iso::QuenchOptions options{campaign.quench.tolerance, campaign.quench.max_evaluations, campaign.engine.skin};
  runTasks(context, "quench", "structures", static_cast<std::int64_t>(todo.size()),
           [&](std::int64_t task, const Hook&) {
             StructureState state = storedState(context.folder, todo[static_cast<std::size_t>(task)]);
             state.inherent = iso::quench(campaign.system.mixture, state.thermal, options);
             state.quenched = true;
             writeStatePart(context, "quench", state);
           });
  mergeStateParts(context, "quench");
}

}  // namespace glassforge::app
