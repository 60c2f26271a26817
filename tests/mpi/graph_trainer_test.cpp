// Networks on graphs come out as the same bits on any number of ranks.
#include <gtest/gtest.h>

#include <cmath>

#include "app/learning_data.hpp"
#include "core/error.hpp"
#include "support/task_monitors.hpp"
#include "unit/ml/graph_support.hpp"

namespace glassforge::app {
namespace {

const par::Communicator& world() {
  static const par::Communicator comm = par::Communicator::world();
  return comm;
}

TEST(MpiReducer, sumsSlotsToTheSameBits) {
  MpiReducer shared(world());
  ml::SerialReducer alone;
  for (std::size_t slots = 1; slots <= 11; ++slots) {
    const auto make = [&](std::size_t slot, std::span<float> block) {
      const RandomStream stream({11, Purpose::split, static_cast<std::uint32_t>(slot), 0});
      for (std::size_t k = 0; k < block.size(); ++k) {
        const auto u = stream.uniforms(slots, static_cast<std::uint32_t>(k));
        block[k] = static_cast<float>((u[0] - 0.5) * std::pow(10.0, 10 * u[1] - 5));
      }
      return std::vector<double>(slot % 3, static_cast<double>(slot));
    };
    std::vector<float> one(500), other(500);
    EXPECT_EQ(shared.sumSlots(slots, one, make), alone.sumSlots(slots, other, make));
    EXPECT_EQ(one, other) << slots << " slots";
  }
}

TEST(MpiReducer, anErrorInASlotReachesAll) {
  MpiReducer shared(world());
  std::vector<float> total(3);
  const auto make = [](std::size_t slot, std::span<float>) {
    require<FileError>(slot != 4, "slot {} cannot be made", slot);
    return std::vector<double>();
  };
  EXPECT_THROW(shared.sumSlots(5, total, make), Error);
}

ml::ModelRequest request(std::int64_t batch) {
  ml::ModelRequest made{"toy", {"A", "B"}, 3, {}};
  made.settings.seed = 4;
  GraphLearning& learning = made.settings.graphs["toy"];
  learning.batch = batch;
  learning.passes = 30;
  learning.pretrain_passes = 10;
  learning.validate_every = 7;
  learning.rate = 0.02;
  learning.node_share = 0.4;
  learning.times = {10};
  learning.labels = {"displacement"};
  return made;
}

TEST(GraphModel, isTheSameOnAnyNumberOfRanks) {
  const ml::testing::GasSource source(8);
  const ml::TrainingView view(source, {{0, 1, 2, 3, 4}, {5, 6, 7}, {}});
  for (const std::int64_t batch : {1, 2, 3, 4, 7}) {
    MpiReducer shared(world());
    ml::SerialReducer reducer;
    ml::GraphModel together(ml::testing::toyKind(true, false), request(batch));
    ml::GraphModel alone(ml::testing::toyKind(true, false), request(batch));
    together.fit(view, shared);
    alone.fit(view, reducer);
    EXPECT_EQ(together.save().arrays.at("displacement/t1/seed0/hidden.weight"),
              alone.save().arrays.at("displacement/t1/seed0/hidden.weight"));
    EXPECT_EQ(together.save().arrays, alone.save().arrays) << "batch " << batch;
    EXPECT_EQ(together.save().attributes, alone.save().attributes);
  }
}

/// Stopped alone, continued by all ranks and the other way round.
TEST(GraphModel, goesOnWithAnotherNumberOfRanks) {
  const ml::testing::GasSource source(8);
  const ml::TrainingView view(source, {{0, 1, 2, 3, 4}, {5, 6, 7}, {}});
  ml::SerialReducer reducer;
  ml::GraphModel whole(ml::testing::toyKind(true, false), request(4));
  whole.fit(view, reducer);
  test::StoppingMonitor monitor(3);
  int round = 0;
  monitor.untilDone([&](FitMonitor& m) {
    MpiReducer shared(world());
    ml::GraphModel stopped(ml::testing::toyKind(true, false), request(4));
    stopped.fitWatched(view, ++round % 2 == 0 ? static_cast<ml::Reducer&>(shared) : reducer, m);
    EXPECT_EQ(stopped.save().arrays, whole.save().arrays);
    return true;
  });
  EXPECT_EQ(monitor.stops(), 3);
}

}  // namespace
}  // namespace glassforge::app
