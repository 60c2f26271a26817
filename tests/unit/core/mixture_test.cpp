#include "core/mixture.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace glassforge {
namespace {

TEST(Mixture, presetsAreThePublishedSystems) {
  const Mixture ka = Mixture::preset("KA");
  ka.validate();
  EXPECT_EQ(ka.particles(), 4096);
  EXPECT_EQ(ka.counts, (std::vector<std::int64_t>{3277, 819}));
  EXPECT_NEAR(ka.density(), 1.2, 1e-5);
  EXPECT_EQ(ka.smoothing, Smoothing::force_shift);
  const Mixture ka2d = Mixture::preset("KA2D");
  ka2d.validate();
  EXPECT_EQ(ka2d.particles(), 1290);
  EXPECT_NEAR(ka2d.density(), 1.192060, 1e-6);
  EXPECT_EQ(ka2d.sigmaOf(1, 2), 0.80);  // 0.84 belongs to another model, the 3D KA2
  EXPECT_EQ(ka2d.epsilonOf(0, 2), 0.75);
  EXPECT_EQ(ka2d.smoothing, Smoothing::quartic);
}

TEST(Mixture, namesTheSpeciesItKnows) {
  const Mixture ka = Mixture::preset("KA");
  EXPECT_EQ(ka.speciesIndex("B"), 1);
  try {
    ka.speciesIndex("C");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("A, B"), std::string::npos);
  }
}

TEST(Mixture, refusesWhatIsNoMixture) {
  EXPECT_THROW(Mixture::preset("KAB"), InputError);
  Mixture m = Mixture::preset("KA");
  m.box = {4.9, 15, 15};
  EXPECT_THROW(m.validate(), InputError);  // below twice the cutoff
  m = Mixture::preset("KA");
  m.epsilon[1] = 2;
  EXPECT_THROW(m.validate(), InputError);  // not symmetric
  m = Mixture::preset("KA");
  m.sigma[0] = -1;
  EXPECT_THROW(m.validate(), InputError);
  m = Mixture::preset("KA");
  m.counts = {1};
  EXPECT_THROW(m.validate(), InputError);
}

TEST(Mixture, aPotentialIsFoundByItsNameAmongThoseThatAreKnown) {
  const std::vector<Smoothing> known{Smoothing::quartic, Smoothing("soft-sphere"), Smoothing::none};
  EXPECT_EQ(Smoothing::force_shift.name(), "force-shift");
  for (const auto& s : known) EXPECT_EQ(parseSmoothing(s.name(), known), s);
  for (const auto* wrong : {"soft", "soft-spheres", "", "shift"}) {
    try {
      parseSmoothing(wrong, known);
      FAIL() << wrong;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("known are quartic, soft-sphere, none"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace glassforge
