#include "md/pair_potential.hpp"

#include <gtest/gtest.h>

namespace glassforge::md {
namespace {

constexpr double kCutoff = 2.5;

double energyAt(const Tail& tail, double x) {
  return std::visit([&](const auto& t) { return t.energy(x * x); }, tail);
}

TEST(PairPotential, closedFormsGiveThePublishedCoefficients) {
  const auto quartic = std::get<EvenTail>(makeTail(Smoothing::quartic, kCutoff));
  EXPECT_NEAR(quartic.c0, 0.0404902379520, 1e-12);  // Jung, Biroli, Berthier 2023, to their printed digits
  EXPECT_NEAR(quartic.c2, -0.00970155098112, 1e-13);
  EXPECT_NEAR(quartic.c4, 0.000620126168678, 1e-14);
  const auto linear = std::get<LinearTail>(makeTail(Smoothing::force_shift, kCutoff));
  EXPECT_NEAR(linear.c1, -0.0097498693632, 1e-12);
  EXPECT_NEAR(linear.c0, 0.004079222784 + 0.0097498693632 * 2.5, 1e-11);
}

TEST(PairPotential, isAsSmoothAtTheCutoffAsItsNameSays) {
  const double yc = kCutoff * kCutoff;
  const auto at = [&](Smoothing s, auto member) { return std::visit(member, makeTail(s, kCutoff)); };
  const auto energy = [yc](const auto& t) { return t.energy(yc); };
  const auto slope = [yc](const auto& t) { return t.slope(yc); };
  const auto curvature = [yc](const auto& t) { return t.slope(yc) + 2 * yc * t.curvature(yc); };
  EXPECT_GT(std::abs(at(Smoothing::none, energy)), 1e-3);
  EXPECT_NEAR(at(Smoothing::shift, energy), 0, 1e-15);
  EXPECT_GT(std::abs(at(Smoothing::shift, slope)), 1e-4);
  EXPECT_NEAR(at(Smoothing::force_shift, energy), 0, 1e-15);
  EXPECT_NEAR(at(Smoothing::force_shift, slope), 0, 1e-16);
  EXPECT_GT(std::abs(at(Smoothing::force_shift, curvature)), 1e-4);
  EXPECT_NEAR(at(Smoothing::quartic, energy), 0, 1e-15);
  EXPECT_NEAR(at(Smoothing::quartic, slope), 0, 1e-16);
  EXPECT_NEAR(at(Smoothing::quartic, curvature), 0, 1e-15);
}

class EverySmoothing : public testing::TestWithParam<Smoothing> {};

TEST_P(EverySmoothing, slopeAndCurvatureAreDerivativesOfTheEnergy) {
  const Tail tail = makeTail(GetParam(), kCutoff);
  std::visit(
      [](const auto& t) {
        for (double y = 0.75; y < 6.2; y += 0.05) {
          const double h = 1e-5 * y;
          const double slope = (t.energy(y + h) - t.energy(y - h)) / (2 * h);
          const double curvature = (t.slope(y + h) - t.slope(y - h)) / (2 * h);
          EXPECT_NEAR(t.slope(y), slope, 1e-8 * (1 + std::abs(slope))) << "y = " << y;
          EXPECT_NEAR(t.curvature(y), curvature, 1e-8 * (1 + std::abs(curvature))) << "y = " << y;
        }
      },
      tail);
}

TEST_P(EverySmoothing, wideRegistersGiveTheScalarBits) {
  const Tail tail = makeTail(GetParam(), kCutoff);
  double y[Wide::width], energy[Wide::width], slope[Wide::width];
  for (int k = 0; k < Wide::width; ++k) y[k] = 0.8 + 0.61 * k;
  std::visit(
      [&](const auto& t) {
        t.energy(Wide::load(y)).store(energy);
        t.slope(Wide::load(y)).store(slope);
        for (int k = 0; k < Wide::width; ++k) {
          EXPECT_EQ(energy[k], t.energy(y[k]));
          EXPECT_EQ(slope[k], t.slope(y[k]));
        }
      },
      tail);
}

INSTANTIATE_TEST_SUITE_P(All, EverySmoothing, testing::ValuesIn(PairPotentials::names));

TEST(PairPotential, lennardJonesInsideUpToTheTail) {
  const double x = 1.3;
  const double bare = std::pow(x, -12) - std::pow(x, -6);
  for (const auto& smoothing : {Smoothing::none, Smoothing::shift, Smoothing::force_shift, Smoothing::quartic}) {
    const double tail = energyAt(makeTail(smoothing, kCutoff), x) - bare;
    EXPECT_LT(std::abs(tail), smoothing == Smoothing::none ? 1e-15 : 0.05);
    EXPECT_EQ(PairPotentials::formOf(smoothing), "Lennard-Jones");
  }
}

TEST(PairPotential, functionsOfOneTypeAreOneAlternative) {
  using Two = PotentialList<QuarticLennardJones, ForceShiftedLennardJones, TruncatedLennardJones>;
  EXPECT_TRUE((std::is_same_v<Two::Function, std::variant<EvenTail, LinearTail>>));
  EXPECT_EQ(namesOf(Two::names), "quartic, force-shift, none");
  EXPECT_EQ(std::get<EvenTail>(Two::make(Smoothing::none, kCutoff)).c4, 0);
  EXPECT_NE(std::get<EvenTail>(Two::make(Smoothing::quartic, kCutoff)).c4, 0);
  try {
    Two::make(Smoothing::shift, kCutoff);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "smoothing 'shift' is unknown; known are quartic, force-shift, none");
  }
}

TEST(PairPotential, evaluatePairUsesThePairsOwnParameters) {
  const Mixture ka = Mixture::preset("KA");
  const PairTable table(ka);
  const auto tail = std::get<LinearTail>(makeTail(Smoothing::force_shift, ka.cutoff));
  const double r = 0.9, x = r / 0.8;
  const auto term = evaluatePair(tail, table, 0, 1, r * r);
  EXPECT_NEAR(term.energy, 4 * 1.5 * (std::pow(x, -12) - std::pow(x, -6) + tail.c0 + tail.c1 * x), 1e-13);
  const auto energy = [&](double d) { return evaluatePair(tail, table, 0, 1, d * d).energy; };
  EXPECT_NEAR(term.force_over_r * r, -(energy(r + 1e-5) - energy(r - 1e-5)) / 2e-5, 1e-7);
  EXPECT_NEAR(term.second_derivative, (energy(r + 1e-4) - 2 * energy(r) + energy(r - 1e-4)) / 1e-8, 1e-4);
  EXPECT_EQ(evaluatePair(tail, table, 0, 1, 4.0001).energy, 0);
}

}  // namespace
}  // namespace glassforge::md
