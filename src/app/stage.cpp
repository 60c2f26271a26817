#include "app/stage.hpp"

#include "core/error.hpp"
#include "par/task_counter.hpp"

namespace glassforge::app {

const std::vector<Stage>& stages() {
  static const std::vector<Stage> all{
      {"equilibrate", equilibrateStage}, {"quench", quenchStage}, {"launch", launchStage},     {"label", labelStage},
      {"describe", describeStage},       {"train", trainStage},   {"evaluate", evaluateStage}, {"report", reportStage}};
  return all;
}

std::size_t stageNumber(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& stage : stages()) names.push_back(stage.name);
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (names[k] == name) return k;
  }
  throw InputError(fmt::format("stage '{}' is unknown; the stages are {}", name, fmt::join(names, ", ")));
}

void runTasks(const StageContext& context, const std::string& stage, const std::string& unit, std::int64_t count,
              const std::function<void(std::int64_t, const std::function<void(double)>&)>& work) {
  runGroupTasks(context, par::Communicator::self(), context.comm.size(), stage, unit, count, work);
}

void runGroupTasks(const StageContext& context, const par::Communicator& group, int groups, const std::string& stage,
                   const std::string& unit, std::int64_t count,
                   const std::function<void(std::int64_t, const std::function<void(double)>&)>& work) {
  Progress progress(stage, unit, count, groups, context.folder.progressLog(), !context.comm.root());
  const std::function<void(double)> hook = [&](double share) {
    progress.share(share);
    context.guard.check();
  };
  par::TaskCounter counter(context.comm, count);
  const auto next = [&] { return std::stoll(group.broadcast(group.root() ? fmt::format("{}", counter.next()) : "")); };
  par::together(context.comm, [&] {
    for (std::int64_t task = next(); task >= 0; task = next()) {
      par::together(group, [&] { context.guard.check(); });
      progress.take(task);
      work(task, hook);
    }
  });
  progress.finish();
}

}  // namespace glassforge::app
