/// Do the sampling methods draw from the canonical ensemble of their temperature? Two tests of sampled configurations.
///
/// Two temperatures (Shirts, J. Chem. Theory Comput. 9, 909 (2013)): whatever the density of states, canonical samples of
/// the potential energy at T1 and T2 obey ln [P2(U) / P1(U)] = const + (1/T1 - 1/T2) U. The slope is found by maximum
/// likelihood, its error by bootstrap over blocks of successive samples.
///
/// One temperature: <|F|^2> / <sum of the Laplacians of U> = T (configurational temperature; Hirschfelder 1960; Butler et al.,
/// J. Chem. Phys. 109, 6519 (1998)), exact for a potential with two continuous derivatives, as KA2D's is.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "md/engine.hpp"
#include "support/brute_force.hpp"
#include "swapmc/equilibrate.hpp"
#include "swapmc/monte_carlo.hpp"

namespace glassforge {
namespace {

constexpr std::size_t kBlocks = 50, kResamples = 200;

/// What is sampled, and how finely.
struct Sampling {
  std::string method = "swap";
  int particles = 129;
  double temperature = 1;
  std::int64_t samples = 1000;
  double interval = 0.5;        ///< of samples, MD time
  std::int64_t sweeps = 20;     ///< of samples, Monte Carlo
  double dt = 0.005;            ///< its bias of the temperature is (omega dt)^2 / 4 < 0.3 %, the same at both temperatures
  std::uint64_t seed = 1;
  std::vector<double> above = {};  ///< tempering: the further levels
};

/// The campaign of one structure whose second half is `samples` samples at the temperature: no cooling, since it starts there.
Campaign campaignOf(const Sampling& s) {
  Campaign c;
  c.seed = s.seed;
  c.system.mixture = test::scaledDown(Mixture::preset("KA2D"), s.particles);
  c.system.temperature = s.temperature;
  auto& e = c.equilibrate;
  e.method = s.method;
  e.swap_pairs = c.system.mixture.swap_pairs;
  e.start_temperature = s.temperature;
  e.displacement = 0.1;
  e.samples = s.samples + s.samples / 10;
  e.sweeps = e.samples * s.sweeps;
  e.block_time = e.exchange_time = s.interval;
  e.time = static_cast<double>(e.samples) * s.interval;
  e.sweeps_per_block = 2;
  if (s.method == "tempering") {
    e.temperatures = s.above;
    e.temperatures.insert(e.temperatures.begin(), s.temperature);
    e.start_temperature = e.temperatures.back();
    e.samples = 2 * s.samples;  // more than half of them are behind the cooling
    e.time = static_cast<double>(e.samples) * s.interval / 1.5;
  }
  c.replicas.dt = s.dt;
  c.engine.skin = 0.6;
  c.certificate.make = false;
  return c;
}

/// Total potential energies as the program samples them, without those before equilibrium.
std::vector<double> sampledEnergies(const Sampling& s) {
  const Campaign c = campaignOf(s);
  const auto state = swapmc::equilibrate(c, 0);
  std::vector<double> energies;
  for (const double e : state.equilibration.energy) {
    energies.push_back(e * static_cast<double>(c.system.mixture.particles()));
  }
  energies.erase(energies.begin(), energies.end() - s.samples);
  return energies;
}

/// Slope of ln [P2(U) / P1(U)] of equally many samples: the logistic regression that tells the two sets apart.
double logisticSlope(const std::vector<double>& cold, const std::vector<double>& hot) {
  double mean = 0;
  for (std::size_t k = 0; k < cold.size(); ++k) mean += 0.5 * (cold[k] + hot[k]) / static_cast<double>(cold.size());
  double offset = 0, slope = 0;
  for (int step = 0; step < 30; ++step) {
    double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
    const auto add = [&](double u, double is_hot) {
      const double x = u - mean, p = 1 / (1 + std::exp(-offset - slope * x)), w = p * (1 - p);
      g0 += is_hot - p, g1 += (is_hot - p) * x;
      h00 += w, h01 += w * x, h11 += w * x * x;
    };
    for (const double u : cold) add(u, 0);
    for (const double u : hot) add(u, 1);
    const double determinant = h00 * h11 - h01 * h01;
    offset += (h11 * g0 - h01 * g1) / determinant;
    const double change = (h00 * g1 - h01 * g0) / determinant;
    slope += change;
    if (std::abs(change) < 1e-10 * std::abs(slope)) break;
  }
  return slope;
}

/// As many values, drawn with replacement in blocks of successive ones.
std::vector<double> resampled(const std::vector<double>& values, const RandomStream& stream, std::uint64_t draw) {
  const std::size_t length = values.size() / kBlocks;
  std::vector<double> result;
  for (std::size_t b = 0; b < kBlocks; ++b) {
    const double u = stream.uniforms(draw, static_cast<std::uint32_t>(b))[0];
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(u * kBlocks) * length);
    result.insert(result.end(), from, from + static_cast<std::ptrdiff_t>(length));
  }
  return result;
}

struct Estimate {
  double value = 0, error = 0, expected = 0;
  double sigmas() const { return (value - expected) / error; }
};

Estimate twoTemperatures(const std::vector<double>& cold, double t_cold, const std::vector<double>& hot, double t_hot) {
  const RandomStream first({1, Purpose::bootstrap, 0, 0}), second({1, Purpose::bootstrap, 1, 0});
  double sum = 0, squares = 0;
  for (std::size_t k = 0; k < kResamples; ++k) {
    const double slope = logisticSlope(resampled(cold, first, k), resampled(hot, second, k));
    sum += slope, squares += slope * slope;
  }
  const double mean = sum / kResamples;
  return {logisticSlope(cold, hot), std::sqrt(squares / kResamples - mean * mean), 1 / t_cold - 1 / t_hot};
}

void report(const std::string& what, const Estimate& e) {
  std::printf("  %-28s %.5f +- %.5f, expected %.5f: %+.1f standard errors\n", what.c_str(), e.value, e.error, e.expected,
              e.sigmas());
  ::testing::Test::RecordProperty(what, std::to_string(e.sigmas()));
}

/// Samples at two temperatures whose energies overlap, and the slope between them.
void expectCanonical(Sampling s, double t_hot) {
  Sampling hot = s;
  hot.temperature = t_hot;
  hot.seed = s.seed + 1000;
  const auto e = twoTemperatures(sampledEnergies(s), s.temperature, sampledEnergies(hot), t_hot);
  report(s.method, e);
  EXPECT_LT(std::abs(e.sigmas()), 3) << s.method;
  EXPECT_LT(e.error, 0.06 * e.expected) << "too few samples to show anything";
}

TEST(TwoTemperatures, SwapIsCanonical) { expectCanonical({.method = "swap", .seed = 11}, 1.16); }
TEST(TwoTemperatures, NvtIsCanonical) { expectCanonical({.method = "md", .samples = 2500, .seed = 12}, 1.16); }
TEST(TwoTemperatures, HybridIsCanonical) { expectCanonical({.method = "hybrid", .samples = 2500, .seed = 13}, 1.16); }

/// A temperature that is not what it is said to be must be found out: 5 % here, 2 % with the samples of the long tests.
TEST(TwoTemperatures, FindsAWrongTemperature) {
  const Sampling cold{.method = "swap", .seed = 14};
  Sampling hot = cold;
  hot.temperature = 1.05 * 1.16;
  hot.seed = 15;
  const auto e = twoTemperatures(sampledEnergies(cold), 1.0, sampledEnergies(hot), 1.16);
  report("5 % off", e);
  EXPECT_GT(e.sigmas(), 3);
}

TEST(TwoTemperatures, LongFindsTwoPercent) {
  const Sampling cold{.method = "swap", .samples = 6000, .seed = 14};
  Sampling hot = cold;
  hot.temperature = 1.02 * 1.16;
  hot.seed = 15;
  const auto e = twoTemperatures(sampledEnergies(cold), 1.0, sampledEnergies(hot), 1.16);
  report("2 % off", e);
  EXPECT_GT(e.sigmas(), 3);
}

TEST(TwoTemperatures, LongLowestLevelOfTemperingIsCanonical) {
  const std::vector<double> above{1.16, 1.34};
  const auto cold = sampledEnergies({.method = "tempering", .samples = 3000, .seed = 16, .above = above});
  const auto hot = sampledEnergies(
      {.method = "tempering", .temperature = 1.16, .samples = 3000, .seed = 17, .above = {1.34, 1.55}});
  const auto e = twoTemperatures(cold, 1.0, hot, 1.16);
  report("tempering", e);
  EXPECT_LT(std::abs(e.sigmas()), 3);
}

/// Full size, where relaxation takes some 20 sweeps of swaps or ten of MD time.
Sampling fullSize(const std::string& method, std::uint64_t seed) {
  return {.method = method, .particles = 1290, .temperature = 0.5, .samples = 1500, .interval = 2.0, .sweeps = 50, .seed = seed};
}
TEST(TwoTemperatures, LongSwapIsCanonicalAtFullSize) { expectCanonical(fullSize("swap", 21), 0.525); }
TEST(TwoTemperatures, LongNvtIsCanonicalAtFullSize) { expectCanonical(fullSize("md", 22), 0.525); }
TEST(TwoTemperatures, LongHybridIsCanonicalAtFullSize) { expectCanonical(fullSize("hybrid", 23), 0.525); }

/// |F|^2 and the Laplacian of U, summed over particles.
struct ForceSums {
  double squares = 0, laplacian = 0;
};

ForceSums forceSums(const Mixture& mixture, const Snapshot& s) {
  const auto tail = std::get<md::EvenTail>(md::makeTail(mixture.smoothing, mixture.cutoff));
  const md::PairTable table(mixture);
  const Box<2> box({s.box[0], s.box[1]});
  std::vector<double> force(s.position.size(), 0.0);
  ForceSums sums;
  for (std::size_t i = 0; i < s.particles(); ++i) {
    for (std::size_t j = i + 1; j < s.particles(); ++j) {
      const double dx = box.minimumImage(s.position[2 * i] - s.position[2 * j], 0);
      const double dy = box.minimumImage(s.position[2 * i + 1] - s.position[2 * j + 1], 1);
      const auto pair = md::evaluatePair(tail, table, s.species[i], s.species[j], dx * dx + dy * dy);
      sums.laplacian += 2 * (pair.second_derivative - pair.force_over_r);  // V'' + V'/r in two dimensions, for both
      force[2 * i] += pair.force_over_r * dx, force[2 * j] -= pair.force_over_r * dx;
      force[2 * i + 1] += pair.force_over_r * dy, force[2 * j + 1] -= pair.force_over_r * dy;
    }
  }
  for (const double f : force) sums.squares += f * f;
  return sums;
}

/// Ratio of means over the snapshots that `next` gives; error by bootstrap over blocks.
Estimate configurationalTemperature(const Mixture& mixture, std::int64_t samples, double expected,
                                    const std::function<Snapshot()>& next) {
  std::vector<double> squares, laplacian;
  for (std::int64_t k = 0; k < samples; ++k) {
    const auto sums = forceSums(mixture, next());
    squares.push_back(sums.squares);
    laplacian.push_back(sums.laplacian);
  }
  const auto total = [](const std::vector<double>& values) {
    double sum = 0;
    for (const double v : values) sum += v;
    return sum;
  };
  const RandomStream stream({1, Purpose::bootstrap, 2, 0});
  double sum = 0, sum2 = 0;
  for (std::size_t k = 0; k < kResamples; ++k) {  // the same blocks of both
    const double t = total(resampled(squares, stream, k)) / total(resampled(laplacian, stream, k));
    sum += t, sum2 += t * t;
  }
  const double mean = sum / kResamples;
  return {total(squares) / total(laplacian), std::sqrt(sum2 / kResamples - mean * mean), expected};
}

Estimate ofSwap(const Sampling& s) {
  const Mixture m = test::scaledDown(Mixture::preset("KA2D"), s.particles);
  swapmc::MonteCarlo<2> mc(m, swapmc::randomLiquid(m, 2 * s.temperature, s.seed, 0),
                           {s.temperature, 0.1, 0.2, m.swap_pairs}, {s.seed, Purpose::test, 0, 0});
  mc.run(s.samples * s.sweeps / 10);
  return configurationalTemperature(m, s.samples, s.temperature, [&] {
    mc.run(s.sweeps);
    return mc.store();
  });
}

Estimate ofNvt(const Sampling& s) {
  const Mixture m = test::scaledDown(Mixture::preset("KA2D"), s.particles);
  md::Engine<2> engine(m, 1, static_cast<int>(m.particles()), 0.6);
  engine.load(0, swapmc::randomLiquid(m, 2 * s.temperature, s.seed, 0));
  engine.drawVelocities(0, s.temperature, {s.seed, Purpose::test, 0, 0});
  engine.setThermostat(md::Thermostat{s.temperature, 1.0});
  engine.prepare();
  const auto steps = static_cast<std::int64_t>(std::llround(s.interval / s.dt));
  engine.advance(s.samples / 10 * steps, s.dt);
  return configurationalTemperature(m, s.samples, s.temperature, [&] {
    engine.advance(steps, s.dt);
    return engine.pack().store(0);
  });
}

TEST(ConfigurationalTemperature, OfSwapIsTheBaths) {
  const auto t = ofSwap({.seed = 31});
  report("swap", t);
  EXPECT_LT(std::abs(t.sigmas()), 3);
  EXPECT_LT(t.error, 0.006);  // so that 2 % would be seen
}

/// Velocity Verlet samples the configurations at a temperature too high by (omega dt)^2 / 4, omega the frequency of the
/// stiffest motion that counts: some 0.2 % at this step, four times as much at twice the step.
TEST(ConfigurationalTemperature, OfNvtIsTheBathsForASmallStep) {
  const auto t = ofNvt({.samples = 1500, .dt = 0.0025, .seed = 32});
  report("md, dt = 0.0025", t);
  EXPECT_LT(std::abs(t.sigmas()), 3);
  EXPECT_LT(t.error, 0.006);
}

const Sampling kCold{.particles = 387, .temperature = 0.5, .samples = 6000, .interval = 0.5, .sweeps = 20, .seed = 33};

TEST(ConfigurationalTemperature, LongOfSwapAtLowTemperature) {
  const auto t = ofSwap(kCold);
  report("swap, T = 0.5", t);
  EXPECT_LT(std::abs(t.sigmas()), 3);
  EXPECT_LT(t.error, 0.0015);
}

TEST(ConfigurationalTemperature, LongOfNvtAtLowTemperature) {
  for (const double dt : {0.01, 0.005, 0.0025}) {
    Sampling nvt = kCold;
    nvt.dt = dt;
    const auto t = ofNvt(nvt);
    report(fmt::format("md, T = 0.5, dt = {}", dt), t);
    EXPECT_NEAR(t.value, kCold.temperature, 3 * t.error + kCold.temperature * 150 * dt * dt);
  }
}

}  // namespace
}  // namespace glassforge
