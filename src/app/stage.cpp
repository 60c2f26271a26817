#include "app/stage.hpp"

#include "app/stage_monitor.hpp"
#include "core/error.hpp"
#include "par/task_counter.hpp"

namespace glassforge::app {

namespace {

/// Shares write no log of their progress: many nodes cannot append to one file (NFS), and a file each is too many.
std::string logOf(const StageContext& context) {
  return context.share.isPart() ? "" : context.folder.progressLog();
}

}  // namespace

const std::vector<Stage>& stages() {
  static const std::vector<Stage> all{{"equilibrate", equilibrateStage},
                                      {"quench", quenchStage},
                                      {"dynamics", dynamicsStage},
                                      {"launch", launchStage},
                                      {"label", labelStage},
                                      {"describe", describeStage},
                                      {"train", trainStage, Activity::compute},
                                      {"evaluate", evaluateStage, Activity::compute},
                                      {"report", reportStage}};
  return all;
}

void runStage(const StageContext& context, std::size_t k) {
  const Stage& stage = stages().at(k);
  if (context.times) context.times->begin(stage.outside_of_tasks);
  stage.run(context);
  if (context.times && !context.share.isPart())
    logStageTimes(context.comm, stage.name, *context.times, context.folder.timesLog());
}

std::size_t stageNumber(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& stage : stages()) names.push_back(stage.name);
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (names[k] == name) return k;
  }
  throw InputError(fmt::format("stage '{}' is unknown; the stages are {}", name, fmt::join(names, ", ")));
}

namespace {

/// Does the work, at the first or the second try; what was wrong goes to the log, and after the second to `failures`.
void tryTwice(StageMonitor& monitor, const std::function<void()>& work, std::vector<std::string>& failures) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      return work();
    } catch (const Error& error) {
      if (error.code() != ExitCode::physics) throw;
      const std::string why = error.what();  // empty on the ranks of a group that only hear of it
      if (!why.empty() && attempt == 0) monitor.note(why + "; it is tried once more");
      if (!why.empty() && attempt == 1) failures.push_back(why);
    }
  }
}

/// Collective.
void requireNoFailures(const StageContext& context, const std::string& stage, const std::string& unit,
                       const std::vector<std::string>& mine) {
  auto all = context.comm.allGather(fmt::format("{}", fmt::join(mine, "; ")));
  std::erase(all, "");
  if (all.empty()) return;
  throw PhysicsError(fmt::format("{}: {} failed twice; the others are kept. {}", stage, unit, fmt::join(all, "; ")));
}

}  // namespace

void tellShare(const StageContext& context, const std::string& unit, std::size_t done) {
  if (!context.share.isPart() || !context.comm.root()) return;
  fmt::print("share {} of {}: {} {} done now, nothing left; merged by the next run without --share\n",
             context.share.text(), context.share.stage, done, unit);
}

void runTasks(const StageContext& context, const std::string& stage, const std::string& unit, std::int64_t count,
              const TaskWork& work) {
  runGroupTasks(context, par::Communicator::self(), context.comm.size(), stage, unit, count, work);
}

void runGroupTasks(const StageContext& context, const par::Communicator& group, int groups, const std::string& stage,
                   const std::string& unit, std::int64_t count, const TaskWork& work) {
  Progress progress(stage, unit, count, groups, logOf(context), !context.comm.root());
  par::TaskCounter counter(context.comm, count);
  const std::function<void(double)> report = [&](double share) {
    progress.share(share);
    context.comm.poke();
  };
  const std::function<bool()> stopped = [&] { return counter.stopped(); };
  const auto next = [&] {
    std::int64_t task = -1;
    const double before = context.comm.waited();
    context.comm.wait([&] { task = group.root() ? counter.next() : -1; });
    if (context.times) context.times->addHandout(context.comm.waited() - before);
    return std::stoll(group.broadcast(fmt::format("{}", task)));
  };
  std::vector<std::string> failures;
  const auto workOff = [&] {
    for (std::int64_t task = next(); task >= 0; task = next()) {
      par::together(group, [&] { context.guard.check(); });
      progress.take(task);
      StageMonitor monitor(context, stage, report, stopped);
      tryTwice(
          monitor,
          [&] {
            const ActivityScope computing(context.times, Activity::compute);
            work(task, monitor);
          },
          failures);
      if (context.times && group.root()) context.times->countTask();
    }
  };
  par::together(context.comm, [&] {
    try {
      workOff();
    } catch (...) {  // a stop, a full disk: the others end where they can go on from, instead of doing all that is left
      counter.stop();
      throw;
    }
  });
  progress.finish();
  requireNoFailures(context, stage, unit, failures);
}

}  // namespace glassforge::app
