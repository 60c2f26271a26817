#include "ml/linalg/normal_equations.hpp"

#include <Eigen/Dense>
#include <algorithm>

#include "core/error.hpp"
#include "ml/linalg/eigen_blocks.hpp"

namespace glassforge::ml {

namespace {

constexpr std::size_t block_rows = 512;  // particles copied and multiplied at a time

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Index index(std::size_t n) {
  return static_cast<Eigen::Index>(n);
}

void addInto(std::vector<double>& to, const std::vector<double>& from) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

void append(std::vector<double>& out, const std::vector<double>& values) {
  out.insert(out.end(), values.begin(), values.end());
}

std::span<const double> take(std::span<const double> in, std::vector<double>& values) {
  require(in.size() >= values.size(), "a block of sums ends {} numbers early", values.size() - in.size());
  std::copy_n(in.begin(), values.size(), values.begin());
  return in.subspan(values.size());
}

std::span<const double> take(std::span<const double> in, double& value) {
  require(!in.empty(), "a block of sums is empty");
  value = in.front();
  return in.subspan(1);
}

std::vector<double> divided(std::vector<double> sums, double rows) {
  for (double& s : sums) s = rows > 0 ? s / rows : 0.0;
  return sums;
}

void checkShapes(const Array<double>& features, const Array<double>& targets, std::size_t columns, std::size_t count) {
  require(features.rank() == 2 && features.extent(1) == columns, "features are not a table of {} columns", columns);
  require(targets.rank() == 2 && targets.extent(0) == count && targets.extent(1) == features.extent(0),
          "labels are not a table of {} targets for {} particles", count, features.extent(0));
}

}  // namespace

void ColumnSums::accumulate(const Array<double>& features, const Array<double>& targets,
                            std::span<const std::int32_t> particles) {
  checkShapes(features, targets, x.size(), y.size());
  for (const std::int32_t i : particles) {
    const auto row = features.row(i);
    for (std::size_t a = 0; a < x.size(); ++a) x[a] += row[a];
    for (std::size_t k = 0; k < y.size(); ++k) y[k] += targets(k, i);
  }
  rows += static_cast<double>(particles.size());
}

void ColumnSums::pack(std::vector<double>& out) const {
  out.push_back(rows);
  append(out, x);
  append(out, y);
}

std::span<const double> ColumnSums::unpack(std::span<const double> in) {
  in = take(in, rows);
  in = take(in, x);
  return take(in, y);
}

std::vector<double> ColumnSums::meanX() const {
  return divided(x, rows);
}
std::vector<double> ColumnSums::meanY() const {
  return divided(y, rows);
}

NormalEquations::NormalEquations(std::size_t features, std::size_t targets)
    : features_(features),
      targets_(targets),
      sum_x_(features),
      sum_y_(targets),
      square_y_(targets),
      gram_(features * (features + 1) / 2),
      cross_(features * targets) {}

void NormalEquations::accumulate(const Array<double>& features, const Array<double>& targets,
                                 std::span<const std::int32_t> rows, std::span<const double> origin_x,
                                 std::span<const double> origin_y) {
  checkShapes(features, targets, features_, targets_);
  if (rows.empty()) return;
  fixEigenBlocks();
  Eigen::MatrixXd products = Eigen::MatrixXd::Zero(index(features_), index(features_));
  RowMajor cross = RowMajor::Zero(index(features_), index(targets_));
  RowMajor x(index(std::min(block_rows, rows.size())), index(features_)), y(x.rows(), index(targets_));
  for (std::size_t first = 0; first < rows.size(); first += block_rows) {
    const std::size_t count = std::min(block_rows, rows.size() - first);
    for (std::size_t r = 0; r < count; ++r) {
      const std::int32_t i = rows[first + r];
      const auto row = features.row(i);
      for (std::size_t a = 0; a < features_; ++a) x(index(r), index(a)) = row[a] - origin_x[a];
      for (std::size_t k = 0; k < targets_; ++k) y(index(r), index(k)) = targets(k, i) - origin_y[k];
    }
    addFirstMoments(x.data(), y.data(), count);
    const auto some = x.topRows(index(count));
    products.selfadjointView<Eigen::Lower>().rankUpdate(some.transpose());
    cross.noalias() += some.transpose() * y.topRows(index(count));
  }
  for (std::size_t a = 0; a < features_; ++a)
    for (std::size_t b = a; b < features_; ++b) gram_[rowStart(a) + b] += products(index(b), index(a));
  for (std::size_t i = 0; i < cross_.size(); ++i) cross_[i] += cross.data()[i];
  rows_ += static_cast<double>(rows.size());
}

void NormalEquations::addFirstMoments(const double* x, const double* y, std::size_t count) {
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t a = 0; a < features_; ++a) sum_x_[a] += x[r * features_ + a];
    for (std::size_t k = 0; k < targets_; ++k) {
      const double value = y[r * targets_ + k];
      sum_y_[k] += value;
      square_y_[k] += value * value;
    }
  }
}

void NormalEquations::add(const NormalEquations& other) {
  require(features_ == other.features_ && targets_ == other.targets_,
          "normal equations of {} columns and {} targets cannot be added to those of {} and {}", other.features_,
          other.targets_, features_, targets_);
  rows_ += other.rows_;
  addInto(sum_x_, other.sum_x_);
  addInto(sum_y_, other.sum_y_);
  addInto(square_y_, other.square_y_);
  addInto(gram_, other.gram_);
  addInto(cross_, other.cross_);
}

std::size_t NormalEquations::packedSize(std::size_t features, std::size_t targets) {
  return 1 + features + 2 * targets + features * (features + 1) / 2 + features * targets;
}

void NormalEquations::pack(std::vector<double>& out) const {
  out.push_back(rows_);
  for (const auto* part : {&sum_x_, &sum_y_, &square_y_, &gram_, &cross_}) append(out, *part);
}

std::span<const double> NormalEquations::unpack(std::span<const double> in) {
  in = take(in, rows_);
  for (auto* part : {&sum_x_, &sum_y_, &square_y_, &gram_, &cross_}) in = take(in, *part);
  return in;
}

std::vector<Moments> NormalEquations::follow(const Array<double>& slopes, std::span<const double> intercepts,
                                             std::span<const std::size_t> targets) const {
  const std::size_t count = intercepts.size();
  require(slopes.rank() == 2 && slopes.extent(0) == count && slopes.extent(1) == features_ && targets.size() == count,
          "the slopes of {} predictions do not fit {} columns", count, features_);
  std::vector<Moments> moments(count);
  if (rows_ == 0) return moments;
  fixEigenBlocks();
  Eigen::MatrixXd lower(index(features_), index(features_));
  for (std::size_t a = 0; a < features_; ++a)
    for (std::size_t b = a; b < features_; ++b) lower(index(b), index(a)) = gram_[rowStart(a) + b];
  const Eigen::Map<const Eigen::MatrixXd> columns(slopes.data(), index(features_), index(count));
  const Eigen::MatrixXd products = lower.selfadjointView<Eigen::Lower>() * columns;
  for (std::size_t m = 0; m < count; ++m)
    moments[m] = momentsOf(slopes.row(m), columns.col(index(m)).dot(products.col(index(m))), intercepts[m], targets[m]);
  return moments;
}

Moments NormalEquations::momentsOf(std::span<const double> slope, double square, double intercept,
                                   std::size_t target) const {
  require(target < targets_, "there is no target {} among {}", target, targets_);
  Moments m;
  m.rows = rows_;
  m.mean_y = sum_y_[target] / rows_;
  double mean_x = 0, cross = 0;
  for (std::size_t a = 0; a < features_; ++a) {
    cross += slope[a] * cross_[a * targets_ + target];
    mean_x += slope[a] * (sum_x_[a] / rows_);
  }
  m.mean_p = intercept + mean_x;
  m.spp = square - rows_ * mean_x * mean_x;
  m.syy = square_y_[target] - rows_ * m.mean_y * m.mean_y;
  m.spy = cross - rows_ * mean_x * m.mean_y;
  const double offset = m.mean_y - m.mean_p;
  m.squared_error = m.spp + m.syy - 2 * m.spy + rows_ * offset * offset;
  return m;
}

}  // namespace glassforge::ml
