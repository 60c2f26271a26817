// Tasks shared out among 1 to 4 ranks: each is done once, what fails is tried twice and harms no other, the longest
// come first.
#include "app/stage.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <thread>

#include "app/campaign_session.hpp"
#include "app/stage_monitor.hpp"
#include "app/training_monitor.hpp"
#include "core/error.hpp"
#include "unit/io/temporary_folder.hpp"

namespace glassforge::app {
namespace {

const par::Communicator& world() {
  static const par::Communicator comm = par::Communicator::world();
  return comm;
}

/// A campaign folder that all ranks see, and a session in it.
class Stages : public ::testing::Test {
 protected:
  Stages() {
    campaign_.name = "tasks";
    campaign_.system.mixture = Mixture::preset("KA2D");
    root_ = world().broadcast(folder_.path("tasks"));
    session_ = std::make_unique<CampaignSession>(world(), campaign_, root_);
  }
  ~Stages() override { world().barrier(); }  // the folder goes when all have looked
  const StageContext& context() const { return session_->context(); }

  /// Every number of every rank, sorted.
  static std::vector<double> everywhere(const std::vector<double>& mine) {
    std::vector<double> all;
    for (const auto& theirs : world().allGather(mine)) all.insert(all.end(), theirs.begin(), theirs.end());
    std::sort(all.begin(), all.end());
    return all;
  }
  std::string notes() const {
    std::ifstream in(root_ + "/log/notes.jsonl");
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  TemporaryFolder folder_;
  Campaign campaign_;
  std::string root_;
  std::unique_ptr<CampaignSession> session_;
};

TEST_F(Stages, everyTaskIsDoneOnce) {
  std::vector<double> done, expected(100);
  std::iota(expected.begin(), expected.end(), 0.0);
  runTasks(context(), "test", "tasks", 100,
           [&](std::int64_t task, StageMonitor&) { done.push_back(static_cast<double>(task)); });
  EXPECT_EQ(everywhere(done), expected);
}

TEST_F(Stages, aTaskThatFailsOnceIsTriedAgain) {
  std::vector<double> done;
  int attempts = 0;
  runTasks(context(), "test", "tasks", 20, [&](std::int64_t task, StageMonitor&) {
    if (task == 7 && attempts++ == 0) throw PhysicsError("a fault that does not come twice");
    done.push_back(static_cast<double>(task));
  });
  EXPECT_EQ(everywhere(done).size(), 20u);
  EXPECT_EQ(everywhere({static_cast<double>(attempts)}).back(), 2);
  EXPECT_NE(notes().find("a fault that does not come twice; it is tried once more"), std::string::npos);
}

TEST_F(Stages, aTaskThatFailsTwiceLeavesTheOthersUnharmed) {
  std::vector<double> done;
  std::string said;
  try {
    runTasks(context(), "test", "tasks", 20, [&](std::int64_t task, StageMonitor&) {
      if (task == 0 || task == 13) throw PhysicsError(fmt::format("task {} left physics", task));
      done.push_back(static_cast<double>(task));
    });
  } catch (const PhysicsError& error) {
    said = error.what();
  }
  EXPECT_EQ(everywhere(done).size(), 18u);
  EXPECT_NE(said.find("task 0 left physics"), std::string::npos);
  EXPECT_NE(said.find("task 13 left physics"), std::string::npos);
}

TEST_F(Stages, whatIsNotPhysicsEndsTheStageOnAllRanks) {
  int places = 0;
  std::string said;
  try {
    runTasks(context(), "test", "tasks", 1000, [&](std::int64_t task, StageMonitor& monitor) {
      if (task == 0) throw FileError("the disk is full");
      for (int k = 0; k < 100; ++k) {  // 2 s a task: a minute and more in all, were it not for the stop
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        ++places;
        monitor.reached(0, [] { return Checkpoint(); });
      }
    });
    ADD_FAILURE() << "nothing was thrown";
  } catch (const FileError& error) {
    said = error.what();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::file_error);
    EXPECT_STREQ(error.what(), "");
  }
  EXPECT_LT(places, 100);  // no rank has finished a task
  const auto speakers = world().allGather(said);
  EXPECT_EQ(std::count(speakers.begin(), speakers.end(), "the disk is full"), 1);
}

/// Seconds of sleep of task k: the longest first, as stages sort them; each rank works until all are done.
double sleepOf(std::int64_t k, std::int64_t tasks) {
  return 0.04 + 0.4 * static_cast<double>(tasks - k) / static_cast<double>(tasks);
}

TEST_F(Stages, aTrainingGoesOnFromTheCheckpointOfTheRoot) {
  Checkpoint saved;
  saved.put("passes", std::int64_t{12});
  saved.put("parameters", Checkpoint::Reals{0.1, -3e300, 1e-320, std::nan("")});
  saved.put("nothing", Checkpoint::Reals{});
  const auto running = [] { return false; };
  StageMonitor first(context(), "train", [](double) {}, running), second(context(), "train", [](double) {}, running);
  first.keepAt("toy", "training");
  second.keepAt("toy", "training");
  EXPECT_FALSE(TrainingMonitor(world(), first, {}).resume().has_value());
  TrainingMonitor(world(), first, {}).save(saved);
  const auto found = TrainingMonitor(world(), second, {}).resume();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->integer("passes"), 12);
  EXPECT_TRUE(found->reals("nothing").empty());
  const auto& parameters = found->reals("parameters", 4);
  EXPECT_EQ(parameters[1], -3e300);
  EXPECT_EQ(parameters[2], 1e-320);
  EXPECT_TRUE(std::isnan(parameters[3]));
}

TEST_F(Stages, aStopOfOneRankStopsATrainingOnAll) {
  bool stop = false;
  StageMonitor task(context(), "train", [](double) {}, [&] { return stop; });
  TrainingMonitor monitor(world(), task, {});
  EXPECT_FALSE(monitor.due());
  EXPECT_NO_THROW(monitor.obey());
  stop = world().rank() == world().size() - 1;
  EXPECT_TRUE(monitor.due());
  EXPECT_THROW(monitor.obey(), Error);
}

TEST_F(Stages, ranksAreSeldomIdle) {
  constexpr std::int64_t kTasks = 40;
  using Clock = std::chrono::steady_clock;
  double busy = 0;
  const auto start = Clock::now();
  const auto since = [](Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); };
  runTasks(context(), "test", "tasks", kTasks, [&](std::int64_t task, StageMonitor&) {
    const auto begin = Clock::now();
    std::this_thread::sleep_for(std::chrono::duration<double>(sleepOf(task, kTasks)));
    busy += since(begin);
  });
  const double whole = since(start);
  const auto all = everywhere({busy});
  const double idle = 1 - std::accumulate(all.begin(), all.end(), 0.0) / (static_cast<double>(all.size()) * whole);
  if (world().root())
    fmt::print("  {} rank(s), {} sleeping tasks, {:.2f} s: idle share {:.2f} %\n", world().size(), kTasks, whole,
               100 * idle);
  double slept = 0;
  for (std::int64_t k = 0; k < kTasks; ++k) slept += sleepOf(k, kTasks);
  // No rank may wait longer than for the last task of another: a bound that needs no clock to be fair.
  EXPECT_LT(whole, (slept / world().size() + sleepOf(0, kTasks)) * 1.5);
}

}  // namespace
}  // namespace glassforge::app
