/// The stages of a campaign, in order, and what each of them is given.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/campaign_folder.hpp"
#include "app/progress.hpp"
#include "app/share.hpp"
#include "app/stage_times.hpp"
#include "core/campaign.hpp"
#include "io/manifest_file.hpp"
#include "par/communicator.hpp"
#include "par/stop_guard.hpp"

namespace glassforge::app {

/// Seconds; a checkpoint takes some 0.1 s (docs/performance.md).
constexpr double kCheckpointInterval = 300;

struct StageContext {
  const par::Communicator& comm;
  const Campaign& campaign;
  const CampaignFolder& folder;
  const par::StopGuard& guard;
  io::RunNotes notes;                                ///< for /run in files: date, host, ranks, threads
  double checkpoint_interval = kCheckpointInterval;  ///< seconds between two checkpoints of a task
  bool accept_version = false;                       ///< go on from checkpoints of another version or instruction set
  Share share = {};                                  ///< what of a stage is this program's; a part merges nothing
  StageTimes* times = nullptr;                       ///< told where the time goes, where somebody wants to know
};

/// Every stage is collective, does only what is not done yet, and is a no-op where nothing is left.
void equilibrateStage(const StageContext& context);
/// equilibrate by replica exchange: `todo` are the structures that are missing.
void temperStructures(const StageContext& context, const std::vector<std::int64_t>& todo);
void quenchStage(const StageContext& context);
/// tau_alpha from short runs, where it has not been measured. Runs get longer until F_s has decayed, one round after
/// the other, so it is one program's: its runs are shared out among the ranks.
void dynamicsStage(const StageContext& context);
void launchStage(const StageContext& context);
void labelStage(const StageContext& context);
void describeStage(const StageContext& context);
void trainStage(const StageContext& context);
void evaluateStage(const StageContext& context);
/// Part of evaluate, where [evaluate] folds asks for it: every structure predicted by models that have not seen it, and
/// the learning curve.
void crossFit(const StageContext& context);
void reportStage(const StageContext& context);

struct Stage {
  std::string name;
  void (*run)(const StageContext&);
  Activity outside_of_tasks = Activity::files;  ///< what it does before, between and after tasks
};
/// All stages in their order.
const std::vector<Stage>& stages();
/// Runs stage number k, and logs where its time went. Collective.
void runStage(const StageContext& context, std::size_t k);
/// The number of a stage; InputError with the known names otherwise.
std::size_t stageNumber(const std::string& name);

/// Says how many tasks of its own a share has done; nothing for a whole campaign. By rank 0.
void tellShare(const StageContext& context, const std::string& unit, std::size_t done);

class StageMonitor;
/// One task; what it throws as PhysicsError is tried once more before it counts as failed.
using TaskWork = std::function<void(std::int64_t task, StageMonitor& monitor)>;

/// Runs tasks 0 .. n-1, shared out among the ranks as they become free, so the longest ought to come first; ends with
/// all ranks in step. A task that fails twice leaves the others unharmed: they are done first, then a PhysicsError
/// names the failed ones. Collective.
void runTasks(const StageContext& context, const std::string& stage, const std::string& unit, std::int64_t count,
              const TaskWork& work);

/// The same for tasks that take several ranks: all ranks of a group work on one task together. What `work` throws, it
/// must throw on every rank of the group (par::together). Collective over the ranks of the context.
void runGroupTasks(const StageContext& context, const par::Communicator& group, int groups, const std::string& stage,
                   const std::string& unit, std::int64_t count, const TaskWork& work);

}  // namespace glassforge::app
