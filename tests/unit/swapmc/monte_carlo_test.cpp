#include "swapmc/monte_carlo.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "support/brute_force.hpp"

namespace glassforge::swapmc {
namespace {

template <int D>
Mixture small() {
  return test::scaledDown(Mixture::preset(D == 3 ? "KA" : "KA2D"), D == 3 ? 400 : 300);
}

template <int D>
void expectLedgerMatchesFullEnergy(std::vector<std::array<int, 2>> pairs) {
  const Mixture m = small<D>();
  MonteCarlo<D> mc(m, test::jitteredLattice(m, 0.1, 3), {1.0, 0.05, 0.3, std::move(pairs)}, {5, Purpose::test, 0, 0});
  for (int round = 0; round < 5; ++round) {
    mc.run(40);
    const double full = test::bruteForce<D>(m, mc.store()).energy;
    const auto n = static_cast<double>(m.particles());
    EXPECT_NEAR(mc.energy() / n, full / n, 1e-10);
    EXPECT_NEAR(mc.fullEnergy() / n, full / n, 1e-12 * std::abs(full));
  }
  for (const auto& move : mc.moves()) {
    EXPECT_GT(move.attempted, 0) << move.name;
    EXPECT_GT(move.acceptance(), 0.0) << move.name;
    EXPECT_LT(move.acceptance(), 1.0) << move.name;
  }
  auto species = mc.store().species, expected = m.speciesByCount();
  std::sort(species.begin(), species.end());
  EXPECT_EQ(species, expected);  // swaps conserve the composition
}

TEST(MonteCarlo, theLedgerStaysTheFullEnergyIn2D) { expectLedgerMatchesFullEnergy<2>({{0, 2}, {1, 2}}); }
TEST(MonteCarlo, theLedgerStaysTheFullEnergyIn3D) { expectLedgerMatchesFullEnergy<3>({{0, 1}}); }

TEST(MonteCarlo, isAPureFunctionOfStartKeyAndLength) {
  const Mixture m = small<2>();
  const auto start = test::jitteredLattice(m, 0.1, 3);
  const MonteCarloOptions options{0.8, 0.05, 0.2, {{0, 2}, {1, 2}}};
  MonteCarlo<2> once(m, start, options, {5, Purpose::test, 0, 0}), twice(m, start, options, {5, Purpose::test, 0, 0});
  MonteCarlo<2> other(m, start, options, {5, Purpose::test, 1, 0});
  once.run(20);
  twice.run(7);
  twice.run(13);
  other.run(20);
  EXPECT_EQ(once.store().position, twice.store().position);
  EXPECT_EQ(once.store().species, twice.store().species);
  EXPECT_NE(once.store().position, other.store().position);
}

/// Hot, with long moves: particles press on their spheres, also on those that a face of the box cuts through.
template <int D>
void expectConfined() {
  Mixture m = small<D>();
  const auto start = test::jitteredLattice(m, 0.1, 3);
  const std::vector<double> radii = D == 3 ? std::vector<double>{0.4, 0.2} : std::vector<double>{0.4, 0.2, 0.3};
  MonteCarlo<D> mc(m, start, {3.0, 0.2, 0, {}, radii}, {5, Purpose::test, 0, 0});
  const auto from = start.unwrapped();
  double nearest = 1;  // of any particle to its sphere, as a share of the radius
  for (int sweep = 0; sweep < 40; ++sweep) {
    mc.run(1);
    const auto x = mc.store().unwrapped();
    for (std::size_t i = 0; i < start.particles(); ++i) {
      double r2 = 0;
      for (std::size_t k = i * D; k < (i + 1) * D; ++k) r2 += (x[k] - from[k]) * (x[k] - from[k]);
      const double share = std::sqrt(r2) / radii[static_cast<std::size_t>(start.species[i])];
      ASSERT_LE(share, 1 + 1e-13) << "particle " << i << ", sweep " << sweep;
      nearest = std::min(nearest, 1 - share);
    }
  }
  EXPECT_LT(nearest, 0.01) << "the spheres were hardly felt";
  EXPECT_NEAR(mc.energy(), test::bruteForce<D>(m, mc.store()).energy, 1e-8);
}

TEST(MonteCarlo, aConfinedParticleNeverLeavesItsSphereIn2D) {
  expectConfined<2>();
}
TEST(MonteCarlo, aConfinedParticleNeverLeavesItsSphereIn3D) {
  expectConfined<3>();
}

TEST(MonteCarlo, inHugeSpheresTheChainIsTheFreeOne) {
  const Mixture m = small<2>();
  const auto start = test::jitteredLattice(m, 0.1, 3);
  const std::vector<std::array<int, 2>> pairs{{0, 2}, {1, 2}};
  MonteCarlo<2> free(m, start, {1.0, 0.05, 0.2, pairs}, {5, Purpose::test, 0, 0});
  MonteCarlo<2> confined(m, start, {1.0, 0.05, 0.2, pairs, {1e3, 1e3, 1e3}}, {5, Purpose::test, 0, 0});
  free.run(30);
  confined.run(30);
  EXPECT_EQ(free.store().position, confined.store().position);
  EXPECT_EQ(free.store().image, confined.store().image);
  EXPECT_EQ(free.store().species, confined.store().species);
  EXPECT_EQ(free.energy(), confined.energy());
}

/// Two particles that do not see each other: each is anywhere in its sphere with equal probability, so <r^2> is
/// R^2 D / (D + 2), and the mean displacement is zero.
TEST(MonteCarlo, withoutNeighboursASphereIsFilledEvenly) {
  Mixture m = Mixture::preset("KA2D");
  m.counts = {1, 0, 1};
  m.box = {8.0, 8.0};
  Snapshot s;
  s.dimension = 2;
  s.box = m.box;
  s.species = {0, 2};
  s.position = {0.05, 0.1, 4.0, 4.0};
  const double radius = 0.4;
  MonteCarlo<2> mc(m, s, {0.5, 0.4, 0, {}, {radius, radius, radius}}, {12, Purpose::test, 0, 0});
  const int samples = 200000;
  double r2 = 0;
  std::vector<double> sum(4, 0.0);
  for (int k = 0; k < samples; ++k) {
    mc.attempt(4);
    std::vector<double> d(4, 0.0);
    mc.addDisplacements(d);
    for (std::size_t i = 0; i < 4; ++i) sum[i] += d[i], r2 += d[i] * d[i];
  }
  // r^2 / R^2 is even in [0, 1], of standard deviation 0.29; about a fifth of the samples are independent
  const double error = 5 / std::sqrt(0.2 * samples);
  EXPECT_NEAR(r2 / (2.0 * samples), radius * radius / 2, 0.29 * radius * radius * error);
  for (const double x : sum) EXPECT_NEAR(x / samples, 0, 0.5 * radius * error);
}

double chiSquare(const std::vector<double>& expected, const std::vector<double>& seen) {
  double chi2 = 0;
  for (std::size_t k = 0; k < seen.size(); ++k) chi2 += (seen[k] - expected[k]) * (seen[k] - expected[k]) / expected[k];
  return chi2;
}

/// Five particles fixed in space, two A, one B, two C: 30 ways to deal the species out. Swaps A-C and B-C reach all of
/// them; how often each is visited must follow the Boltzmann weights, enumerated exactly.
TEST(MonteCarlo, swapsObeyDetailedBalanceByEnumeration) {
  Mixture m = Mixture::preset("KA2D");
  m.counts = {2, 1, 2};
  m.box = {6.0, 6.0};
  Snapshot s;
  s.dimension = 2;
  s.box = m.box;
  s.species = {0, 0, 1, 2, 2};
  s.position = {1.0, 1.0, 2.05, 1.1, 1.5, 1.95, 2.5, 2.0, 5.8, 0.9};  // the last one a neighbour across the face
  s.image.assign(10, 0);
  const double temperature = 0.9;

  std::vector<std::int32_t> deal = {0, 0, 1, 2, 2};
  std::map<std::vector<std::int32_t>, std::size_t> number;
  std::vector<double> weight;
  do {
    Snapshot x = s;
    x.species = deal;
    number[deal] = weight.size();
    weight.push_back(std::exp(-test::bruteForce<2>(m, x).energy / temperature));
  } while (std::next_permutation(deal.begin(), deal.end()));
  ASSERT_EQ(weight.size(), 30u);

  MonteCarlo<2> mc(m, s, {temperature, 0.05, 1.0, {{0, 2}, {1, 2}}}, {11, Purpose::test, 0, 0});
  const int samples = 200000, stride = 12;  // the stride makes samples nearly independent
  std::vector<double> seen(weight.size(), 0.0);
  for (int k = 0; k < samples; ++k) {
    mc.attempt(stride);
    ++seen[number.at(mc.species())];
  }
  double total = 0;
  for (const double w : weight) total += w;
  for (double& w : weight) w *= samples / total;
  EXPECT_LT(chiSquare(weight, seen), 29 + 4.5 * std::sqrt(2 * 29.0));
  EXPECT_GT(*std::max_element(weight.begin(), weight.end()) / *std::min_element(weight.begin(), weight.end()), 3.0)
      << "the states must differ in weight, or the test shows nothing";
}

/// Two particles: displacement moves must give p(r) ~ r exp(-V(r)/T).
TEST(MonteCarlo, displacementsSampleThePairDistribution) {
  Mixture m = Mixture::preset("KA2D");
  m.counts = {1, 0, 1};
  m.box = {5.2, 5.2};
  Snapshot s;
  s.dimension = 2;
  s.box = m.box;
  s.species = {0, 2};
  s.position = {1.0, 1.0, 2.0, 1.0};
  s.image.assign(4, 0);
  const double temperature = 0.7;
  MonteCarlo<2> mc(m, s, {temperature, 0.6, 0.2, {{0, 2}}}, {12, Purpose::test, 0, 0});
  const md::PairTable table(m);
  const auto tail = std::get<md::EvenTail>(md::makeTail(m.smoothing, m.cutoff));
  const double low = 0.7, high = 2.6;
  const int bins = 38, fine = 200;
  std::vector<double> expected(bins, 0.0), seen(bins, 0.0);
  double norm = 0, inside = 0;
  for (int b = 0; b < bins * fine; ++b) {
    const double r = low + (b + 0.5) * (high - low) / (bins * fine);
    const double p = r * std::exp(-md::evaluatePair(tail, table, 0, 2, r * r).energy / temperature);
    expected[static_cast<std::size_t>(b / fine)] += p;
    norm += p;
  }
  for (int k = 0; k < 300000; ++k) {
    mc.attempt(10);
    const auto x = mc.store().position;
    const Box<2> box({5.2, 5.2});
    const double r = std::hypot(box.minimumImage(x[2] - x[0], 0), box.minimumImage(x[3] - x[1], 1));
    const auto bin = static_cast<std::size_t>((r - low) / (high - low) * bins);
    if (r < high) ++seen[bin], ++inside;
  }
  for (double& e : expected) e *= inside / norm;
  double chi2 = 0;
  int used = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    if (expected[b] < 20) continue;
    chi2 += (seen[b] - expected[b]) * (seen[b] - expected[b]) / expected[b];
    ++used;
  }
  EXPECT_GT(used, 30);
  EXPECT_LT(chi2 / used, 1.0 + 5 * std::sqrt(2.0 / used) + 0.3);  // 0.3: what correlation of the samples is left
}

}  // namespace
}  // namespace glassforge::swapmc
