#include "app/scaling_model.hpp"

#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <set>

namespace glassforge::app {
namespace {

constexpr std::size_t kParameters = 3;  // serial, task, request
constexpr double kSignificant = 2;      // standard errors
constexpr double kRankThreshold = 1e-9;

/// The factors of the parameters in T.
std::array<double, kParameters> factors(double ranks, double tasks) {
  return {1, std::ceil(tasks / ranks), tasks + ranks};
}

struct Solution {
  std::array<double, kParameters> value{}, error{};
  double residual = 0;  ///< sum of squares
};

/// Least squares over the parameters of which `fitted` is true, the others at the values of `fixed`; nothing where the
/// points cannot tell them apart.
std::optional<Solution> solve(const std::vector<ScalingPoint>& points, const std::array<bool, kParameters>& fitted,
                              const std::array<double, kParameters>& fixed) {
  std::vector<std::size_t> free;
  for (std::size_t k = 0; k < kParameters; ++k) {
    if (fitted[k]) free.push_back(k);
  }
  const auto rows = static_cast<Eigen::Index>(points.size()), columns = static_cast<Eigen::Index>(free.size());
  Eigen::MatrixXd A(rows, columns);
  Eigen::VectorXd y(rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const auto& p = points[static_cast<std::size_t>(i)];
    const auto f = factors(p.ranks, p.tasks);
    y(i) = 1;
    for (std::size_t k = 0; k < kParameters; ++k) y(i) -= fitted[k] ? 0 : fixed[k] * f[k] / p.seconds;
    for (Eigen::Index c = 0; c < columns; ++c) A(i, c) = f[free[static_cast<std::size_t>(c)]] / p.seconds;
  }
  Solution solution{fixed, {}, y.squaredNorm()};
  if (columns == 0) return solution;
  const Eigen::VectorXd scale = A.colwise().norm();
  const Eigen::MatrixXd scaled = A * scale.cwiseInverse().asDiagonal();
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(scaled);
  qr.setThreshold(kRankThreshold);
  if (qr.rank() < columns) return std::nullopt;
  const Eigen::VectorXd x = qr.solve(y);
  solution.residual = (y - scaled * x).squaredNorm();
  const double variance = rows > columns ? solution.residual / static_cast<double>(rows - columns) : 0;
  const Eigen::MatrixXd inverse = (scaled.transpose() * scaled).inverse();
  for (Eigen::Index c = 0; c < columns; ++c) {
    const auto k = free[static_cast<std::size_t>(c)];
    solution.value[k] = x(c) / scale(c);
    solution.error[k] = std::sqrt(variance * inverse(c, c)) / scale(c);
  }
  return solution;
}

/// The best solution without negative values: those that would be negative are 0.
std::optional<Solution> solveNonNegative(const std::vector<ScalingPoint>& points,
                                         const std::array<bool, kParameters>& wanted,
                                         const std::array<double, kParameters>& fixed) {
  std::optional<Solution> best;
  for (unsigned set = 0; set < 1U << kParameters; ++set) {
    std::array<bool, kParameters> fitted{};
    auto others = fixed;
    bool within = true;
    for (std::size_t k = 0; k < kParameters; ++k) {
      fitted[k] = (set >> k & 1) != 0;
      within = within && (wanted[k] || !fitted[k]);
      if (wanted[k] && !fitted[k]) others[k] = 0;
    }
    if (!within) continue;
    const auto found = solve(points, fitted, others);
    if (!found) continue;
    const bool allowed = found->value[0] >= 0 && found->value[1] >= 0 && found->value[2] >= 0;
    if (allowed && (!best || found->residual < best->residual)) best = found;
  }
  return best;
}

ScalingModel modelOf(const Solution& s, bool task_fitted, bool request_fitted, std::size_t points) {
  ScalingModel model;
  model.serial = s.value[0];
  model.task = s.value[1];
  model.request = s.value[2];
  model.serial_error = s.error[0];
  model.task_error = s.error[1];
  model.request_error = s.error[2];
  model.task_fitted = task_fitted;
  model.request_fitted = request_fitted;
  model.residual = std::sqrt(s.residual / static_cast<double>(points));
  return model;
}

}  // namespace

double ScalingModel::seconds(double ranks, double tasks) const {
  const auto f = factors(ranks, tasks);
  return serial * f[0] + task * f[1] + request * f[2];
}

ScalingModel fitScaling(const std::vector<ScalingPoint>& points, const MeasuredCosts& measured) {
  std::set<double> ranks, rounds;
  for (const auto& p : points) {
    ranks.insert(p.ranks);
    rounds.insert(std::ceil(p.tasks / p.ranks));
  }
  const bool task_fitted = rounds.size() > 1;
  const std::array<double, kParameters> fixed{0, measured.task, measured.request};
  if (ranks.size() >= 3) {
    const auto full = solveNonNegative(points, {true, task_fitted, true}, fixed);
    if (full && full->value[2] > kSignificant * full->error[2]) return modelOf(*full, task_fitted, true, points.size());
  }
  const auto found = solveNonNegative(points, {true, task_fitted, false}, fixed);
  return modelOf(*found, task_fitted, false, points.size());
}

}  // namespace glassforge::app
