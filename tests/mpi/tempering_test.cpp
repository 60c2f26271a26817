// Replica exchange shared out among 1 to 4 ranks: the same bits as on one, and errors that end all of them.
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "par/communicator.hpp"
#include "support/brute_force.hpp"
#include "support/task_monitors.hpp"
#include "swapmc/tempering.hpp"

namespace glassforge::swapmc {
namespace {

const par::Communicator& world() {
  static const par::Communicator comm = par::Communicator::world();
  return comm;
}

TemperingRanks ranksOf(const par::Communicator& comm) {
  return {comm.rank(), comm.size(), [&comm](const std::function<void()>& work) { par::together(comm, work); },
          [&comm](const std::vector<double>& mine) {
            std::vector<double> all;
            for (const auto& theirs : comm.allGather(mine)) all.insert(all.end(), theirs.begin(), theirs.end());
            return all;
          }};
}

/// Three levels, so that four ranks leave one without a replica.
Campaign smallCampaign(int dimension) {
  Campaign c;
  c.seed = 3;
  c.system.mixture = test::scaledDown(Mixture::preset(dimension == 3 ? "KA" : "KA2D"), dimension == 3 ? 250 : 120);
  c.system.temperature = 0.9;
  c.equilibrate.method = "tempering";
  c.equilibrate.temperatures = {0.9, 0.98, 1.1};
  c.equilibrate.start_temperature = 1.5;
  c.equilibrate.exchange_time = 0.05;
  c.equilibrate.time = 1.0;
  c.equilibrate.samples = 15;
  c.replicas.dt = 0.005;
  c.engine.skin = 0.3;
  c.certificate.make = false;
  return c;
}

void expectTheBitsOfOneRank(int dimension) {
  const Campaign c = smallCampaign(dimension);
  const auto alone = temper(c, 2, TemperingRanks::alone());
  const auto shared = temper(c, 2, ranksOf(world()));
  ASSERT_TRUE(alone.has_value());
  double owners = 0;
  for (const auto& one : world().allGather(std::vector<double>{shared ? 1.0 : 0.0})) owners += one.front();
  EXPECT_EQ(owners, 1);
  if (!shared) return;
  EXPECT_EQ(shared->thermal.position, alone->thermal.position);
  EXPECT_EQ(shared->thermal.velocity, alone->thermal.velocity);
  EXPECT_EQ(shared->thermal.image, alone->thermal.image);
  EXPECT_EQ(shared->equilibration.energy, alone->equilibration.energy);
  EXPECT_EQ(shared->equilibration.pressure, alone->equilibration.pressure);
  EXPECT_EQ(shared->equilibration.move_acceptance, alone->equilibration.move_acceptance);
  EXPECT_EQ(shared->equilibration.round_trips, alone->equilibration.round_trips);
  EXPECT_EQ(shared->energy, alone->energy);
}

TEST(Tempering, hasTheBitsOfOneRankIn2D) {
  expectTheBitsOfOneRank(2);
}
TEST(Tempering, hasTheBitsOfOneRankIn3D) {
  expectTheBitsOfOneRank(3);
}

TEST(Tempering, recordsTheLowestLevelAndTheExchanges) {
  const auto state = temper(smallCampaign(2), 0, TemperingRanks::alone());
  ASSERT_TRUE(state.has_value());
  const auto& series = state->equilibration;
  ASSERT_EQ(series.energy.size(), 15u);
  EXPECT_EQ(series.method, "tempering");
  EXPECT_NEAR(series.progress.back(), 1.5, 1e-12);
  EXPECT_GT(series.temperature.front(), 0.9);
  EXPECT_EQ(series.temperature.back(), 0.9);
  EXPECT_EQ(series.energy.back(), state->energy);
  EXPECT_EQ(series.pressure.back(), state->pressure);
  const double brute = test::bruteForce<2>(smallCampaign(2).system.mixture, state->thermal).energy;
  EXPECT_NEAR(state->energy, brute / static_cast<double>(state->thermal.particles()), 1e-10);
  ASSERT_EQ(series.move_names.size(), 2u);
  EXPECT_EQ(series.move_names[1], "exchange 0.98-1.1");
  EXPECT_EQ(series.move_attempts, (std::vector<double>{10, 10}));
  EXPECT_GT(series.move_acceptance[0], 0);
}

TEST(Tempering, replicasStartApart) {
  Campaign other = smallCampaign(2);
  other.equilibrate.temperatures = {0.9, 0.9000001, 0.9000002};  // nearly the same bath, so exchanges happen at once
  const auto first = temper(other, 0, TemperingRanks::alone());
  other.equilibrate.temperatures = {0.9, 5.0, 9.0};  // none happens: replica 0 stays at the lowest level
  other.equilibrate.start_temperature = 9.0;
  const auto second = temper(other, 0, TemperingRanks::alone());
  EXPECT_GT(first->equilibration.round_trips, 0);
  EXPECT_EQ(second->equilibration.round_trips, 0);
  EXPECT_LT(second->equilibration.move_acceptance[0], 0.2);
}

TEST(Tempering, whatOneRankThrowsEndsAll) {
  const int thrower = world().size() - 1;
  int blocks = 0;
  test::ProgressMonitor monitor([&](double) {
    if (world().rank() == thrower && ++blocks == 3) throw PhysicsError("stopped on one rank");
  });
  EXPECT_THROW(temper(smallCampaign(2), 0, ranksOf(world()), monitor), Error);
}

/// Rank 0 keeps the checkpoint; what the others read is what it kept.
class SharedMonitor final : public TaskMonitor {
 public:
  SharedMonitor(int stop_at, int rank) : stop_at_(stop_at), rank_(rank) {}
  bool due() override { return ++blocks_ == stop_at_ && rank_ == 0; }  // one rank asks, all stop
  void save(const Checkpoint& checkpoint) override { kept = checkpoint; }
  void obey() override {
    if (blocks_ == stop_at_) throw Error(ExitCode::stopped, "stopped by a test");
  }
  std::optional<Checkpoint> resume() override { return kept; }
  std::optional<Checkpoint> kept;

 private:
  int stop_at_, rank_, blocks_ = 0;
};

Campaign redoneCampaign() {
  Campaign c = smallCampaign(2);
  c.certificate.make = true;
  c.certificate.largest_scattering = 1e-9;  // never reached: sampling is redone twice
  c.certificate.on_failure = "redo";
  c.certificate.redos = 2;
  return c;
}

/// Stopped after `blocks` blocks on the ranks of `before`, run on by those of `after`.
std::optional<StructureState> temperedInTwoRuns(const Campaign& c, int blocks, const TemperingRanks& before,
                                                const TemperingRanks& after) {
  SharedMonitor first(blocks, before.rank);
  EXPECT_THROW(temper(c, 1, before, first), Error);
  SharedMonitor second(0, after.rank);
  second.kept = first.kept;
  return temper(c, 1, after, second);
}

TEST(Tempering, goesOnFromACheckpointOnAnotherNumberOfRanks) {
  const Campaign c = redoneCampaign();
  const auto whole = temper(c, 1, TemperingRanks::alone());
  ASSERT_EQ(whole->equilibration.redos, 2);
  for (const int blocks : {1, 7, 10, 11, 25, 30, 44, 70}) {  // cooling, its end, sampling, its end, both redos
    const auto to_all = temperedInTwoRuns(c, blocks, TemperingRanks::alone(), ranksOf(world()));
    if (to_all) {
      EXPECT_EQ(to_all->thermal.position, whole->thermal.position) << blocks;
      EXPECT_EQ(to_all->thermal.velocity, whole->thermal.velocity) << blocks;
      EXPECT_EQ(to_all->equilibration.energy, whole->equilibration.energy) << blocks;
      EXPECT_EQ(to_all->equilibration.move_acceptance, whole->equilibration.move_acceptance) << blocks;
      EXPECT_EQ(to_all->equilibration.round_trips, whole->equilibration.round_trips) << blocks;
      ASSERT_EQ(to_all->checks.size(), whole->checks.size());
      for (std::size_t k = 0; k < whole->checks.size(); ++k) EXPECT_EQ(to_all->checks[k].value, whole->checks[k].value);
    }
  }
  SharedMonitor shared(33, world().rank());
  EXPECT_THROW(temper(c, 1, ranksOf(world()), shared), Error);
  if (world().rank() != 0) return;
  SharedMonitor alone(0, 0);
  alone.kept = shared.kept;
  const auto from_all = temper(c, 1, TemperingRanks::alone(), alone);
  EXPECT_EQ(from_all->thermal.position, whole->thermal.position);
  EXPECT_EQ(from_all->equilibration.pressure, whole->equilibration.pressure);
}

TEST(RankGroup, dividesNeighboursEvenly) {
  for (int groups = 1; groups <= world().size(); ++groups) {
    const par::RankGroup group(world(), groups);
    const int size = group.comm().size();
    EXPECT_GE(size, world().size() / groups);
    EXPECT_LE(size, world().size() / groups + 1);
    const auto ranks = group.comm().allGather(std::vector<double>{static_cast<double>(world().rank())});
    for (std::size_t k = 1; k < ranks.size(); ++k) EXPECT_EQ(ranks[k].front(), ranks[k - 1].front() + 1);
  }
  EXPECT_EQ(par::Communicator::self().size(), 1);
}

}  // namespace
}  // namespace glassforge::swapmc
