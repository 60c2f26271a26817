// The calls of par among 1 to 4 ranks: gathering, agreement, the sharing out of tasks, errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>

#include "core/error.hpp"
#include "par/communicator.hpp"
#include "par/task_counter.hpp"

namespace glassforge::par {
namespace {

const Communicator& world() {
  static const Communicator comm = Communicator::world();
  return comm;
}

int last() { return world().size() - 1; }

TEST(Communicator, knowsItsRanks) {
  EXPECT_EQ(world().root(), world().rank() == 0);
  EXPECT_LT(world().rank(), world().size());
}

TEST(Communicator, broadcastsTheTextOfTheRoot) {
  const std::string mine = world().root() ? std::string("a\0b, and more", 13) : "something else that is longer than it";
  EXPECT_EQ(world().broadcast(mine), std::string("a\0b, and more", 13));
  EXPECT_EQ(world().broadcast(world().root() ? "" : "x"), "");
}

TEST(Communicator, gathersVectorsOfUnlikeLengthsInRankOrder) {
  std::vector<double> mine(static_cast<std::size_t>(3 * (world().rank() % 2) + world().rank()));
  std::iota(mine.begin(), mine.end(), 100.0 * world().rank());
  const auto all = world().allGather(mine);
  ASSERT_EQ(all.size(), static_cast<std::size_t>(world().size()));
  for (int r = 0; r < world().size(); ++r) {
    const auto& from = all[static_cast<std::size_t>(r)];
    ASSERT_EQ(from.size(), static_cast<std::size_t>(3 * (r % 2) + r));
    for (std::size_t k = 0; k < from.size(); ++k) EXPECT_EQ(from[k], 100.0 * r + static_cast<double>(k));
  }
}

TEST(Communicator, gathersTextsSomeOfThemEmpty) {
  const auto textOf = [](int r) { return r % 2 == 0 ? "" : std::string(1000, 'a') + std::to_string(r); };
  const auto all = world().allGather(textOf(world().rank()));
  ASSERT_EQ(all.size(), static_cast<std::size_t>(world().size()));
  for (int r = 0; r < world().size(); ++r) EXPECT_EQ(all[static_cast<std::size_t>(r)], textOf(r));
}

TEST(Communicator, refusesOnAllRanksWhatDiffersOnOne) {
  EXPECT_NO_THROW(world().requireSame("the same", "text"));
  const std::string mine = world().rank() == last() && last() > 0 ? "another" : "the same";
  if (world().size() == 1) {
    EXPECT_NO_THROW(world().requireSame(mine, "text"));
  } else {
    EXPECT_THROW(world().requireSame(mine, "text"), InputError);
  }
}

/// Tasks that each rank took of `count`.
std::vector<std::vector<double>> takeAll(std::int64_t count, bool slow_root) {
  std::vector<double> mine;
  TaskCounter counter(world(), count);
  for (auto task = counter.next(); task >= 0; task = counter.next()) {
    mine.push_back(static_cast<double>(task));
    if (slow_root && world().root()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(counter.next(), -1);
  world().barrier();
  return world().allGather(mine);
}

TEST(TaskCounter, handsOutEachTaskOnce) {
  for (const std::int64_t count : {0, 1, 2, 1000}) {
    std::vector<double> all;
    for (const auto& from : takeAll(count, false)) {
      EXPECT_TRUE(std::is_sorted(from.begin(), from.end()));
      all.insert(all.end(), from.begin(), from.end());
    }
    std::sort(all.begin(), all.end());
    std::vector<double> expected(static_cast<std::size_t>(count));
    std::iota(expected.begin(), expected.end(), 0.0);
    EXPECT_EQ(all, expected);
  }
}

TEST(TaskCounter, aSlowRankTakesFewer) {
  const auto taken = takeAll(40, true);
  if (world().size() > 1) {
    EXPECT_LT(taken[0].size(), 20u);
  } else {
    EXPECT_EQ(taken[0].size(), 40u);
  }
}

/// What together() throws where rank `failing` throws `error`: code and message.
template <class E>
std::pair<int, std::string> outcomeOf(int failing, const E& error) {
  try {
    together(world(), [&] {
      if (world().rank() == failing) throw error;
    });
  } catch (const Error& thrown) {
    return {static_cast<int>(thrown.code()), thrown.what()};
  } catch (const std::exception& thrown) {
    return {static_cast<int>(ExitCode::failure), thrown.what()};
  }
  return {0, "nothing"};
}

TEST(Together, goesOnWhereNothingIsWrong) {
  EXPECT_EQ(outcomeOf(-1, InputError("never thrown")), std::make_pair(0, std::string("nothing")));
}

TEST(Together, anErrorOfOneRankIsThrownOnAllWithItsCode) {
  for (int failing = 0; failing <= last(); ++failing) {
    const std::string said = world().rank() == failing ? "s0007 is lost" : "";
    EXPECT_EQ(outcomeOf(failing, FileError("s0007 is lost")), std::make_pair(3, said));
    EXPECT_EQ(outcomeOf(failing, PhysicsError("s0007 is lost")), std::make_pair(4, said));
    EXPECT_EQ(outcomeOf(failing, Error(ExitCode::stopped, "s0007 is lost")), std::make_pair(75, said));
    EXPECT_EQ(outcomeOf(failing, std::runtime_error("s0007 is lost")), std::make_pair(1, said));
  }
}

TEST(Together, keepsTheTypeOfTheErrorWhereItWasThrown) {
  const auto work = [] {
    if (world().rank() == last()) throw std::bad_alloc();
  };
  if (world().rank() == last()) {
    EXPECT_THROW(together(world(), work), std::bad_alloc);
  } else {
    EXPECT_THROW(together(world(), work), Error);
  }
}

TEST(Together, oneRankTellsWhatAllHaveSeen) {
  std::string said;
  try {
    together(world(), [] { throw InputError("seen by all"); });
  } catch (const InputError& error) {
    said = error.what();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    said = error.what();
  }
  EXPECT_EQ(said, world().root() ? "seen by all" : "");
}

TEST(Together, aTrueErrorGoesBeforeARequestToStop) {
  try {
    together(world(), [] {
      if (world().rank() == last()) throw FileError("the disk is full");
      throw Error(ExitCode::stopped, "stopped by signal 15");
    });
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::file_error);
    EXPECT_EQ(std::string(error.what()), world().rank() == last() ? "the disk is full" : "");
  }
}

TEST(Together, passesOnWhatAnInnerOneHasAgreedOn) {
  std::string said = "nothing";
  try {
    together(world(), [] {
      together(world(), [] {
        if (world().rank() == last()) throw FileError("inner");
      });
    });
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::file_error);
    said = error.what();
  }
  EXPECT_EQ(said, world().rank() == last() ? "inner" : "");
}

}  // namespace
}  // namespace glassforge::par
