// Stage launch: tau_alpha from short runs, then the isoconfigurational replicas. Stage label: their merge.
#include <algorithm>
#include <cmath>
#include <iterator>

#include "app/label_store.hpp"
#include "app/stage.hpp"
#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/campaign_file.hpp"
#include "io/dynamics_file.hpp"
#include "io/label_file.hpp"
#include "io/sha256.hpp"
#include "iso/dynamics.hpp"
#include "iso/launch.hpp"

namespace glassforge::app {
namespace {

using Hook = std::function<void(double)>;

constexpr double kDecayedEnough = 0.3;  // F_s at which the measurement of tau_alpha ends
constexpr int kDoublings = 6;           // the first round runs to max_time / 2^6
constexpr double kFrameBytes = 256e6;   // of kept frames in one task
constexpr std::int64_t kScouts = 4;     // structures that find out how long the runs must be

/// One round of runs of the first `structures` structures, on every rank; runs of a structure stand together. Collective.
std::vector<iso::DynamicsRun> dynamicsRound(const StageContext& context, const StepLadder& ladder, std::int64_t structures,
                                            std::int64_t replicas) {
  std::vector<double> mine;
  const auto species = static_cast<std::size_t>(context.campaign.system.mixture.speciesCount());
  const std::int64_t count = structures * replicas;
  runTasks(context, "dynamics", "runs", count, [&](std::int64_t task, const Hook& hook) {
    const StructureState state = storedState(context.folder, task / replicas);
    const auto run = iso::runDynamics(context.campaign, ladder, state, hook, task % replicas);
    mine.push_back(static_cast<double>(task));
    mine.insert(mine.end(), run.fs.begin(), run.fs.end());
    mine.insert(mine.end(), run.msd.values().begin(), run.msd.values().end());
  });
  std::vector<iso::DynamicsRun> runs(static_cast<std::size_t>(count));
  const std::size_t T = ladder.size(), length = 1 + T * (1 + species);
  for (const auto& from_rank : context.comm.allGather(mine)) {
    for (auto at = from_rank.begin(); at != from_rank.end(); at += static_cast<std::ptrdiff_t>(length)) {
      const auto task = static_cast<std::int64_t>(*at);
      auto& run = runs[static_cast<std::size_t>(task)];
      const auto fs_end = at + 1 + static_cast<std::ptrdiff_t>(T);
      run.structure = task / replicas;
      run.replica = task % replicas;
      run.fs.assign(at + 1, fs_end);
      run.msd = Array<double>({T, species}, std::vector<double>(fs_end, at + static_cast<std::ptrdiff_t>(length)));
    }
  }
  return runs;
}

/// Runs over times doubled until F_s has decayed: with a few structures, until it has for them, then with all. Collective.
DynamicsRecord doubledRuns(const StageContext& context) {
  const auto& campaign = context.campaign;
  const std::int64_t structures = std::min(campaign.dynamics.structures, campaign.system.structures);
  const auto round = [&](int halvings, std::int64_t count, std::int64_t replicas) {
    const double max_time = std::max(campaign.replicas.dt, campaign.dynamics.max_time / (1 << halvings));
    const StepLadder ladder = iso::dynamicsLadder(max_time, campaign.replicas.dt);
    return iso::combineDynamics(ladder, dynamicsRound(context, ladder, count, replicas), replicas);
  };
  int halvings = kDoublings;
  while (halvings > 0 && round(halvings, std::min(structures, kScouts), 1).fs.back() >= kDecayedEnough) --halvings;
  DynamicsRecord record = round(halvings, structures, campaign.dynamics.replicas);
  while (halvings > 0 && record.fs.back() >= kDecayedEnough) {
    record = round(--halvings, structures, campaign.dynamics.replicas);
  }
  return record;
}

/// F_s, MSD and tau_alpha, measured where that has not been done. Collective; written by rank 0.
DynamicsRecord measureDynamics(const StageContext& context) {
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
  record = doubledRuns(context);
  par::together(context.comm, [&] {
    if (!context.comm.root()) return;
    io::writeDynamics(context.folder.dynamics(), context.folder.manifest("dynamics"), record, context.notes);
  });
  return record;
}

void announceRelaxation(const StageContext& context, const DynamicsRecord& record) {
  if (!context.comm.root()) return;
  if (std::isfinite(record.tau_alpha)) {
    fmt::print("  tau_alpha = {:.4g} +- {:.2g}  (F_s(2 pi, tau_alpha) = 1/e; {} structures x {} runs)\n", record.tau_alpha,
               record.tau_alpha_error, record.structures.size(), record.replicas);
  } else {
    fmt::print("  tau_alpha is above {:.4g}: F_s has fallen to {:.3f} only (dynamics.max_time)\n", record.times.back(),
               record.fs.back());
  }
}

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
    while (r + count < replicas && (count < pack || steps.empty()) && missingSteps(cover, r + count, ladder) == steps) ++count;
    if (!steps.empty()) tasks.push_back({{structure, r, count}, steps});
    r += count;
  }
}

/// Replicas of one task: what the campaign says, or all; with frames kept, as many as kFrameBytes hold.
std::int64_t packSize(const Campaign& c, const StepLadder& ladder) {
  if (c.replicas.pack > 0) return c.replicas.pack;
  if (!c.replicas.keep_frames) return c.replicas.count;
  const auto frame = static_cast<double>(c.system.mixture.particles() * c.system.mixture.dimension) * sizeof(double);
  const double fitting = kFrameBytes / (frame * static_cast<double>(ladder.size()));
  return std::clamp(static_cast<std::int64_t>(fitting), std::int64_t{1}, c.replicas.count);
}

std::vector<LaunchTask> missingTasks(const StageContext& context, const StepLadder& ladder) {
  const auto& c = context.campaign;
  const LabelStore store(context.folder, ladder);
  std::vector<LaunchTask> tasks;
  for (const auto& shard : context.folder.shards()) {
    const auto covered = store.covered(shard);
    for (std::int64_t s = shard.first; s < shard.first + shard.count; ++s) {
      const auto found = covered.find(s);
      addMissing(s, found == covered.end() ? LabelStore::Cover{} : found->second, ladder, c.replicas.count,
                 packSize(c, ladder), tasks);
    }
  }
  return tasks;
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
  std::vector<LaunchTask> tasks;
  par::together(context.comm, [&] { tasks = missingTasks(context, ladder); });  // all have looked before any writes
  runTasks(context, "launch", "replica blocks", static_cast<std::int64_t>(tasks.size()),
           [&](std::int64_t number, const Hook& hook) {
             const auto& task = tasks[static_cast<std::size_t>(number)];
             const StructureState state = storedState(context.folder, task.block.structure);
             const std::string path = context.folder.part("launch", partName(task, ladder));
             makeParentFolder(path);
             const auto steps = StepLadder::fromSteps(task.steps, ladder.dt());
             io::writeReplicaPart(path, context.folder.manifest("part"),
                                  {task.steps, iso::launch(context.campaign, steps, state.thermal, task.block, hook)},
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
