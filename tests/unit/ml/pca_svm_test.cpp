#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "ml/linalg/linear_svm.hpp"
#include "ml/linalg/pca.hpp"
#include "unit/ml/reference/pca_svm_reference.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using namespace testing;

Array<double> referenceTable() {
  return Array<double>({reference_rows, reference_columns},
                       std::vector<double>(reference_table.begin(), reference_table.end()));
}

/// Moments of all rows about an origin away from the mean.
PrincipalComponents componentsOf(const Array<double>& table) {
  const std::size_t columns = table.extent(1);
  NormalEquations sums(columns, 0);
  std::vector<std::int32_t> rows;
  for (std::size_t n = 0; n < table.extent(0); ++n) rows.push_back(static_cast<std::int32_t>(n));
  const std::vector<double> origin(columns, 0.3);
  sums.accumulate(table, Array<double>({0, table.extent(0)}), rows, origin, {});
  return principalComponents(sums, origin);
}

TEST(PrincipalComponents, AgreeWithScikitLearn) {
  const Array<double> table = referenceTable();
  const PrincipalComponents pca = componentsOf(table);
  for (std::size_t k = 0; k < reference_columns; ++k) {
    EXPECT_NEAR(pca.explained_variance[k] / reference_variances[k], 1, 1e-10);
    double same = 0, largest = 0;
    for (std::size_t a = 0; a < reference_columns; ++a) {
      same += pca.components(k, a) * reference_components[k * reference_columns + a];
      if (std::abs(pca.components(k, a)) > std::abs(largest)) largest = pca.components(k, a);
    }
    const double sign = same > 0 ? 1 : -1;
    EXPECT_GT(largest, 0);
    for (std::size_t a = 0; a < reference_columns; ++a)
      EXPECT_NEAR(sign * pca.components(k, a), reference_components[k * reference_columns + a], 1e-8);
    for (std::size_t n = 0; n < reference_rows; ++n)
      EXPECT_NEAR(sign * pca.project(table.row(n), k), reference_coordinates[n * reference_columns + k], 1e-8);
  }
}

TEST(PrincipalComponents, ConstantColumnHasNoPart) {
  Array<double> table = referenceTable();
  for (std::size_t n = 0; n < reference_rows; ++n) table(n, 2) = 7;
  const PrincipalComponents pca = componentsOf(table);
  EXPECT_NEAR(pca.mean[2], 7, 1e-12);
  EXPECT_NEAR(pca.components(0, 2), 0, 1e-12);
  EXPECT_NEAR(pca.explained_variance.back(), 0, 1e-12);
}

TEST(PrincipalComponents, BadSumsAreRefused) {
  Array<double> table = referenceTable();
  table(3, 1) = INFINITY;
  EXPECT_THROW(componentsOf(table), InputError);
  EXPECT_THROW(principalComponents(NormalEquations(2, 0), std::vector{0.0, 0.0}), InputError);
}

TEST(LinearSvm, AgreesWithScikitLearnsSquaredHinge) {
  const Hyperplane plane = trainLinearSvm(referenceTable(), reference_classes, reference_penalty);
  for (std::size_t a = 0; a < reference_columns; ++a)
    EXPECT_NEAR(plane.weights[a], reference_squared_hinge[a], 1e-7) << a;
  EXPECT_NEAR(plane.offset, reference_squared_hinge[reference_columns], 1e-7);
  EXPECT_LT(plane.iterations, 30);
}

TEST(LinearSvm, LiesCloseToThePlaneOfTheHingeLoss) {
  const Hyperplane plane = trainLinearSvm(referenceTable(), reference_classes, reference_penalty);
  double dot = 0, own = 0, other = 0;
  for (std::size_t a = 0; a < reference_columns; ++a) {
    dot += plane.weights[a] * reference_hinge[a];
    own += plane.weights[a] * plane.weights[a];
    other += reference_hinge[a] * reference_hinge[a];
  }
  EXPECT_GT(dot / std::sqrt(own * other), 0.975);
}

TEST(LinearSvm, IsTheMinimum) {
  const Array<double> table = referenceTable();
  const auto objective = [&](const std::vector<double>& w, double b) {
    double value = b * b / 2;
    for (const double x : w) value += x * x / 2;
    for (std::size_t n = 0; n < reference_rows; ++n) {
      double f = b;
      for (std::size_t a = 0; a < reference_columns; ++a) f += w[a] * table(n, a);
      const double lack = std::max(0.0, 1 - reference_classes[n] * f);
      value += 10.0 * lack * lack;
    }
    return value;
  };
  const Hyperplane plane = trainLinearSvm(table, reference_classes, 10.0);
  const double least = objective(plane.weights, plane.offset);
  for (std::size_t a = 0; a < reference_columns; ++a)
    for (const double step : {-1e-4, 1e-4}) {
      std::vector<double> moved = plane.weights;
      moved[a] += step;
      EXPECT_GT(objective(moved, plane.offset), least);
    }
  EXPECT_GT(objective(plane.weights, plane.offset + 1e-4), least);
  EXPECT_GT(objective(plane.weights, plane.offset - 1e-4), least);
}

TEST(LinearSvm, BadInputIsRefused) {
  EXPECT_THROW(trainLinearSvm(referenceTable(), std::vector{1.0, -1.0}, 0.1), InputError);
  EXPECT_THROW(trainLinearSvm(referenceTable(), reference_classes, 0.0), InputError);
}

}  // namespace
}  // namespace glassforge::ml
