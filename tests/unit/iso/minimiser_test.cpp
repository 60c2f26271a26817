// What the quench is made of: sums, directions of L-BFGS, the stiffness of near pairs.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "iso/lbfgs.hpp"
#include "iso/near_stiffness.hpp"
#include "support/brute_force.hpp"

namespace glassforge::iso {
namespace {

Vector randomVector(std::size_t n, std::uint64_t stream) {
  const RandomStream random({7, Purpose::test, 0, 0});
  Vector v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = random.normals(stream, static_cast<std::uint32_t>(i))[0];
  return v;
}

TEST(VectorSums, addEveryTermOnceAlsoAtLengthsThatAreNoMultipleOfTheLanes) {
  for (const std::size_t n : {1u, 7u, 8u, 21u}) {
    Vector a(n), b(n, 2.0);
    std::iota(a.begin(), a.end(), 1.0);
    const auto sum = static_cast<double>(n * (n + 1));
    EXPECT_EQ(dot(a, b), sum);
    EXPECT_EQ(addAndDot(a, 0.5, b, b), sum + 2.0 * static_cast<double>(n));
    EXPECT_EQ(a[n - 1], static_cast<double>(n + 1));
  }
}

TEST(VectorSums, theLargestIsInfiniteWhereSomethingIsNoNumber) {
  EXPECT_EQ(largest({1, -3, 2}), 3);
  EXPECT_TRUE(std::isinf(largest({1, std::nan(""), 2})));
  EXPECT_TRUE(std::isinf(largest({1, -INFINITY, 2})));
}

/// With exact line searches L-BFGS takes as many steps as a quadratic has dimensions, if it remembers all of them.
TEST(StepHistory, reachesTheMinimumOfAQuadraticInAsManyStepsAsDimensions) {
  const Vector stiffness{1, 3, 10, 40, 200, 1000};
  Vector x = randomVector(6, 0), force(6), next(6), next_force(6);
  const auto forces = [&](const Vector& at, Vector& f) {
    for (std::size_t i = 0; i < 6; ++i) f[i] = -stiffness[i] * at[i];
  };
  forces(x, force);
  const double at_first = largest(force);
  StepHistory history(6, 6);
  for (int step = 0; step < 6; ++step) {
    EXPECT_GT(largest(force), 1e-6 * at_first) << "before step " << step;
    Vector q(force);
    history.direct(q, [](Vector& v) {
      for (double& value : v) value *= 0.01;
    });
    double curvature = 0;
    for (std::size_t i = 0; i < 6; ++i) curvature += stiffness[i] * q[i] * q[i];
    for (std::size_t i = 0; i < 6; ++i) next[i] = x[i] + dot(force, q) / curvature * q[i];
    forces(next, next_force);
    history.add(x, force, next, next_force);
    std::swap(x, next), std::swap(force, next_force);
  }
  EXPECT_LT(largest(force), 1e-10 * at_first);
}

/// The secant equation: the direction for the last change of gradient is the last step, whatever came before.
TEST(StepHistory, keepsTheSecantEquationAfterItsRingIsFull) {
  StepHistory history(20, 3);
  const Vector zero(20, 0.0);
  Vector step, change(20);
  for (std::uint64_t k = 0; k < 8; ++k) {
    step = randomVector(20, k);
    for (std::size_t i = 0; i < 20; ++i) change[i] = (1.0 + static_cast<double>(i)) * step[i];
    Vector force(20);
    for (std::size_t i = 0; i < 20; ++i) force[i] = -change[i];
    history.add(zero, zero, step, force);
  }
  EXPECT_EQ(history.size(), 3u);
  history.direct(change, [](Vector&) {});
  for (std::size_t i = 0; i < 20; ++i) EXPECT_NEAR(change[i], step[i], 1e-12);
}

TEST(StepHistory, forgetsAllWhereCurvatureIsNotPositive) {
  StepHistory history(2, 3);
  history.add({0, 0}, {0, 0}, {1, 0}, {-1, 0});
  EXPECT_EQ(history.size(), 1u);
  history.add({0, 0}, {0, 0}, {1, 0}, {1, 0});
  EXPECT_EQ(history.size(), 0u);
}

/// Four particles that press on each other, in one cell, so that their order is that of the file; a box with room
/// around.
Snapshot tetrahedron() {
  Snapshot s;
  s.box = {12, 12, 12};
  s.species = {0, 1, 0, 0};
  s.position = {0.1, 0.2, 0.1, 0.6, 0.52, 0.75, 1.1, 0.25, 0.15, 0.6, 1.1, 0.1};
  return s;
}

/// The Hessian from central differences of forces, (12, 12).
std::vector<Vector> hessianOf(const Mixture& model, Snapshot s) {
  constexpr double h = 1e-5;
  std::vector<Vector> hessian(12, Vector(12));
  for (std::size_t j = 0; j < 12; ++j) {
    s.position[j] += h;
    const Vector ahead = test::bruteForce<3>(model, s).force;
    s.position[j] -= 2 * h;
    const Vector behind = test::bruteForce<3>(model, s).force;
    s.position[j] += h;
    for (std::size_t i = 0; i < 12; ++i) hessian[i][j] = (behind[i] - ahead[i]) / (2 * h);
  }
  return hessian;
}

/// D^-1 b for the 3 x 3 blocks D on the diagonal of h, by Cramer's rule.
Vector solveDiagonal(const std::vector<Vector>& h, const Vector& b) {
  Vector x(b.size());
  for (std::size_t o = 0; o < b.size(); o += 3) {
    const auto determinant = [&](int replaced) {
      double m[3][3];
      for (std::size_t r = 0; r < 3; ++r) {
        for (std::size_t c = 0; c < 3; ++c) m[r][c] = static_cast<int>(c) == replaced ? b[o + r] : h[o + r][o + c];
      }
      return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
             m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
    };
    for (int k = 0; k < 3; ++k) x[o + static_cast<std::size_t>(k)] = determinant(k) / determinant(-1);
  }
  return x;
}

/// h v with only the blocks of h below (-1), on (0) or above (1) the diagonal.
Vector timesPart(const std::vector<Vector>& h, const Vector& v, int part) {
  Vector out(v.size(), 0.0);
  for (std::size_t i = 0; i < v.size(); ++i) {
    for (std::size_t j = 0; j < v.size(); ++j) {
      const int side = j / 3 < i / 3 ? -1 : (j / 3 > i / 3 ? 1 : 0);
      if (side == part) out[i] += h[i][j] * v[j];
    }
  }
  return out;
}

/// solve() undoes M = (D + L) D^-1 (D + L^T), put together from the finite-difference Hessian D + L + L^T.
TEST(NearStiffness, isTheGaussSeidelFormOfTheHessianOfForces) {
  const Mixture model = Mixture::preset("KA");
  const Snapshot s = tetrahedron();
  const auto hessian = hessianOf(model, s);
  NearStiffness<3> stiffness(model, Box<3>({12, 12, 12}), s.species);
  stiffness.update(s.position);
  for (std::uint64_t k = 0; k < 4; ++k) {
    const Vector v = randomVector(12, k);
    Vector q = timesPart(hessian, v, 0);
    const Vector above = timesPart(hessian, v, 1);
    for (std::size_t i = 0; i < 12; ++i) q[i] += above[i];
    const Vector below = timesPart(hessian, solveDiagonal(hessian, q), -1);
    for (std::size_t i = 0; i < 12; ++i) q[i] += below[i];
    stiffness.solve(q);
    for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(q[i], v[i], 1e-6);
  }
}

/// Positive definite wherever the particles are, loose ones included: forces always find a way down.
TEST(NearStiffness, isPositiveAlsoWhereTheHessianIsNot) {
  const Mixture model = test::scaledDown(Mixture::preset("KA2D"), 200);
  const RandomStream random({3, Purpose::test, 0, 0});
  std::vector<std::int32_t> species(200);
  Vector x(400);
  for (std::size_t i = 0; i < 200; ++i) {
    species[i] = static_cast<int>(i % 3);
    const auto gaussian = random.normals(0, static_cast<std::uint32_t>(i));
    x[2 * i] = gaussian[0] * model.box[0];
    x[2 * i + 1] = gaussian[1] * model.box[1];
  }
  NearStiffness<2> stiffness(model, Box<2>({model.box[0], model.box[1]}), species);
  stiffness.update(x);
  for (std::uint64_t k = 0; k < 20; ++k) {
    const Vector v = randomVector(400, k);
    Vector q(v);
    stiffness.solve(q);
    EXPECT_GT(dot(v, q), 0);
  }
}

}  // namespace
}  // namespace glassforge::iso
