#include "iso/observables.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "core/published_dynamics.hpp"
#include "core/random.hpp"
#include "iso/dynamics.hpp"
#include "iso/launch.hpp"
#include "unit/iso/small_liquid.hpp"

namespace glassforge::iso {
namespace {

/// Labels of one time with displacements (R, N) of replicas that are given, all of one species.
StructureLabels labelsFrom(std::size_t replicas, const std::vector<double>& displacements) {
  StructureLabels labels;
  const std::size_t n = displacements.size() / replicas;
  labels.times = {1.0};
  labels.species.assign(n, 0);
  labels.replicas.status.assign(replicas, "done");
  labels.replicas.displacement = Array<double>({1, replicas, n}, displacements);
  reduceReplicas(labels.replicas.displacement, labels.replicas.status, labels.displacement,
                 labels.displacement_variance);
  return labels;
}

LabelDynamics combined(const std::vector<StructureLabels>& all, int dimension = 3) {
  std::vector<StructureObservables> seen;
  for (const auto& one : all) seen.push_back(observe(one, dimension, 1, {}));
  return combineObservables(all[0].times, seen, dimension);
}

double normal(std::uint64_t step, std::uint32_t index) {
  return RandomStream({3, Purpose::test, 0, 0}).normals(step, index)[0];
}

TEST(Observables, isotropicCosineIsTheMeanOverDirections) {
  for (const double r : {0.0, 1e-6, 0.2, 0.9, 3.0}) {
    double flat = 0, solid = 0;
    const int steps = 2000;
    for (int k = 0; k < steps; ++k) {
      const double u = (k + 0.5) / steps;
      flat += std::cos(kWaveNumber * r * std::cos(M_PI * u)) / steps;
      solid += std::cos(kWaveNumber * r * (2 * u - 1)) / steps;
    }
    EXPECT_NEAR(isotropicCosine(kWaveNumber, r, 2), flat, 1e-9);
    EXPECT_NEAR(isotropicCosine(kWaveNumber, r, 3), solid, 3e-5);
  }
}

/// The two ways to F_s on one run of a real liquid: the difference per replica has a mean of zero.
TEST(Observables, scatteringFromDistancesIsThatAlongTheAxes) {
  const Campaign c = smallCampaign();
  const auto ladder = StepLadder::fromTimes({0.3, 3.0}, 0.01);
  const auto labels =
      gatherReplicas(ladder, liquid().thermal.species, {launch(c, ladder, liquid().thermal, {0, 0, 40})});
  const auto origin = liquid().thermal.unwrapped();
  const auto& species = liquid().thermal.species;
  for (std::size_t t = 0; t < 2; ++t) {
    std::vector<double> along_axes, difference;
    for (std::size_t r = 0; r < 40; ++r) {
      std::vector<double> dx;
      for (std::size_t k = 0; k < origin.size(); ++k) dx.push_back(labels.replicas.frames.row(t, r)[k] - origin[k]);
      double isotropic = 0, count = 0;
      for (std::size_t i = 0; i < species.size(); ++i) {
        if (species[i] != 0) continue;
        isotropic += isotropicCosine(kWaveNumber, labels.replicas.displacement(t, r, i), 2);
        ++count;
      }
      along_axes.push_back(selfScattering(species, dx, 2, kWaveNumber));
      difference.push_back(along_axes.back() - isotropic / count);
    }
    const Estimate d = meanWithError(difference);
    EXPECT_LT(std::abs(d.value), 4 * d.error) << d.value;
    EXPECT_LT(d.error, 0.01);
    const auto seen = observe(labels, 2, 3, {});
    EXPECT_NEAR(seen.scattering(t, 0), meanOf(along_axes) - d.value, 1e-12);
  }
}

TEST(Observables, chi4ByHand) {
  // four particles, one replica; shares below 0.3: 1/4, 3/4, 2/4, 2/4; variance 1/24; chi4 = 4 / 24
  const std::vector<StructureLabels> all{labelsFrom(1, {0.1, 0.4, 0.5, 0.6}), labelsFrom(1, {0.1, 0.2, 0.29, 0.6}),
                                         labelsFrom(1, {0.1, 0.2, 0.3, 0.9}), labelsFrom(1, {0.1, 0.2, 0.31, 0.9})};
  const auto d = combined(all);
  EXPECT_NEAR(d.chi4.value(0, 0), 4.0 / 24, 1e-15);
  // without one: {3,2,2}, {1,2,2}: 4 x (1/48); {1,3,2} twice: 4 x (1/16)
  const std::vector<double> without{1.0 / 12, 1.0 / 12, 1.0 / 4, 1.0 / 4};
  EXPECT_NEAR(d.chi4.error(0, 0), std::sqrt(3.0 / 4 * 4 * std::pow(1.0 / 12, 2)), 1e-15);
  EXPECT_NEAR(d.chi4.error(0, 0), jackknifeError(without), 1e-15);
  EXPECT_EQ(d.structures, 4u);
}

TEST(Observables, chi4OfIndependentParticlesIsTheirBinomialVariance) {
  std::vector<StructureLabels> all;
  const std::size_t n = 400, structures = 200;
  for (std::uint64_t s = 0; s < structures; ++s) {
    std::vector<double> r;
    for (std::uint32_t i = 0; i < n; ++i) r.push_back(std::abs(normal(s, i)));
    all.push_back(labelsFrom(1, r));
  }
  const double p = std::erf(0.3 / std::sqrt(2.0));
  const auto d = combined(all);
  EXPECT_LT(std::abs(d.chi4.value(0, 0) - p * (1 - p)), 4 * d.chi4.error(0, 0));
  EXPECT_NEAR(d.chi4.error(0, 0), p * (1 - p) * std::sqrt(2.0 / structures),
              0.25 * p * (1 - p) * std::sqrt(2.0 / structures));
}

TEST(Observables, gaussianMotionHasItsMoments) {
  for (const int dimension : {2, 3}) {
    std::vector<StructureLabels> all;
    for (std::uint64_t s = 0; s < 30; ++s) {
      std::vector<double> r;
      for (std::uint32_t i = 0; i < 2000; ++i) {
        double r2 = 0;
        for (int k = 0; k < dimension; ++k) r2 += std::pow(0.2 * normal(10 * s + static_cast<std::uint64_t>(k), i), 2);
        r.push_back(std::sqrt(r2));
      }
      all.push_back(labelsFrom(4, r));
    }
    const auto d = combined(all, dimension);
    EXPECT_LT(std::abs(d.msd.value(0, 0) - dimension * 0.04), 4 * d.msd.error(0, 0));
    EXPECT_LT(std::abs(d.non_gaussian.value(0, 0)), 4 * d.non_gaussian.error(0, 0));
    EXPECT_LT(d.non_gaussian.error(0, 0), 0.02);
    EXPECT_LT(std::abs(d.scattering.value(0, 0) - std::exp(-0.5 * std::pow(kWaveNumber * 0.2, 2))),
              4 * d.scattering.error(0, 0));
  }
}

TEST(Observables, ceilingOverStructuresHasTheSpreadOfTheirMeans) {
  // two structures of two particles, two replicas: labels 1, 2 and 3, 4; variance over replicas 0.02 each
  const std::vector<StructureLabels> all{labelsFrom(2, {0.9, 1.9, 1.1, 2.1}), labelsFrom(2, {2.9, 3.9, 3.1, 4.1})};
  EXPECT_NEAR(combined(all).ceiling(0, 0), std::sqrt(1 - 0.01 / 1.25), 1e-12);
}

TEST(Observables, replicasThatWereStoppedDoNotCount) {
  auto labels = labelsFrom(3, {0.1, 0.5, 9, 9, 0.2, 0.3});
  labels.replicas.status[1] = "lost";
  reduceReplicas(labels.replicas.displacement, labels.replicas.status, labels.displacement,
                 labels.displacement_variance);
  const auto seen = observe(labels, 3, 1, {});
  EXPECT_EQ(seen.replicas, 2);
  EXPECT_NEAR(seen.msd(0, 0), (0.01 + 0.25 + 0.04 + 0.09) / 4, 1e-15);
  EXPECT_NEAR(seen.overlap(0, 0), 0.5, 1e-15);
}

TEST(Observables, labelsWithoutReplicasStillHaveChi4) {
  auto labels = labelsFrom(1, {0.1, 0.5});
  labels.replicas = {};
  const auto seen = observe(labels, 3, 1, {});
  EXPECT_TRUE(std::isnan(seen.scattering(0, 0)));
  EXPECT_TRUE(std::isnan(seen.noise(0, 0)));
  EXPECT_EQ(seen.slow(0, 0), 0.5);
  labels.displacement = {};
  EXPECT_THROW(observe(labels, 3, 1, {}), InputError);
}

TEST(Observables, diffusionIsTakenOnlyWhereMotionIsDiffusive) {
  const auto of = [](const std::vector<double>& msd) {
    std::vector<StructureObservables> seen(2);
    for (auto& s : seen) {
      s.particles = {1};
      const Array<double> none({msd.size(), 1}, 0.5);
      s.scattering = s.overlap = s.quartic = s.propensity = s.spread = s.noise = s.slow = none;
      s.msd = Array<double>({msd.size(), 1}, msd);
    }
    return combineObservables({10, 20}, seen, 3);
  };
  EXPECT_NEAR(of({0.6, 1.2}).diffusion[0].value, 1.2 / (6 * 20), 1e-15);
  EXPECT_TRUE(std::isnan(of({1.6, 1.7}).diffusion[0].value));
  EXPECT_TRUE(std::isnan(of({0.006, 0.012}).diffusion[0].value));  // between ballistic motion and the plateau
  EXPECT_NEAR(of({0.6, 0.7}).msd_exponent[0], std::log(0.7 / 0.6) / std::log(2.0), 1e-12);
}

/// Structures whose relaxation times are log-normal, each known from a noisy curve: how often does the stated error
/// cover the true crossing of the mean curve?
TEST(RelaxationTime, itsErrorCoversTheTruthAboutTwoTimesInThree) {
  std::vector<double> times, mean;
  const auto curve = [](double t, double tau) { return 0.85 * std::exp(-std::pow(t / tau, 0.7)); };
  for (int k = 0; k <= 30; ++k) times.push_back(std::pow(10.0, k / 10.0));
  const double spread = 0.7;      // of ln tau: a factor of two either way
  for (const double t : times) {  // the mean over infinitely many structures
    double sum = 0, weight = 0;
    for (double x = -6; x <= 6; x += 0.01) {
      sum += std::exp(-x * x / 2) * curve(t, 60 * std::exp(spread * x));
      weight += std::exp(-x * x / 2);
    }
    mean.push_back(sum / weight);
  }
  const double truth = crossingTime(times, mean, kStructuralDecay);
  const std::uint64_t trials = 600, structures = 16;
  int covered = 0;
  std::vector<double> deviations;
  for (std::uint64_t trial = 0; trial < trials; ++trial) {
    Array<double> curves({structures, times.size()});
    for (std::uint64_t s = 0; s < structures; ++s) {
      const std::uint64_t key = 1000 * trial + s;
      const double tau = 60 * std::exp(spread * normal(key, 0)), offset = 0.03 * normal(key, 1);
      for (std::size_t t = 0; t < times.size(); ++t)
        curves(s, t) = curve(times[t], tau) + offset * times[t] / (times[t] + 10);
    }
    const Estimate found = relaxationTime(times, curves);
    ASSERT_TRUE(std::isfinite(found.error));
    covered += std::abs(found.value - truth) < found.error;
    deviations.push_back(std::log(found.value / truth));
  }
  EXPECT_NEAR(covered / static_cast<double>(trials), 0.66,
              0.07);  // 0.66 is Student's for 15 degrees; its own error is 0.02
  EXPECT_LT(std::abs(meanOf(deviations)),
            0.2 * std::sqrt(varianceOf(deviations)));  // the bias is small against the error
}

TEST(RelaxationTime, isUnknownWhereItIsNotBetweenTheTimes) {
  EXPECT_TRUE(std::isnan(crossingTime({1, 2}, {0.3, 0.2}, kStructuralDecay)));
  EXPECT_NEAR(crossingTime({1, 4}, {1.0, 0.0}, 0.5), 2, 1e-12);  // linear where a logarithm has no value
  EXPECT_TRUE(std::isnan(relaxationTime({1, 4}, Array<double>({1, 2}, std::vector<double>{0.9, 0.1})).error));
}

TEST(PublishedDynamics, areFoundByModelAndTemperature) {
  EXPECT_EQ(publishedDynamics("KA", 0.64)->tau_alpha, 16.5);
  EXPECT_EQ(publishedDynamics("KA2D", 0.231)->tau_alpha, 918306);
  EXPECT_FALSE(publishedDynamics("KA2D", 0.25));
  EXPECT_FALSE(publishedDynamics("custom", 0.64));
}

}  // namespace
}  // namespace glassforge::iso
