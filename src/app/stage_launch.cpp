// Stage launch: the isoconfigurational replicas. Stage label: their merge.
#include <algorithm>
#include <cmath>
#include <iterator>

#include "app/dataset.hpp"
#include "app/failed_replicas.hpp"
#include "app/label_store.hpp"
#include "app/replica_blocks.hpp"
#include "app/stage.hpp"
#include "app/stage_monitor.hpp"
#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/campaign_file.hpp"
#include "io/label_file.hpp"
#include "io/sha256.hpp"
#include "iso/launch.hpp"

namespace glassforge::app {
namespace {

/// Replicas that are to be run together, and at which steps labels of them are missing.
struct LaunchTask {
  iso::ReplicaBlock block;
  std::vector<std::int64_t> steps;
};

/// Where only some times are missing, the name says which, so that no two parts of a structure share one.
std::string partName(const LaunchTask& task, const StepLadder& ladder) {
  const auto& b = task.block;
  std::string name = fmt::format("{}_r{:04d}-{:04d}", structureLabel(b.structure), b.first, b.first + b.count - 1);
  if (task.steps == ladder.steps()) return name;
  io::Sha256 hash;
  hash.update(fmt::format("{}", fmt::join(task.steps, ",")));
  return name + "_" + hash.hex().substr(0, 8);
}

std::vector<std::int64_t> missingSteps(const LabelStore::Cover& cover, std::int64_t replica, const StepLadder& ladder) {
  const auto r = static_cast<std::size_t>(replica);
  if (r >= cover.size()) return ladder.steps();
  std::vector<std::int64_t> missing;
  std::set_difference(ladder.steps().begin(), ladder.steps().end(), cover[r].begin(), cover[r].end(),
                      std::back_inserter(missing));
  return missing;
}

/// Blocks of neighbouring replicas that lack the same steps.
void addMissing(std::int64_t structure, const LabelStore::Cover& cover, const StepLadder& ladder, std::int64_t replicas,
                std::int64_t pack, std::vector<LaunchTask>& tasks) {
  for (std::int64_t r = 0; r < replicas;) {
    const auto steps = missingSteps(cover, r, ladder);
    std::int64_t count = 1;
    while (r + count < replicas && (count < pack || steps.empty()) && missingSteps(cover, r + count, ladder) == steps)
      ++count;
    if (!steps.empty()) tasks.push_back({{structure, r, count}, steps});
    r += count;
  }
}

/// The longest first, so that no rank begins one when the others are nearly done.
void sortByCost(std::vector<LaunchTask>& tasks) {
  std::stable_sort(tasks.begin(), tasks.end(), [](const LaunchTask& a, const LaunchTask& b) {
    return a.block.count * a.steps.back() > b.block.count * b.steps.back();
  });
}

/// Of the blocks that are this program's.
std::vector<LaunchTask> missingTasks(const StageContext& context, const StepLadder& ladder) {
  const auto& c = context.campaign;
  const ReplicaBlocks blocks(c);
  const LabelStore store(context.folder, ladder);
  std::vector<LaunchTask> tasks;
  for (const auto& shard : context.folder.shards()) {
    if (!blocks.anyOf(context.share, shard)) continue;
    const auto covered = store.covered(shard);
    for (std::int64_t s = shard.first; s < shard.first + shard.count; ++s) {
      const auto found = covered.find(s);
      addMissing(s, found == covered.end() ? LabelStore::Cover{} : found->second, ladder, c.replicas.count,
                 blocks.pack(), tasks);
    }
  }
  std::erase_if(tasks, [&](const LaunchTask& task) {
    return !context.share.has(blocks.number(task.block.structure, task.block.first));
  });
  sortByCost(tasks);
  return tasks;
}

void launchBlock(const StageContext& context, const LaunchTask& task, const StepLadder& ladder, StageMonitor& monitor) {
  const auto& block = task.block;
  const std::string name = partName(task, ladder), path = context.folder.part("launch", name);
  monitor.keepAt(name, fmt::format("replicas {} to {} of structure {} at steps {}", block.first,
                                   block.first + block.count - 1, block.structure, fmt::join(task.steps, ", ")));
  const StructureState state = storedState(context, block.structure);
  const auto steps = StepLadder::fromSteps(task.steps, ladder.dt());
  const io::ReplicaPart part{task.steps, iso::launch(context.campaign, steps, state.thermal, block, monitor)};
  const ActivityScope files(context.times, Activity::files);
  makeParentFolder(path);
  io::writeReplicaPart(path, context.folder.manifest("part"), part, context.notes);
  monitor.forget();
}

}  // namespace

void launchStage(const StageContext& context) {
  bool imported = false;
  double tau_alpha = 0;
  par::together(context.comm, [&] {
    imported = LabelStore::imported(context.folder);
    tau_alpha = measuredRelaxationTime(context.folder);
  });
  if (imported) return;
  const StepLadder ladder = io::stepLadder(context.campaign, tau_alpha);
  std::vector<LaunchTask> tasks;
  par::together(context.comm, [&] { tasks = missingTasks(context, ladder); });  // all have looked before any writes
  runTasks(context, "launch", "replica blocks", static_cast<std::int64_t>(tasks.size()),
           [&](std::int64_t number, StageMonitor& monitor) {
             launchBlock(context, tasks[static_cast<std::size_t>(number)], ladder, monitor);
           });
  if (context.share.isPart()) return tellShare(context, "replica blocks", tasks.size());
  if (context.comm.root()) context.folder.removeCheckpoints("launch");
}

void labelStage(const StageContext& context) {
  mergeReplicaParts(context);
  followStates(context);
  tellOfFailedReplicas(context);
  par::together(context.comm, [&] {
    if (context.comm.root() && context.campaign.split.train > 0) context.folder.storeSplit();
  });
  mergeDataset(context);
}

}  // namespace glassforge::app
