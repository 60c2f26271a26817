#include "ml/linalg/pca.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "ml/linalg/eigen_blocks.hpp"

namespace glassforge::ml {

namespace {

Eigen::MatrixXd covariance(const NormalEquations& sums) {
  const auto count = static_cast<Eigen::Index>(sums.features());
  Eigen::MatrixXd c(count, count);
  for (Eigen::Index p = 0; p < count; ++p)
    for (Eigen::Index q = p; q < count; ++q) {
      const std::size_t a = static_cast<std::size_t>(p), b = static_cast<std::size_t>(q);
      c(p, q) = (sums.gram(a, b) - sums.sumX(a) * sums.sumX(b) / sums.rows()) / (sums.rows() - 1);
      require(std::isfinite(c(p, q)), "the covariance of feature columns {} and {} is not finite", a, b);
      c(q, p) = c(p, q);
    }
  return c;
}

double signOf(const Eigen::VectorXd& component) {
  Eigen::Index largest = 0;
  for (Eigen::Index a = 1; a < component.size(); ++a)
    if (std::abs(component(a)) > std::abs(component(largest))) largest = a;
  return component(largest) < 0 ? -1.0 : 1.0;
}

}  // namespace

double PrincipalComponents::project(std::span<const double> features, std::size_t k) const {
  const auto component = components.row(k);
  double sum = 0;
  for (std::size_t a = 0; a < mean.size(); ++a) sum += component[a] * (features[a] - mean[a]);
  return sum;
}

PrincipalComponents principalComponents(const NormalEquations& sums, std::span<const double> origin) {
  require(sums.rows() >= 2, "principal components need two particles at least, there are {}", sums.rows());
  require(origin.size() == sums.features(), "an origin of {} numbers does not fit {} columns", origin.size(),
          sums.features());
  const std::size_t count = sums.features();
  fixEigenBlocks();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(covariance(sums));
  require(eigen.info() == Eigen::Success, "the eigendecomposition of {} feature columns failed", count);
  PrincipalComponents pca;
  for (std::size_t a = 0; a < count; ++a) pca.mean.push_back(origin[a] + sums.sumX(a) / sums.rows());
  pca.components = Array<double>({count, count});
  for (std::size_t k = 0; k < count; ++k) {
    const auto column = static_cast<Eigen::Index>(count - 1 - k);  // Eigen's values ascend
    const Eigen::VectorXd vector = eigen.eigenvectors().col(column);
    pca.explained_variance.push_back(std::max(0.0, eigen.eigenvalues()(column)));
    const double sign = signOf(vector);
    for (std::size_t a = 0; a < count; ++a) pca.components(k, a) = sign * vector(static_cast<Eigen::Index>(a));
  }
  return pca;
}

}  // namespace glassforge::ml
