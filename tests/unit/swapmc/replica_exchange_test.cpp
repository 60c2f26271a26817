#include "swapmc/replica_exchange.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace glassforge::swapmc {
namespace {

TEST(ReplicaExchange, AcceptsWithMetropolisProbability) {
  EXPECT_DOUBLE_EQ(exchangeProbability(0.5, -10, 1.0, -8), std::exp((1 / 0.5 - 1 / 1.0) * (-10 + 8)));
  EXPECT_DOUBLE_EQ(exchangeProbability(1.0, -8, 0.5, -10), exchangeProbability(0.5, -10, 1.0, -8));
  EXPECT_DOUBLE_EQ(exchangeProbability(0.5, -8, 1.0, -10), 1.0);  // the colder one would gain
  EXPECT_DOUBLE_EQ(exchangeProbability(0.7, -8, 0.7, -80), 1.0);
}

TEST(ReplicaExchange, AttemptsEvenAndOddPairsInTurnAndNamesThem) {
  ReplicaExchange exchange({0.5, 0.6, 0.7125, 0.8}, {1, Purpose::test, 0, 0});
  for (int round = 0; round < 3; ++round) exchange.attempt({0, 0, 0, 0});
  ASSERT_EQ(exchange.counts().size(), 3u);
  EXPECT_EQ(exchange.counts()[0].name, "exchange 0.5-0.6");
  EXPECT_EQ(exchange.counts()[1].name, "exchange 0.6-0.7125");
  EXPECT_EQ(exchange.counts()[0].attempted, 2);
  EXPECT_EQ(exchange.counts()[1].attempted, 1);
  EXPECT_EQ(exchange.counts()[2].attempted, 2);
  for (int r = 0; r < 4; ++r) EXPECT_EQ(exchange.replicaAt(exchange.levelOf(r)), r);
}

TEST(ReplicaExchange, CountsRoundTrips) {
  ReplicaExchange exchange({1.0, 2.0}, {1, Purpose::test, 0, 0});
  // Equal energies: each even round exchanges. Replica 0 goes up in the first; each one after that ends one round trip but the
  // second of replica 1, which began at the top.
  for (int round = 0; round < 9; ++round) exchange.attempt({0, 0});
  EXPECT_EQ(exchange.counts()[0].accepted, 5);
  EXPECT_EQ(exchange.roundTrips(), 4);
  EXPECT_EQ(exchange.replicaAt(0), 1);
}

constexpr std::array<double, 4> kStates{0.0, 1.0, 1.4, 3.0};  // a system of four states

std::array<double, 4> boltzmann(double temperature) {
  std::array<double, 4> p{};
  double norm = 0;
  for (std::size_t s = 0; s < p.size(); ++s) norm += p[s] = std::exp(-kStates[s] / temperature);
  for (double& x : p) x /= norm;
  return p;
}

/// Only at the highest temperature do systems change their state by themselves, drawn anew from the Boltzmann weights; the
/// colder levels live on what exchanges bring down. All levels must come out canonical.
TEST(ReplicaExchange, ObeysDetailedBalanceByEnumeration) {
  const std::vector<double> temperatures{0.4, 0.7, 1.3};
  ReplicaExchange exchange(temperatures, {7, Purpose::test, 0, 0});
  const RandomStream stream({7, Purpose::test, 1, 0});
  std::vector<std::size_t> state{0, 1, 2};
  std::array<std::array<double, 4>, 3> seen{};
  const int samples = 100000, stride = 12;  // the stride makes samples nearly independent
  const auto hot = boltzmann(temperatures.back());
  for (int n = 0; n < samples * stride; ++n) {
    double u = stream.uniforms(static_cast<std::uint64_t>(n), 0)[0];
    std::size_t s = 0;
    while (s + 1 < hot.size() && u > hot[s]) u -= hot[s++];
    state[static_cast<std::size_t>(exchange.replicaAt(2))] = s;
    exchange.attempt({kStates[state[0]], kStates[state[1]], kStates[state[2]]});
    if (n % stride != 0) continue;
    for (int level = 0; level < 3; ++level) {
      ++seen[static_cast<std::size_t>(level)][state[static_cast<std::size_t>(exchange.replicaAt(level))]];
    }
  }
  for (std::size_t level = 0; level < 3; ++level) {
    const auto expected = boltzmann(temperatures[level]);
    double chi2 = 0, against_hottest = 0;
    for (std::size_t s = 0; s < 4; ++s) {
      const auto squared = [&](double p) { return std::pow(seen[level][s] - samples * p, 2) / (samples * p); };
      chi2 += squared(expected[s]);
      against_hottest += squared(hot[s]);
    }
    EXPECT_LT(chi2, 3 + 5 * std::sqrt(6.0)) << temperatures[level];
    EXPECT_TRUE(level == 2 || against_hottest > 1000) << "levels must differ, or the test shows nothing";
  }
}

}  // namespace
}  // namespace glassforge::swapmc
