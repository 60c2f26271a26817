// Stage dynamics: the relaxation of the liquid from short runs: F_s, mean square displacement, tau_alpha.
#include <algorithm>
#include <cmath>

#include "app/label_store.hpp"
#include "app/stage.hpp"
#include "app/stage_monitor.hpp"
#include "app/state_store.hpp"
#include "core/dynamics_record.hpp"
#include "core/error.hpp"
#include "io/checkpoint_file.hpp"
#include "io/dynamics_file.hpp"
#include "iso/dynamics.hpp"

namespace glassforge::app {
namespace {

constexpr double kDecayedEnough = 0.3;  // F_s at which the measurement of tau_alpha ends
constexpr int kDoublings = 6;           // the first round runs to max_time / 2^6
constexpr std::int64_t kScouts = 4;     // structures that find out how long the runs must be
constexpr const char* kStage = "dynamics";

/// A run, and the name of its part in work/dynamics.
struct DynamicsTask {
  std::int64_t structure = 0, replica = 0;
  std::string name;
};

std::vector<DynamicsTask> tasksOf(const StepLadder& ladder, std::int64_t structures, std::int64_t replicas) {
  std::vector<DynamicsTask> tasks;
  for (std::int64_t s = 0; s < structures; ++s) {
    for (std::int64_t r = 0; r < replicas; ++r) {
      tasks.push_back({s, r, fmt::format("{}_r{:04d}_{}", structureLabel(s), r, ladder.last())});
    }
  }
  return tasks;
}

void writeRun(const StageContext& context, const DynamicsTask& task, const iso::DynamicsRun& run) {
  const ActivityScope files(context.times, Activity::files);
  Checkpoint content;
  content.put("f_s", run.fs);
  content.put("msd", run.msd.values());
  io::writeCheckpoint(context.folder.part(kStage, task.name),
                      {context.folder.manifest("checkpoint"), task.name, 0, content}, context.notes);
}

iso::DynamicsRun readRun(const CampaignFolder& folder, const DynamicsTask& task, std::size_t times,
                         std::size_t species) {
  const std::string path = folder.part(kStage, task.name);
  const io::StoredCheckpoint stored = io::readCheckpoint(path);
  io::checkManifest(path, stored.manifest, folder.manifest("checkpoint"));
  iso::DynamicsRun run;
  run.structure = task.structure;
  run.replica = task.replica;
  run.fs = stored.content.reals("f_s", times);
  run.msd = Array<double>({times, species}, stored.content.reals("msd", times * species));
  return run;
}

/// One round of runs of the first `structures` structures, on every rank; runs of a structure stand together.
/// Collective.
std::vector<iso::DynamicsRun> dynamicsRound(const StageContext& context, const StepLadder& ladder,
                                            std::int64_t structures, std::int64_t replicas) {
  const auto tasks = tasksOf(ladder, structures, replicas);
  std::vector<DynamicsTask> missing;
  par::together(context.comm, [&] {  // all have looked before any writes
    for (const auto& task : tasks) {
      if (!exists(context.folder.part(kStage, task.name))) missing.push_back(task);
    }
  });
  runTasks(context, kStage, "runs", static_cast<std::int64_t>(missing.size()),
           [&](std::int64_t number, StageMonitor& monitor) {
             const auto& task = missing[static_cast<std::size_t>(number)];
             monitor.keepAt(task.name, "dynamics " + task.name);
             const StructureState state = storedState(context, task.structure);
             writeRun(context, task, iso::runDynamics(context.campaign, ladder, state, task.replica, monitor));
             monitor.forget();
           });
  std::vector<iso::DynamicsRun> runs;
  par::together(context.comm, [&] {
    const auto species = static_cast<std::size_t>(context.campaign.system.mixture.speciesCount());
    for (const auto& task : tasks) runs.push_back(readRun(context.folder, task, ladder.size(), species));
  });
  return runs;
}

/// Runs over times doubled until F_s has decayed: with a few structures, until it has for them, then with all.
/// Collective.
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

/// F_s, MSD and tau_alpha from short runs, measured where that has not been done and written to dynamics.h5.
/// Collective.
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
    context.folder.removeParts(kStage, context.folder.parts(kStage));
    context.folder.removeCheckpoints(kStage);
  });
  return record;
}

/// tau_alpha, or how far F_s has fallen, in a line on rank 0.
void announceRelaxation(const StageContext& context, const DynamicsRecord& record) {
  if (!context.comm.root()) return;
  if (std::isfinite(record.tau_alpha)) {
    fmt::print("  tau_alpha = {:.4g} +- {:.2g}  (F_s(2 pi, tau_alpha) = 1/e; {} structures x {} runs)\n",
               record.tau_alpha, record.tau_alpha_error, record.structures.size(), record.replicas);
  } else {
    fmt::print("  tau_alpha is above {:.4g}: F_s has fallen to {:.3f} only (dynamics.max_time)\n", record.times.back(),
               record.fs.back());
  }
}

}  // namespace

void dynamicsStage(const StageContext& context) {
  bool imported = false;
  par::together(context.comm, [&] { imported = LabelStore::imported(context.folder); });
  if (imported || context.campaign.dynamics.structures == 0) return;
  announceRelaxation(context, measureDynamics(context));
}

}  // namespace glassforge::app
