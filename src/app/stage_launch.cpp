// Stage launch: tau_alpha from short runs, then the isoconfigurational replicas. Stage label: their merge.
#include <algorithm>
#include <cmath>
#include <map>

#include "app/label_store.hpp"
#include "app/stage.hpp"
#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/campaign_file.hpp"
#include "io/dynamics_file.hpp"
#include "io/label_file.hpp"
#include "iso/dynamics.hpp"
#include "iso/launch.hpp"

namespace glassforge::app {
namespace {

using Hook = std::function<void(double)>;

constexpr double kDecayedEnough = 0.3;  // F_s at which the measurement of tau_alpha ends
constexpr int kDoublings = 6;           // the first round runs to max_time / 2^6

/// The runs of one round, to `max_time`, on every rank, in structure order. Collective.
std::vector<iso::DynamicsRun> dynamicsRound(const StageContext& context, const StepLadder& ladder, std::int64_t count) {
  std::vector<double> mine;
  const auto species = static_cast<std::size_t>(context.campaign.system.mixture.speciesCount());
  runTasks(context, "dynamics", "runs", count, [&](std::int64_t task, const Hook& hook) {
    const auto run = iso::runDynamics(context.campaign, ladder, storedState(context.folder, task), hook);
    mine.push_back(static_cast<double>(task));
    mine.insert(mine.end(), run.fs.begin(), run.fs.end());
    mine.insert(mine.end(), run.msd.values().begin(), run.msd.values().end());
  });
  std::vector<iso::DynamicsRun> runs(static_cast<std::size_t>(count));
  const std::size_t T = ladder.size(), length = 1 + T * (1 + species);
  for (const auto& from_rank : context.comm.allGather(mine)) {
    for (auto at = from_rank.begin(); at != from_rank.end(); at += static_cast<std::ptrdiff_t>(length)) {
      auto& run = runs[static_cast<std::size_t>(*at)];
      const auto fs_end = at + 1 + static_cast<std::ptrdiff_t>(T);
      run.structure = static_cast<std::int64_t>(*at);
      run.fs.assign(at + 1, fs_end);
      run.msd = Array<double>({T, species}, std::vector<double>(fs_end, at + static_cast<std::ptrdiff_t>(length)));
    }
  }
  return runs;
}

/// F_s, MSD and tau_alpha, over times doubled until F_s has decayed. Collective; written by rank 0.
DynamicsRecord measureDynamics(const StageContext& context) {
  const auto& campaign = context.campaign;
  DynamicsRecord record;
  bool measured = false;
  par::together(context.comm, [&] {
    measured = exists(context.folder.dynamics());
    if (!measured) return;
    io::checkManifest(context.folder.dynamics(), io::readManifest(context.folder.dynamics()),
                      context.folder.manifest("dynamics"));
    record = io::readDynamics(context.folder.dynamics());
  });
  if (measured) return record;
  const std::int64_t count = std::min(campaign.dynamics.structures, campaign.system.structures);
  for (int k = kDoublings; k >= 0; --k) {
    const double max_time = std::max(campaign.replicas.dt, campaign.dynamics.max_time / (1 << k));
    const StepLadder ladder = iso::dynamicsLadder(max_time, campaign.replicas.dt);
    record = iso::combineDynamics(ladder, dynamicsRound(context, ladder, count));
    if (record.fs.back() < kDecayedEnough) break;
  }
  par::together(context.comm, [&] {
    if (!context.comm.root()) return;
    io::writeDynamics(context.folder.dynamics(), context.folder.manifest("dynamics"), record, context.notes);
  });
  return record;
}

void announceRelaxation(const StageContext& context, const DynamicsRecord& record) {
  if (!context.comm.root()) return;
  if (std::isfinite(record.tau_alpha)) {
    fmt::print("  tau_alpha = {:.4g} +- {:.2g}  (F_s(2 pi, tau_alpha) = 1/e, {} runs)\n", record.tau_alpha,
               record.tau_alpha_error, record.structures.size());
  } else {
    fmt::print("  tau_alpha is above {:.4g}: F_s has fallen to {:.3f} only (dynamics.max_time)\n", record.times.back(),
               record.fs.back());
  }
}

std::string blockName(const iso::ReplicaBlock& block) {
  return fmt::format("{}_r{:04d}-{:04d}", structureLabel(block.structure), block.first, block.first + block.count - 1);
}

/// Blocks that cover all replicas of a structure not yet in `covered` (sorted pairs of first, count).
void addMissingBlocks(std::int64_t structure, const std::map<std::int64_t, std::int64_t>& covered, std::int64_t replicas,
                      std::int64_t pack, std::vector<iso::ReplicaBlock>& blocks) {
  std::int64_t r = 0;
  while (r < replicas) {
    const auto here = covered.find(r);
    if (here != covered.end()) {
      r += here->second;
      continue;
    }
    const auto next = covered.upper_bound(r);
    const std::int64_t end = std::min(replicas, next == covered.end() ? replicas : next->first);
    const std::int64_t count = std::min(pack, end - r);
    blocks.push_back({structure, r, count});
    r += count;
  }
}

std::vector<iso::ReplicaBlock> missingBlocks(const StageContext& context, const StepLadder& ladder) {
  const auto& c = context.campaign;
  const std::int64_t pack = c.replicas.pack > 0 ? c.replicas.pack : c.replicas.count;
  const LabelStore store(context.folder, ladder);
  std::vector<iso::ReplicaBlock> blocks;
  for (const auto& shard : context.folder.shards()) {
    const auto covered = store.coveredReplicas(shard);
    for (std::int64_t s = shard.first; s < shard.first + shard.count; ++s) {
      const auto found = covered.find(s);
      addMissingBlocks(s, found == covered.end() ? std::map<std::int64_t, std::int64_t>{} : found->second,
                       c.replicas.count, pack, blocks);
    }
  }
  return blocks;
}

}  // namespace

void launchStage(const StageContext& context) {
  bool imported = false;
  par::together(context.comm, [&] { imported = LabelStore::imported(context.folder); });
  if (imported) return;
  double tau_alpha = 0;
  if (context.campaign.dynamics.structures > 0) {
    const DynamicsRecord record = measureDynamics(context);
    announceRelaxation(context, record);
    tau_alpha = std::isfinite(record.tau_alpha) ? record.tau_alpha : 0;
  }
  const StepLadder ladder = io::stepLadder(context.campaign, tau_alpha);
  std::vector<iso::ReplicaBlock> blocks;
  par::together(context.comm, [&] { blocks = missingBlocks(context, ladder); });  // all have looked before any writes
  runTasks(context, "launch", "replica blocks", static_cast<std::int64_t>(blocks.size()),
           [&](std::int64_t task, const Hook& hook) {
             const auto& block = blocks[static_cast<std::size_t>(task)];
             const StructureState state = storedState(context.folder, block.structure);
             const std::string path = context.folder.part("launch", blockName(block));
             makeParentFolder(path);
             io::writeReplicaPart(path, context.folder.manifest("part"),
                                  {ladder.steps(), iso::launch(context.campaign, ladder, state.thermal, block, hook)},
                                  context.notes);
           });
}

void labelStage(const StageContext& context) {
  mergeReplicaParts(context);
  followStates(context);
  par::together(context.comm, [&] {
    if (context.comm.root() && context.campaign.split.train > 0) context.folder.storeSplit();
  });
}

}  // namespace glassforge::app
