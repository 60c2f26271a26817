#include "swapmc/certificate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "support/brute_force.hpp"
#include "swapmc/drift.hpp"
#include "swapmc/equilibrate.hpp"
#include "swapmc/preparations.hpp"
#include "swapmc/sampler.hpp"
#include "swapmc/schedule.hpp"
#include "swapmc/screen.hpp"

namespace glassforge::swapmc {
namespace {

// ---- series
// ----------------------------------------------------------------------------------------------------------

/// Numbers of mean 0 and variance 1, each correlated by `memory` with the one before.
std::vector<double> correlated(std::size_t count, double memory, std::uint64_t which) {
  const RandomStream stream({17, Purpose::test, 0, 0});
  std::vector<double> x;
  for (std::size_t k = 0; k < count; ++k) {
    const double normal = stream.normals(which, static_cast<std::uint32_t>(k))[0];
    x.push_back(k == 0 ? normal : memory * x.back() + std::sqrt(1 - memory * memory) * normal);
  }
  return x;
}

std::vector<double> places(std::size_t count) {
  std::vector<double> at(count);
  std::iota(at.begin(), at.end(), 1.0);
  return at;
}

/// Share of series of 100 entries that count as drifting.
double shareOfDrifts(double memory, double change) {
  const int series = 1000;
  const auto at = places(100);
  int found = 0;
  for (int s = 0; s < series; ++s) {
    auto x = correlated(100, memory, static_cast<std::uint64_t>(s));
    for (std::size_t k = 0; k < x.size(); ++k) x[k] += change * static_cast<double>(k) / 100;
    found += !driftOf(at, x, 3).level();
  }
  return static_cast<double>(found) / series;
}

TEST(Drift, aLevelSeriesPassesAndAKnownDriftFails) {
  EXPECT_LT(shareOfDrifts(0, 0), 0.01);
  EXPECT_GT(shareOfDrifts(0, 4), 0.98);
}

TEST(Drift, correlationWithinASeriesIsNotTakenForADrift) {
  EXPECT_LT(shareOfDrifts(std::exp(-0.2), 0), 0.02);  // a correlation time of 5 entries
  EXPECT_LT(shareOfDrifts(std::exp(-0.1), 0), 0.04);
  EXPECT_GT(shareOfDrifts(std::exp(-0.5), 8), 0.9);
}

TEST(Drift, isTheSlopeTimesTheLengthWithinItsError) {
  const auto at = places(200);
  double worst = 0, squares = 0;
  for (std::uint64_t s = 0; s < 40; ++s) {
    auto x = correlated(200, 0, s);
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = 0.01 * x[k] + 0.5 * at[k];
    const Drift drift = driftOf(at, x, 3);
    worst = std::max(worst, std::abs(drift.change - 0.5 * 199) / drift.error);
    squares += drift.error * drift.error / 40;
    EXPECT_GT(drift.limit, 3 * drift.error);  // ten blocks are few
    EXPECT_FALSE(drift.level());
  }
  const double exact = 0.01 * std::sqrt(12.0 / 200);
  EXPECT_GT(std::sqrt(squares), exact);
  EXPECT_LT(std::sqrt(squares), 1.8 * exact);  // what allowing for a correlation costs where there is none
  EXPECT_LT(worst, 4.3);                       // Student's t with 8 degrees of freedom at 3 sigma
}

TEST(Drift, ofAShortSeriesIsNothingThatPasses) {
  EXPECT_FALSE(driftOf(places(3), std::vector<double>{1, 1, 1}, 3).level());
  EXPECT_TRUE(driftOf(places(9), std::vector<double>(9, 1.5), 3).level());
}

TEST(Drift, studentQuantilesAreThoseOfTables) {
  const double z = 1.959963985;
  EXPECT_NEAR(studentQuantile(z, 10), 2.2281, 0.002);
  EXPECT_NEAR(studentQuantile(z, 5), 2.5706, 0.01);
  EXPECT_NEAR(studentQuantile(3, 8), 4.277, 0.03);
  EXPECT_NEAR(studentQuantile(3, 1e9), 3, 1e-6);
}

TEST(BlockMean, hasTheErrorOfCorrelatedNumbers) {
  const double memory = 0.8, inefficiency = (1 + memory) / (1 - memory);
  double squares = 0, claimed = 0;
  const int series = 400;
  for (int s = 0; s < series; ++s) {
    const auto x = correlated(1000, memory, static_cast<std::uint64_t>(s));
    const BlockMean block = blockMean(x);
    squares += block.mean * block.mean;
    claimed += block.error * block.error;
  }
  EXPECT_NEAR(squares / series, inefficiency / 1000, 0.2 * inefficiency / 1000);
  EXPECT_NEAR(claimed / squares, 1, 0.25);
}

TEST(StatisticalInefficiency, isThatOfAMemoryAndSeesSeriesThatDiffer) {
  std::vector<std::vector<double>> series;
  for (std::uint64_t s = 0; s < 50; ++s) series.push_back(correlated(400, 0.6, s));
  EXPECT_NEAR(statisticalInefficiency(series), (1 + 0.6) / (1 - 0.6), 0.5);
  for (auto& s : series) s = correlated(400, 0, static_cast<std::uint64_t>(&s - series.data()));
  EXPECT_NEAR(statisticalInefficiency(series), 1, 0.2);
  for (std::size_t s = 0; s < series.size(); s += 2) {
    for (double& x : series[s]) x += 3;
  }
  EXPECT_GT(statisticalInefficiency(series), 100);
}

TEST(KolmogorovSmirnov, isTheLargestDistanceOfTheSteps) {
  EXPECT_DOUBLE_EQ(kolmogorovSmirnov({1, 2, 3, 4}, {1, 2, 3, 4}), 0);
  EXPECT_DOUBLE_EQ(kolmogorovSmirnov({1, 2}, {3, 4, 5}), 1);
  EXPECT_DOUBLE_EQ(kolmogorovSmirnov({1, 3}, {2, 4}), 0.5);
  EXPECT_DOUBLE_EQ(kolmogorovSmirnov({1, 1, 2, 2}, {1, 2, 2, 2}), 0.25);
}

// ---- two preparations
// ------------------------------------------------------------------------------------------------

std::vector<SampledStructure> ensemble(double shift, double spread) {
  std::vector<SampledStructure> structures;
  for (std::int64_t s = 0; s < 8; ++s) {
    SampledStructure one{s, s % 2 == 1 ? "cold" : "hot", 0, correlated(100, 0.5, static_cast<std::uint64_t>(s)), {},
                         {}};
    for (double& e : one.energies) e = s % 2 == 1 ? -2 + 0.01 * (shift + spread * e) : -2 + 0.01 * e;
    one.pressures = one.energies;
    structures.push_back(std::move(one));
  }
  return structures;
}

std::vector<std::string> failing(const std::vector<Check>& checks) {
  std::vector<std::string> names;
  for (const auto& check : checks) {
    if (!check.passed) names.push_back(check.name);
  }
  return names;
}

bool among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TEST(EnsembleCertificate, agreesForOneEnsembleAndSeesAnotherMeanOrWidth) {
  const auto same = ensembleCertificate(ensemble(0, 1), 3);
  ASSERT_EQ(same.groups.size(), 3u);
  EXPECT_EQ(same.groups[0].structures, 8);
  EXPECT_NEAR(same.groups[0].energy.mean, -2, 0.002);
  EXPECT_NEAR(same.groups[1].width.mean, 0.01, 0.001);
  EXPECT_EQ(same.checks.size(), 4u);
  EXPECT_TRUE(failing(same.checks).empty());
  const auto shifted = failing(ensembleCertificate(ensemble(2, 1), 3).checks);
  EXPECT_TRUE(among(shifted, "mean energy") && among(shifted, "P(e), Kolmogorov-Smirnov"));
  EXPECT_TRUE(among(failing(ensembleCertificate(ensemble(0, 3), 3).checks), "width of P(e)"));
}

TEST(EnsembleCertificate, comparesNothingWhereThereIsNothingToCompare) {
  auto structures = ensemble(0, 1);
  structures.resize(3);  // one of them cold
  const auto certificate = ensembleCertificate(structures, 3);
  EXPECT_EQ(certificate.groups.size(), 3u);
  EXPECT_TRUE(certificate.checks.empty());
  EXPECT_TRUE(ensembleCertificate({}, 3).groups.empty());
}

// ---- crystals and demixing
// -------------------------------------------------------------------------------------------

/// Lattice points a x i + b y j (+ c z k) of `cells` cells with `base` in each, moved by `noise`; species by place.
Mixture oneSpecies(std::vector<double> box, std::int64_t particles) {
  Mixture m;
  m.name = "one";
  m.dimension = static_cast<int>(box.size());
  m.species = {"A"};
  m.counts = {particles};
  m.masses = m.epsilon = m.sigma = {1.0};
  m.box = std::move(box);
  return m;
}

Snapshot lattice(const std::vector<double>& cell, int cells, const std::vector<std::vector<double>>& base,
                 double noise) {
  const RandomStream stream({5, Purpose::test, 0, 0});
  Snapshot s;
  const auto d = cell.size();
  s.dimension = static_cast<int>(d);
  for (const double length : cell) s.box.push_back(length * cells);
  const int total = d == 3 ? cells * cells * cells : cells * cells;
  for (int c = 0; c < total; ++c) {
    const int at[3] = {c % cells, c / cells % cells, c / cells / cells};
    for (const auto& b : base) {
      for (std::size_t k = 0; k < d; ++k) {
        const double shake = noise * stream.normals(k, static_cast<std::uint32_t>(s.position.size()))[0];
        const double x = (at[k] + b[k]) * cell[k] + shake;
        s.position.push_back(x - s.box[k] * std::floor(x / s.box[k]));
      }
    }
  }
  s.species.assign(s.position.size() / d, 0);
  s.image.assign(s.position.size(), 0);
  return s;
}

std::vector<std::string> crystalFailures(const Snapshot& s) {
  return failing(crystalChecks(oneSpecies(s.box, static_cast<std::int64_t>(s.particles())), s));
}

TEST(Crystal, latticesFailAlsoWithThermalNoise) {
  for (const double noise : {0.0, 0.05}) {
    const auto hexagonal = crystalFailures(lattice({1.1, 1.1 * std::sqrt(3.0)}, 10, {{0, 0}, {0.5, 0.5}}, noise));
    EXPECT_TRUE(among(hexagonal, "hexagonal bond order") && among(hexagonal, "hexagonal share")) << noise;
    const auto square = crystalFailures(lattice({1.05, 1.05}, 16, {{0, 0}}, noise));
    EXPECT_TRUE(among(square, "square bond order") && among(square, "square share")) << noise;
    const double a = 1.58;  // density of about one
    const auto fcc = crystalFailures(lattice({a, a, a}, 5, {{0, 0, 0}, {.5, .5, 0}, {.5, 0, .5}, {0, .5, .5}}, noise));
    EXPECT_TRUE(among(fcc, "bond order") && among(fcc, "crystal-like share")) << noise;
    const auto bcc = crystalFailures(lattice({1.26, 1.26, 1.26}, 6, {{0, 0, 0}, {.5, .5, .5}}, noise));
    EXPECT_TRUE(among(bcc, "bond order") && among(bcc, "crystal-like share")) << noise;
  }
}

TEST(Crystal, aGrainInALiquidIsSeenByItsShare) {
  Snapshot s = lattice({1.1, 1.1 * std::sqrt(3.0)}, 14, {{0, 0}, {0.5, 0.5}}, 0);
  const RandomStream stream({6, Purpose::test, 0, 0});
  for (std::size_t i = 0; i < s.position.size(); ++i) {  // the right half is no lattice any more
    const double shake = 0.35 * stream.normals(1, static_cast<std::uint32_t>(i))[0];
    if (s.position[i - i % 2] > s.box[0] / 2) s.position[i] += shake;
    s.position[i] -= s.box[i % 2] * std::floor(s.position[i] / s.box[i % 2]);
  }
  EXPECT_TRUE(among(crystalFailures(s), "hexagonal share"));
}

Snapshot liquid(const Mixture& m) {
  return randomLiquid(m, 1.0, 3, 0);
}

TEST(Screen, liquidsPass) {
  for (const char* name : {"KA2D", "KA"}) {
    const Mixture m = test::scaledDown(Mixture::preset(name), 500);
    const Snapshot s = liquid(m);
    EXPECT_TRUE(failing(crystalChecks(m, s)).empty()) << name << failing(crystalChecks(m, s)).front();
    EXPECT_TRUE(failing(mixingChecks(m, s, 3)).empty()) << name;
    EXPECT_EQ(mixingChecks(m, s, 3).size(), 2u);
  }
}

TEST(Mixing, aDemixedLiquidFails) {
  for (const char* name : {"KA2D", "KA"}) {
    const Mixture m = test::scaledDown(Mixture::preset(name), 600);
    Snapshot s = liquid(m);
    std::vector<std::size_t> by_place(s.particles());
    std::iota(by_place.begin(), by_place.end(), 0u);
    const auto d = static_cast<std::size_t>(s.dimension);
    std::sort(by_place.begin(), by_place.end(), [&](auto i, auto j) { return s.position[i * d] < s.position[j * d]; });
    const auto species = m.speciesByCount();
    for (std::size_t k = 0; k < by_place.size(); ++k) s.species[by_place[k]] = species[k];
    const auto failed = failing(mixingChecks(m, s, 3));
    EXPECT_TRUE(among(failed, "like neighbours")) << name;
    EXPECT_TRUE(among(failed, "composition of blocks")) << name;
  }
}

TEST(Mixing, oneSpeciesCannotDemix) {
  const Snapshot s = lattice({1.05, 1.05}, 12, {{0, 0}}, 0.1);
  EXPECT_TRUE(mixingChecks(oneSpecies(s.box, 144), s, 3).empty());
}

// ---- equilibration
// ---------------------------------------------------------------------------------------------------

Campaign smallCampaign(const std::string& method) {
  Campaign c;
  c.name = "test";
  c.seed = 7;
  c.system.model = "KA2D";
  c.system.mixture = test::scaledDown(Mixture::preset("KA2D"), 200);
  c.system.temperature = 0.8;
  c.system.structures = 4;
  c.equilibrate.method = method;
  c.equilibrate.sweeps = 40;
  c.equilibrate.time = 2;
  c.equilibrate.block_time = 0.1;
  c.equilibrate.samples = 20;
  c.equilibrate.swap_pairs = c.system.mixture.swap_pairs;
  c.replicas.dt = 0.005;
  c.engine.skin = 0.5;
  return c;
}

double total(const std::vector<Stretch>& stretches, bool sampling) {
  double sum = 0;
  for (const auto& s : stretches) sum += s.sampling == sampling ? static_cast<double>(s.amount) : 0;
  return sum;
}

TEST(Schedule, coolsOverTheFirstHalfFromEitherSide) {
  Campaign c = smallCampaign("swap");
  c.equilibrate.sweeps = 1000;
  c.equilibrate.start = "both";
  EXPECT_EQ(preparationOf(c.equilibrate, 4), "hot");
  EXPECT_EQ(preparationOf(c.equilibrate, 5), "cold");
  for (const std::string preparation : {"hot", "cold"}) {
    const auto stretches = firstPass(c, preparation);
    EXPECT_EQ(total(stretches, false), 500);
    EXPECT_EQ(total(stretches, true), 500);
    EXPECT_EQ(stretches.front().bath, 2.0);
    double lowest = 2;
    for (const auto& s : stretches) lowest = std::min(lowest, s.bath);
    EXPECT_NEAR(lowest, preparation == "hot" ? 0.8 : 0.64, 1e-12);
    for (const auto& s : stretches) EXPECT_TRUE(!s.sampling || s.bath == 0.8);
    EXPECT_EQ(stretches.back().progress, 1000);
  }
  EXPECT_EQ(total(furtherSampling(c, 1, 1000), true), 1000);
  EXPECT_EQ(total(furtherSampling(c, 2, 2000), true), 2000);
  EXPECT_EQ(furtherSampling(c, 2, 2000).back().progress, 4000);
}

TEST(Tuning, findsTheTargetAndStaysThere) {
  EXPECT_DOUBLE_EQ(tunedDisplacement(0.1, kTargetAcceptance), 0.1);
  EXPECT_DOUBLE_EQ(tunedDisplacement(0.1, 0), 0.05);
  EXPECT_GT(tunedDisplacement(0.1, 0.6), 0.1);
  Campaign c = smallCampaign("swap");
  c.equilibrate.sweeps = 2000;
  c.equilibrate.tune_displacement = true;
  c.certificate.make = false;
  const auto series = equilibrate(c, 0).equilibration;
  EXPECT_NEAR(series.move_acceptance.front(), kTargetAcceptance, 0.05);
  EXPECT_NE(series.displacement, c.equilibrate.displacement);
  c.equilibrate.tune_displacement = false;
  EXPECT_EQ(equilibrate(c, 0).equilibration.displacement, 0.05);
}

Check named(const std::vector<Check>& checks, const std::string& name) {
  const auto found = std::find_if(checks.begin(), checks.end(), [&](const Check& c) { return c.name == name; });
  require<InputError>(found != checks.end(), "no check {}", name);
  return *found;
}

TEST(Certificate, hasEveryCheckOfItsMethod) {
  for (const std::string method : {"swap", "md", "hybrid"}) {
    Campaign c = smallCampaign(method);
    c.certificate.on_failure = "keep";
    const auto state = equilibrate(c, 1);
    for (const char* name : {"energy drift", "pressure drift", "F_s", "hexagonal share", "like neighbours"}) {
      EXPECT_NO_THROW(named(state.checks, name)) << method;
    }
    EXPECT_GT(named(state.checks, "F_s").value, 0.2) << method;  // far too short
    EXPECT_FALSE(named(state.checks, "F_s").passed);
    EXPECT_EQ(method != "md", std::any_of(state.checks.begin(), state.checks.end(), [](const Check& check) {
                return check.name == "acceptance swap A-C" && check.passed;
              }));
    EXPECT_EQ(state.equilibration.redos, 0);
    EXPECT_TRUE(acceptable(c.certificate, state));
    c.certificate.on_failure = "refuse";
    EXPECT_FALSE(acceptable(c.certificate, state));
  }
}

TEST(Certificate, ofAnIdealLongRunPasses) {
  Campaign c = smallCampaign("swap");
  c.system.temperature = 2;
  c.equilibrate.sweeps = 6000;
  c.equilibrate.samples = 100;
  const auto state = equilibrate(c, 2);
  EXPECT_LT(named(state.checks, "F_s").value, 0.1);
  EXPECT_TRUE(failing(state.checks).empty()) << failing(state.checks).front();
}

void expectSame(const StructureState& a, const StructureState& b) {
  EXPECT_EQ(a.thermal.position, b.thermal.position);
  EXPECT_EQ(a.thermal.image, b.thermal.image);
  EXPECT_EQ(a.thermal.species, b.thermal.species);
  EXPECT_EQ(a.thermal.velocity, b.thermal.velocity);
  EXPECT_EQ(a.equilibration.energy, b.equilibration.energy);
  EXPECT_EQ(a.equilibration.move_attempts, b.equilibration.move_attempts);
  ASSERT_EQ(a.checks.size(), b.checks.size());
  for (std::size_t k = 0; k < a.checks.size(); ++k) EXPECT_EQ(a.checks[k].value, b.checks[k].value) << a.checks[k].name;
}

TEST(Certificate, aFailureIsSampledOnAndContinuesFromAState) {
  for (const std::string method : {"swap", "md", "hybrid"}) {
    Campaign c = smallCampaign(method);
    c.certificate.largest_scattering = 1e-9;  // what so short a run cannot reach
    c.certificate.redos = 0;
    const auto none = equilibrate(c, 1);
    c.certificate.redos = 2;
    const auto both = equilibrate(c, 1);
    EXPECT_EQ(both.equilibration.redos, 2);
    EXPECT_EQ(both.equilibration.progress.back(), 4 * none.equilibration.progress.back());
    EXPECT_EQ(both.equilibration.window_begin, 2 * none.equilibration.progress.back());
    EXPECT_TRUE(std::equal(none.equilibration.energy.begin(), none.equilibration.energy.end(),
                           both.equilibration.energy.begin()));
    c.certificate.redos = 1;
    auto one = equilibrate(c, 1);
    EXPECT_EQ(one.equilibration.redos, 1);
    c.certificate.redos = 2;
    expectSame(continueEquilibration(c, one), both);
    c.certificate.on_failure = "refuse";
    expectSame(equilibrate(c, 1), none);
  }
}

TEST(Certificate, wherePositionsDoNotDecayForDriftOfTheWholeSystemItIsNotFooled) {
  Campaign c = smallCampaign("swap");
  c.certificate.on_failure = "keep";
  auto state = equilibrate(c, 0);
  Snapshot reference = state.thermal;
  for (std::size_t i = 0; i < reference.position.size(); i += 2) reference.position[i] += 0.4;  // unwrapped, all alike
  EXPECT_NEAR(named(certificateOf(c, reference, state), "F_s").value, 1, 1e-9);
}

}  // namespace
}  // namespace glassforge::swapmc
