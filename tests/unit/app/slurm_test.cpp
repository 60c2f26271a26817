#include <gtest/gtest.h>

#include "app/job_plan.hpp"
#include "app/job_scripts.hpp"
#include "app/placement.hpp"
#include "app/share.hpp"
#include "app/slurm.hpp"
#include "app/time_limit.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

TEST(Share, everyTaskIsInOneShare) {
  for (std::int64_t task = 0; task < 40; ++task) {
    int owners = 0;
    for (std::int64_t k = 0; k < 7; ++k) owners += Share{"launch", k, 7}.has(task);
    EXPECT_EQ(owners, 1);
    EXPECT_TRUE(Share().has(task));
  }
}

TEST(Share, readsWhichOfHowMany) {
  const Share share = parseShare("quench", "3/16");
  EXPECT_EQ(share.index, 3);
  EXPECT_EQ(share.count, 16);
  EXPECT_EQ(share.text(), "3/16");
  for (const char* wrong : {"16/16", "0/0", "-1/4", "1/4/5", "a/b", "1234567/12345678"}) {
    EXPECT_THROW(parseShare("quench", wrong), InputError) << wrong;
  }
  EXPECT_THROW(parseShare("train", "0/2"), InputError);
}

TEST(TimeLimit, readsWhatSqueuePrints) {
  EXPECT_EQ(secondsLeft("0:09\n"), 9);
  EXPECT_EQ(secondsLeft("59:58\n"), 3598);
  EXPECT_EQ(secondsLeft(" 1:00:00"), 3600);
  EXPECT_EQ(secondsLeft("2-03:04:05\n"), ((48 + 3) * 60 + 4) * 60 + 5);
  EXPECT_EQ(secondsLeft("UNLIMITED\n"), 0);
  EXPECT_EQ(secondsLeft("INVALID\n"), 0);
  EXPECT_EQ(secondsLeft(""), 0);
}

TEST(Slurm, findsTheLargestArray) {
  EXPECT_EQ(largestArrayIn("MailProg = /bin/mail\nMaxArraySize            = 1001\nMaxDBDMsgs = 2\n"), 1001);
  EXPECT_EQ(largestArrayIn("MaxArraySize = 0\n"), 1);
  EXPECT_EQ(largestArrayIn("slurm_load_ctl_conf error"), std::nullopt);
}

TEST(JobPlan, writesTimesAndRangesAsSlurmReadsThem) {
  EXPECT_EQ(slurmTime(60), "00:01:00");
  EXPECT_EQ(slurmTime(61), "00:02:00");
  EXPECT_EQ(slurmTime(86400 + 3600), "1-01:00:00");
  Job job{.name = "launch", .stage = "launch", .shares = 9};
  job.elements = {0, 1, 2, 5, 7, 8};
  EXPECT_EQ(job.arraySpec(0), "0-2,5,7-8");
  EXPECT_EQ(job.arraySpec(4), "0-2,5,7-8%4");
  EXPECT_EQ(ranges({}), "");
}

TEST(JobScripts, quoteWordsForTheShell) {
  EXPECT_EQ(shellWord("/scratch/a_b-1.toml"), "/scratch/a_b-1.toml");
  EXPECT_EQ(shellWord("my runs/c.toml"), "'my runs/c.toml'");
  EXPECT_EQ(shellWord("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(shellWord(""), "''");
}

}  // namespace
}  // namespace glassforge::app
