#include "ml/nn/soap.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <functional>
#include <vector>

#include "core/error.hpp"
#include "ml/nn/adam.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml::nn {
namespace {

using Eigen::MatrixXd;
using ml::testing::Draws;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Rows random(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  Draws draw(seed);
  Rows m(rows, columns);
  for (Eigen::Index i = 0; i < m.size(); ++i) m.data()[i] = draw.normal();
  return m;
}

MatrixXd orthogonal(Eigen::Index size, std::uint64_t seed) {
  return Eigen::HouseholderQR<MatrixXd>(random(size, size, seed)).householderQ();
}

std::span<double> numbers(Rows& m) {
  return {m.data(), static_cast<std::size_t>(m.size())};
}

std::span<const double> numbers(const Rows& m) {
  return {m.data(), static_cast<std::size_t>(m.size())};
}

/// Gradients of a slow walk: a part that stays and one that changes.
Rows gradientOf(int step) {
  return random(5, 3, 40) + 0.3 * random(5, 3, static_cast<std::uint64_t>(50 + step));
}

/// All singular values of the first step are the rate: U V^T of the gradient U S V^T.
TEST(Soap, FirstStepIsThePolarFactorOfTheGradient) {
  Soap<double> soap({{5, 3}}, {.rate = 0.1});
  Rows parameters = Rows::Zero(5, 3);
  const Rows gradient = gradientOf(0);
  soap.step(numbers(parameters), numbers(gradient));
  const Eigen::JacobiSVD<MatrixXd> svd(gradient, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const MatrixXd polar = svd.matrixU() * svd.matrixV().transpose();
  EXPECT_LT((parameters + 0.1 * polar).cwiseAbs().maxCoeff(), 1e-8);
}

/// Steps turn with the gradients, which Adam's do not. (Where one gradient does not fix all eigenvectors, as of a
/// matrix that is not square, those that it leaves open do not turn.)
TEST(Soap, FollowsRotationsOfBothSides) {
  const MatrixXd u = orthogonal(4, 31), v = orthogonal(4, 32);
  Soap<double> soap({{4, 4}}, {.rate = 0.1, .basis_every = 3}), turned({{4, 4}}, {.rate = 0.1, .basis_every = 3});
  Adam<double> adam(16, {0.1, 0.9, 0.95, 1e-8, true}), adam_turned(16, {0.1, 0.9, 0.95, 1e-8, true});
  Rows a = Rows::Zero(4, 4), b = a, c = a, d = a;
  for (int step = 0; step < 10; ++step) {
    const Rows g = random(4, 4, 40) + 0.3 * random(4, 4, static_cast<std::uint64_t>(50 + step)),
               h = u * g * v.transpose();
    soap.step(numbers(a), numbers(g));
    turned.step(numbers(b), numbers(h));
    adam.step(numbers(c), numbers(g));
    adam_turned.step(numbers(d), numbers(h));
  }
  EXPECT_LT((MatrixXd(u * a * v.transpose()) - b).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_GT((MatrixXd(u * c * v.transpose()) - d).cwiseAbs().maxCoeff(), 1e-2);
}

TEST(Soap, IsAdamForRowsAndColumns) {
  Soap<double> soap({{1, 4}, {3, 1}}, {.rate = 0.1, .beta1 = 0.8, .beta2 = 0.9});
  Adam<double> adam(7, {0.1, 0.8, 0.9, 1e-8, true});
  std::vector<double> a(7, 1.0), b = a;
  for (std::uint64_t step = 0; step < 5; ++step) {
    const Rows g = random(7, 1, 60 + step);
    soap.step(a, numbers(g));
    adam.step(b, numbers(g));
  }
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-12);
}

/// W with A W B = C, A and B badly conditioned in directions that are not the axes.
TEST(Soap, DescendsWhereAdamIsSlow) {
  const MatrixXd u = orthogonal(5, 71), v = orthogonal(3, 72);
  const Eigen::VectorXd left = Eigen::VectorXd::LinSpaced(5, 0, -3).unaryExpr([](double e) { return std::pow(10, e); });
  const Eigen::VectorXd right =
      Eigen::VectorXd::LinSpaced(3, 0, -2).unaryExpr([](double e) { return std::pow(10, e); });
  const MatrixXd a = left.asDiagonal() * u, b = v * right.asDiagonal(), wanted = a * random(5, 3, 73) * b;
  const auto excess = [&](const auto& step) {
    Rows w = Rows::Zero(5, 3);
    for (int n = 0; n < 400; ++n) {
      const Rows gradient = a.transpose() * (a * w * b - wanted) * b.transpose();
      step(w, gradient, 0.02 * (1 - n / 400.0));
    }
    return (a * w * b - wanted).norm();
  };
  Soap<double> soap({{5, 3}}, {});
  Adam<double> adam(15, {0.02, 0.9, 0.95, 1e-8, true});
  const double by_soap = excess([&](Rows& w, const Rows& g, double rate) {
    soap.setRate(rate);
    soap.step(numbers(w), numbers(g));
  });
  const double by_adam = excess([&](Rows& w, const Rows& g, double rate) {
    adam.setRate(rate);
    adam.step(numbers(w), numbers(g));
  });
  EXPECT_LT(by_soap, 0.2 * by_adam);
}

TEST(Soap, GoesOnFromItsState) {
  const std::vector<MatrixBlock> blocks{{5, 3}, {1, 2}};
  Soap<float> whole(blocks, {.basis_every = 2}), first(blocks, {.basis_every = 2}), second(blocks, {.basis_every = 2});
  std::vector<float> a(17, 0.5F), b = a;
  const auto gradient = [](std::uint64_t step) {
    Draws draw(80 + step);
    std::vector<float> g(17);
    for (float& x : g) x = static_cast<float>(draw.normal());
    return g;
  };
  for (std::uint64_t step = 0; step < 7; ++step) whole.step(a, gradient(step));
  for (std::uint64_t step = 0; step < 3; ++step) first.step(b, gradient(step));
  second.setState(first.state());
  for (std::uint64_t step = 3; step < 7; ++step) second.step(b, gradient(step));
  EXPECT_EQ(a, b);
  EXPECT_EQ(whole.state(), second.state());
}

TEST(Soap, RefusesWhatDoesNotFit) {
  Soap<double> soap({{2, 2}}, {});
  std::vector<double> p(4), three(3);
  EXPECT_THROW(soap.step(p, three), InputError);
  EXPECT_THROW(soap.step(three, p), InputError);
  EXPECT_THROW(soap.setState(three), InputError);
}

}  // namespace
}  // namespace glassforge::ml::nn
