#include "ml/linalg/ridge_solver.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/error.hpp"

#ifndef EIGEN_DONT_PARALLELIZE
#error "Eigen must be built without threads: define EIGEN_DONT_PARALLELIZE (cmake/Dependencies.cmake does)"
#endif

namespace glassforge::ml {

struct RidgeSolver::Decomposition {
  double rows = 0;
  std::vector<double> shift, scale, mean_y;
  std::vector<std::size_t> active;  // columns that are not dropped
  Eigen::MatrixXd vectors;          // (A, A) eigenvectors of Z^T Z
  Eigen::VectorXd values;           // (A), none below zero
  Eigen::MatrixXd projected;        // (A, K) V^T Z^T y

  void standardise(const NormalEquations& train);
  Eigen::MatrixXd gram(const NormalEquations& train) const;
  Eigen::MatrixXd cross(const NormalEquations& train) const;
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

RidgeSolver::RidgeSolver(const NormalEquations& train) : parts_(std::make_unique<Decomposition>()) {
  require(train.rows() > 0, "ridge regression needs training particles, there are none");
  Eigen::setCpuCacheSizes(32 * 1024, 512 * 1024, 4 * 1024 * 1024);  // block sizes, and so bits, not the machine's
  Decomposition& d = *parts_;
  d.standardise(train);
  if (d.active.empty()) return;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(d.gram(train));
  require(eigen.info() == Eigen::Success, "the eigendecomposition of {} feature columns failed", d.active.size());
  d.vectors = eigen.eigenvectors();
  d.values = eigen.eigenvalues().cwiseMax(0.0);
  d.projected = d.vectors.transpose() * d.cross(train);
}

RidgeSolver::~RidgeSolver() = default;
RidgeSolver::RidgeSolver(RidgeSolver&&) noexcept = default;
RidgeSolver& RidgeSolver::operator=(RidgeSolver&&) noexcept = default;

double RidgeSolver::rows() const { return parts_->rows; }
const std::vector<double>& RidgeSolver::shift() const { return parts_->shift; }
const std::vector<double>& RidgeSolver::scale() const { return parts_->scale; }
double RidgeSolver::intercept(std::size_t target) const { return parts_->mean_y.at(target); }

std::vector<double> RidgeSolver::weights(std::size_t target, double penalty) const {
  const Decomposition& d = *parts_;
  require(std::isfinite(penalty) && penalty > 0, "the ridge penalty {} is not a positive number", penalty);
  require(target < d.mean_y.size(), "there is no target {} among {}", target, d.mean_y.size());
  std::vector<double> weights(d.shift.size(), 0.0);
  if (d.active.empty()) return weights;
  const Eigen::VectorXd damped =
      d.projected.col(static_cast<Eigen::Index>(target)).array() / (d.values.array() + penalty);
  const Eigen::VectorXd solution = d.vectors * damped;
  for (std::size_t p = 0; p < d.active.size(); ++p) weights[d.active[p]] = solution(static_cast<Eigen::Index>(p));
  return weights;
}

}  // namespace glassforge::ml
