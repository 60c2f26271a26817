#include "ml/linalg/ridge_solver.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "ml/linalg/eigen_blocks.hpp"

namespace glassforge::ml {

namespace {

void checkPenalty(double penalty) {
  require(std::isfinite(penalty) && penalty > 0, "the ridge penalty {} is not a positive number", penalty);
}

}  // namespace

struct RidgeSolver::Decomposition {
  double rows = 0;
  std::vector<double> shift, scale, mean_y;
  std::vector<std::size_t> active;                  // columns that are not dropped
  Eigen::Tridiagonalization<Eigen::MatrixXd> form;  // Z^T Z = Q T Q^T, Q kept as reflections
  Eigen::MatrixXd products, right;                  // Z^T Z, (A, K) Z^T y
  Eigen::VectorXd diagonal, below;                  // of T: (A), (A - 1)
  Eigen::MatrixXd projected;                        // (A, K) Q^T Z^T y

  void standardise(const NormalEquations& train);
  Eigen::MatrixXd gram(const NormalEquations& train) const;
  Eigen::MatrixXd cross(const NormalEquations& train) const;
  Eigen::VectorXd solve(Eigen::VectorXd x, double penalty) const;
};

void RidgeSolver::Decomposition::standardise(const NormalEquations& train) {
  rows = train.rows();
  for (std::size_t a = 0; a < train.features(); ++a) {
    const double mean = train.sumX(a) / rows;
    const double deviation = std::sqrt(std::max(0.0, train.gram(a, a) / rows - mean * mean));
    require(std::isfinite(train.gram(a, a)) && std::isfinite(mean), "feature column {} is not finite or too large", a);
    const bool kept = deviation >= least_deviation;
    if (kept) active.push_back(a);
    shift.push_back(mean);
    scale.push_back(kept ? deviation : 1.0);
  }
  for (std::size_t k = 0; k < train.targets(); ++k) {
    require(std::isfinite(train.squareY(k)), "training target {} is not finite or too large", k);
    mean_y.push_back(train.sumY(k) / rows);
  }
}

Eigen::MatrixXd RidgeSolver::Decomposition::gram(const NormalEquations& train) const {
  const auto count = static_cast<Eigen::Index>(active.size());
  Eigen::MatrixXd g(count, count);
  for (Eigen::Index p = 0; p < count; ++p)
    for (Eigen::Index q = p; q < count; ++q) {
      const std::size_t a = active[static_cast<std::size_t>(p)], b = active[static_cast<std::size_t>(q)];
      g(p, q) = (train.gram(a, b) - rows * shift[a] * shift[b]) / (scale[a] * scale[b]);
      g(q, p) = g(p, q);
    }
  return g;
}

Eigen::MatrixXd RidgeSolver::Decomposition::cross(const NormalEquations& train) const {
  Eigen::MatrixXd c(static_cast<Eigen::Index>(active.size()), static_cast<Eigen::Index>(train.targets()));
  for (Eigen::Index p = 0; p < c.rows(); ++p)
    for (Eigen::Index k = 0; k < c.cols(); ++k) {
      const std::size_t a = active[static_cast<std::size_t>(p)], target = static_cast<std::size_t>(k);
      c(p, k) = (train.cross(a, target) - rows * shift[a] * mean_y[target]) / scale[a];
    }
  return c;
}

/// (T + penalty)^-1 x by elimination without pivots: the matrix is positive definite.
Eigen::VectorXd RidgeSolver::Decomposition::solve(Eigen::VectorXd x, double penalty) const {
  const Eigen::Index count = diagonal.size();
  Eigen::VectorXd pivot(count);
  pivot(0) = diagonal(0) + penalty;
  for (Eigen::Index p = 1; p < count; ++p) {
    const double factor = below(p - 1) / pivot(p - 1);
    pivot(p) = diagonal(p) + penalty - factor * below(p - 1);
    x(p) -= factor * x(p - 1);
  }
  x(count - 1) /= pivot(count - 1);
  for (Eigen::Index p = count - 2; p >= 0; --p) x(p) = (x(p) - below(p) * x(p + 1)) / pivot(p);
  return x;
}

RidgeSolver::RidgeSolver(const NormalEquations& train) : parts_(std::make_unique<Decomposition>()) {
  require(train.rows() > 0, "ridge regression needs training particles, there are none");
  fixEigenBlocks();
  Decomposition& d = *parts_;
  d.standardise(train);
  if (d.active.empty()) return;
  d.products = d.gram(train);
  d.right = d.cross(train);
  d.form.compute(d.products);
  d.diagonal = d.form.diagonal();
  d.below = d.form.subDiagonal();
  d.projected = d.right;
  d.projected.applyOnTheLeft(d.form.matrixQ().adjoint());
}

RidgeSolver::~RidgeSolver() = default;
RidgeSolver::RidgeSolver(RidgeSolver&&) noexcept = default;
RidgeSolver& RidgeSolver::operator=(RidgeSolver&&) noexcept = default;

double RidgeSolver::rows() const {
  return parts_->rows;
}
const std::vector<double>& RidgeSolver::shift() const {
  return parts_->shift;
}
const std::vector<double>& RidgeSolver::scale() const {
  return parts_->scale;
}
double RidgeSolver::intercept(std::size_t target) const {
  return parts_->mean_y.at(target);
}

std::vector<double> RidgeSolver::weights(std::size_t target, double penalty) const {
  const Decomposition& d = *parts_;
  checkPenalty(penalty);
  require(target < d.mean_y.size(), "there is no target {} among {}", target, d.mean_y.size());
  std::vector<double> weights(d.shift.size(), 0.0);
  if (d.active.empty()) return weights;
  const auto k = static_cast<Eigen::Index>(target);
  Eigen::VectorXd solution = d.solve(d.projected.col(k), penalty);
  solution.applyOnTheLeft(d.form.matrixQ());
  Eigen::VectorXd residual = d.right.col(k) - d.products * solution - penalty * solution;  // refined once
  residual.applyOnTheLeft(d.form.matrixQ().adjoint());
  residual = d.solve(residual, penalty);
  residual.applyOnTheLeft(d.form.matrixQ());
  solution += residual;
  for (std::size_t p = 0; p < d.active.size(); ++p) weights[d.active[p]] = solution(static_cast<Eigen::Index>(p));
  return weights;
}

Array<double> RidgeSolver::slopes(std::span<const double> penalties) const {
  const Decomposition& d = *parts_;
  const std::size_t targets = d.mean_y.size(), count = penalties.size() * targets;
  std::ranges::for_each(penalties, checkPenalty);
  Array<double> slopes({count, d.shift.size()}, 0.0);
  if (d.active.empty()) return slopes;
  Eigen::MatrixXd solutions(d.diagonal.size(), static_cast<Eigen::Index>(count));
  for (std::size_t m = 0; m < count; ++m)
    solutions.col(static_cast<Eigen::Index>(m)) =
        d.solve(d.projected.col(static_cast<Eigen::Index>(m % targets)), penalties[m / targets]);
  solutions.applyOnTheLeft(d.form.matrixQ());
  for (std::size_t m = 0; m < count; ++m)
    for (std::size_t p = 0; p < d.active.size(); ++p)
      slopes(m, d.active[p]) =
          solutions(static_cast<Eigen::Index>(p), static_cast<Eigen::Index>(m)) / d.scale[d.active[p]];
  return slopes;
}

}  // namespace glassforge::ml
