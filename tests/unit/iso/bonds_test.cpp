#include "iso/bonds.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace glassforge::iso {
namespace {

/// A - A at 1.3 (bonded at 1.4 sigma), A - B at 1.2 across the face (1.5 sigma_AB: not bonded), B alone otherwise.
Snapshot chain() {
  Snapshot s;
  s.dimension = 2;
  s.box = {6, 6};
  s.species = {0, 0, 1};
  s.position = {0.5, 1.0, 1.8, 1.0, 5.3, 1.0};
  s.image.assign(6, 0);
  return s;
}

TEST(Bonds, countPairsWithinTheInnerCutoffInUnitsOfTheirSigma) {
  const Mixture m = Mixture::preset("KA2D");
  const Bonds bonds = findBonds(m, chain(), 1.4, 1.8);
  EXPECT_EQ(bonds.first, (std::vector<int>{0, 1, 2, 2}));
  EXPECT_EQ(bonds.partner, (std::vector<int>{1, 0}));
  const Bonds wider = findBonds(m, chain(), 1.55, 1.8);  // 1.24 reaches the B across the face
  EXPECT_EQ(wider.first, (std::vector<int>{0, 2, 3, 4}));
}

TEST(Bonds, breakBeyondTheOuterCutoffAndByTheNearestImage) {
  const Mixture m = Mixture::preset("KA2D");
  const Snapshot s = chain();
  const Bonds bonds = findBonds(m, s, 1.4, 1.8);
  double share[3];
  auto x = s.unwrapped();
  remainingBonds(bonds, s.box, x, share);
  EXPECT_EQ(share[0], 1);
  EXPECT_EQ(share[2], 1);  // had no bonds: none is broken
  x[2] = 0.5 + 1.79;
  remainingBonds(bonds, s.box, x, share);
  EXPECT_EQ(share[0], 1);
  x[2] = 0.5 + 1.81;
  remainingBonds(bonds, s.box, x, share);
  EXPECT_EQ(share[0], 0);
  EXPECT_EQ(share[1], 0);
  x[2] += 6;  // a box further: the same distance
  x[2] -= 0.1;
  remainingBonds(bonds, s.box, x, share);
  EXPECT_EQ(share[0], 1);
}

TEST(Bonds, refuseCutoffsInTheWrongOrder) {
  EXPECT_THROW(findBonds(Mixture::preset("KA2D"), chain(), 1.8, 1.4), InputError);
}

}  // namespace
}  // namespace glassforge::iso
