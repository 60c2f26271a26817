#include "ml/linalg/linear_svm.hpp"

#include <Eigen/Dense>
#include <cmath>

#include "core/error.hpp"
#include "ml/linalg/eigen_blocks.hpp"

namespace glassforge::ml {

namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The objective, its gradient and its Newton steps. u holds w and, last, b; margins are y_n x_n . u.
class SquaredHinge {
 public:
  /// Rows are multiplied with their class, so that all margins have the same sign.
  SquaredHinge(const Array<double>& rows, std::span<const double> classes, double penalty) : penalty_(penalty) {
    const auto count = static_cast<Eigen::Index>(rows.extent(0)), columns = static_cast<Eigen::Index>(rows.extent(1));
    signed_rows_.resize(count, columns + 1);
    for (Eigen::Index n = 0; n < count; ++n) {
      const double sign = classes[static_cast<std::size_t>(n)];
      for (Eigen::Index a = 0; a < columns; ++a)
        signed_rows_(n, a) = sign * rows(static_cast<std::size_t>(n), static_cast<std::size_t>(a));
      signed_rows_(n, columns) = sign;
    }
  }

  Eigen::Index size() const { return signed_rows_.cols(); }
  Eigen::VectorXd margins(const Eigen::VectorXd& u) const { return signed_rows_ * u; }

  double objective(const Eigen::VectorXd& u, const Eigen::VectorXd& margin) const {
    double loss = 0;
    for (Eigen::Index n = 0; n < margin.size(); ++n) {
      const double lack = std::max(0.0, 1 - margin(n));
      loss += lack * lack;
    }
    return u.squaredNorm() / 2 + penalty_ * loss;
  }

  Eigen::VectorXd gradient(const Eigen::VectorXd& u, const Eigen::VectorXd& margin) const {
    const Eigen::VectorXd lack = (1 - margin.array()).max(0.0);
    return u - 2 * penalty_ * (signed_rows_.transpose() * lack);
  }

  /// -H^-1 gradient, H = 1 + 2 C sum over the rows within the margin of x x^T.
  Eigen::VectorXd step(const Eigen::VectorXd& gradient, const Eigen::VectorXd& margin) const {
    Rows within(margin.size(), size());
    Eigen::Index count = 0;
    for (Eigen::Index n = 0; n < margin.size(); ++n)
      if (margin(n) < 1) within.row(count++) = signed_rows_.row(n);
    Eigen::MatrixXd hessian = Eigen::MatrixXd::Identity(size(), size());
    hessian.selfadjointView<Eigen::Lower>().rankUpdate(within.topRows(count).transpose(), 2 * penalty_);
    return -hessian.selfadjointView<Eigen::Lower>().llt().solve(gradient);
  }

 private:
  Rows signed_rows_;
  double penalty_;
};

/// Halves the step until the objective falls enough (Armijo 1966); 0 where rounding no longer lets it.
double lineSearch(const SquaredHinge& problem, const Eigen::VectorXd& u, const Eigen::VectorXd& margin,
                  const Eigen::VectorXd& step, double slope) {
  const Eigen::VectorXd margin_step = problem.margins(step);
  const double start = problem.objective(u, margin);
  for (double length = 1; length > 1e-12; length /= 2)
    if (problem.objective(u + length * step, margin + length * margin_step) <= start + 1e-4 * length * slope)
      return length;
  return 0;
}

}  // namespace

Hyperplane trainLinearSvm(const Array<double>& rows, std::span<const double> classes, double penalty) {
  constexpr int most_steps = 200;
  constexpr double tolerance = 1e-9;
  require(rows.rank() == 2 && rows.extent(0) == classes.size() && !classes.empty(),
          "a support vector machine: {} classes do not fit the table of rows", classes.size());
  require(std::isfinite(penalty) && penalty > 0, "the penalty {} of a support vector machine is not a positive number",
          penalty);
  fixEigenBlocks();
  const SquaredHinge problem(rows, classes, penalty);
  Eigen::VectorXd u = Eigen::VectorXd::Zero(problem.size());
  Eigen::VectorXd margin = problem.margins(u), gradient = problem.gradient(u, margin);
  const double goal = tolerance * gradient.norm();
  int steps = 0;
  for (; gradient.norm() > goal && steps < most_steps; ++steps) {
    const Eigen::VectorXd step = problem.step(gradient, margin);
    const double length = lineSearch(problem, u, margin, step, gradient.dot(step));
    if (length == 0) break;
    u += length * step;
    margin = problem.margins(u);
    gradient = problem.gradient(u, margin);
  }
  require(gradient.norm() <= 1000 * goal, "a support vector machine did not converge in {} steps", steps);
  return {{u.data(), u.data() + u.size() - 1}, u(u.size() - 1), steps};
}

}  // namespace glassforge::ml
