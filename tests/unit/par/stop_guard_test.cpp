#include "par/stop_guard.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "core/error.hpp"

namespace glassforge::par {
namespace {

TEST(StopGuard, stopsOnASignalWithTheCodeForRunAgain) {
  const StopGuard guard(0);
  guard.check();
  std::raise(SIGUSR1);
  try {
    guard.check();
    FAIL() << "the signal was not noticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::stopped);
  }
}

TEST(StopGuard, aSignalThatCameEarlyOrLateDoesNotEndTheProgram) {
  noteEarlyStops();
  std::raise(SIGUSR1);
  {
    const StopGuard guard(0);
    EXPECT_THROW(guard.check(), Error);
  }
  std::raise(SIGUSR1);  // would end the process
}

TEST(StopGuard, stopsBeforeTheWallTime) {
  const StopGuard guard(0.05);
  EXPECT_EQ(guard.reason(), "");
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  EXPECT_NE(guard.reason(), "");
}

TEST(StopGuard, keepsAMinuteOrAHundredthForWriting) {
  EXPECT_EQ(writingMargin(1), 0.5);
  EXPECT_EQ(writingMargin(100), 50);
  EXPECT_EQ(writingMargin(600), 60);
  EXPECT_EQ(writingMargin(86400), 864);
}

TEST(StopGuard, readsDurationsAsSlurmWritesThem) {
  EXPECT_EQ(parseDuration("90"), 90);
  EXPECT_EQ(parseDuration("1.5m"), 90);
  EXPECT_EQ(parseDuration("2h"), 7200);
  EXPECT_EQ(parseDuration("01:02:03"), 3723);
  EXPECT_EQ(parseDuration("1-00:00:01"), 86401);
  EXPECT_THROW(parseDuration("soon"), InputError);
  EXPECT_THROW(parseDuration("-5"), InputError);
}

}  // namespace
}  // namespace glassforge::par
