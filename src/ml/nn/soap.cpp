#include "ml/nn/soap.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"

namespace glassforge::ml::nn {

namespace {

using Eigen::MatrixXd;
template <class Number>
using RowMajor = Eigen::Matrix<Number, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Eigenvectors of a symmetric matrix, those of large eigenvalues first.
MatrixXd eigenvectors(const MatrixXd& factor) {
  return Eigen::SelfAdjointEigenSolver<MatrixXd>(factor).eigenvectors().rowwise().reverse();
}

/// One step of orthogonal iteration, after which the columns along which the factor was large stand first. Returns the
/// columns' order.
std::vector<int> turn(const MatrixXd& factor, MatrixXd& basis) {
  const MatrixXd product = factor * basis;
  const Eigen::VectorXd along = (basis.array() * product.array()).colwise().sum();
  std::vector<int> order(static_cast<std::size_t>(along.size()));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](int a, int b) { return along(a) > along(b); });
  basis = Eigen::HouseholderQR<MatrixXd>(product(Eigen::all, order)).householderQ();
  return order;
}

}  // namespace

template <class Number>
Soap<Number>::Soap(const std::vector<MatrixBlock>& blocks, const SoapSettings& settings) : settings_(settings) {
  for (const MatrixBlock& shape : blocks) {
    const auto rows = static_cast<Eigen::Index>(shape.rows), columns = static_cast<Eigen::Index>(shape.columns);
    Block block{shape, MatrixXd::Zero(rows, columns), MatrixXd::Zero(rows, columns), {}, {}};
    if (block.isTurned()) {
      block.left = {MatrixXd::Zero(rows, rows), MatrixXd::Identity(rows, rows)};
      block.right = {MatrixXd::Zero(columns, columns), MatrixXd::Identity(columns, columns)};
    }
    blocks_.push_back(std::move(block));
    parameters_ += shape.size();
  }
}

template <class Number>
void Soap<Number>::addFactors(Block& block, const MatrixXd& gradient) const {
  const double keep = settings_.factor_beta, add = 1 - keep;
  block.left.factor = keep * block.left.factor + add * gradient * gradient.transpose();
  block.right.factor = keep * block.right.factor + add * gradient.transpose() * gradient;
}

/// The running mean of squares goes with the columns of the bases.
template <class Number>
void Soap<Number>::turnBases(Block& block) const {
  const auto rows = turn(block.left.factor, block.left.basis);
  const auto columns = turn(block.right.factor, block.right.basis);
  block.square = MatrixXd(block.square(rows, columns));
}

/// What is subtracted, but for the rate.
template <class Number>
MatrixXd Soap<Number>::direction(Block& block, const MatrixXd& gradient) const {
  const auto into = [&](const MatrixXd& m) -> MatrixXd {
    return block.isTurned() ? MatrixXd(block.left.basis.transpose() * m * block.right.basis) : m;
  };
  block.mean = settings_.beta1 * block.mean + (1 - settings_.beta1) * gradient;
  const MatrixXd seen = into(gradient);
  block.square = settings_.beta2 * block.square + (1 - settings_.beta2) * seen.cwiseAbs2();
  const double correction1 = 1 - std::pow(settings_.beta1, steps_), correction2 = 1 - std::pow(settings_.beta2, steps_);
  const MatrixXd scaled =
      (into(block.mean).array() / correction1 / ((block.square.array() / correction2).sqrt() + settings_.epsilon))
          .matrix();
  if (!block.isTurned()) return scaled;
  return block.left.basis * scaled * block.right.basis.transpose();
}

template <class Number>
void Soap<Number>::step(std::span<Number> parameters, std::span<const Number> gradient) {
  require(parameters.size() == parameters_ && gradient.size() == parameters_,
          "an optimiser of {} parameters was given {} and a gradient of {}", parameters_, parameters.size(),
          gradient.size());
  steps_ += 1;
  std::size_t at = 0;
  for (Block& block : blocks_) {
    const auto rows = block.mean.rows(), columns = block.mean.cols();
    const MatrixXd g = Eigen::Map<const RowMajor<Number>>(gradient.data() + at, rows, columns).template cast<double>();
    if (block.isTurned()) {
      addFactors(block, g);
      if (steps_ == 1) {
        block.left.basis = eigenvectors(block.left.factor);
        block.right.basis = eigenvectors(block.right.factor);
      } else if (std::fmod(steps_, settings_.basis_every) == 0) {
        turnBases(block);
      }
    }
    Eigen::Map<RowMajor<Number>> p(parameters.data() + at, rows, columns);
    p -= (settings_.rate * direction(block, g)).template cast<Number>();
    at += block.shape.size();
  }
}

/// All matrices of the state, in order.
template <class Number>
template <class State, class Visit>
void Soap<Number>::visit(State& blocks, const Visit& visit) {
  for (auto& b : blocks)
    for (auto* m : {&b.mean, &b.square, &b.left.factor, &b.left.basis, &b.right.factor, &b.right.basis}) visit(*m);
}

template <class Number>
std::vector<double> Soap<Number>::state() const {
  std::vector<double> numbers{steps_};
  visit(blocks_, [&](const MatrixXd& m) { numbers.insert(numbers.end(), m.data(), m.data() + m.size()); });
  return numbers;
}

template <class Number>
void Soap<Number>::setState(std::span<const double> state) {
  std::size_t size = 1;
  visit(blocks_, [&](const MatrixXd& m) { size += static_cast<std::size_t>(m.size()); });
  require(state.size() == size, "an optimiser with a state of {} numbers was given {}", size, state.size());
  steps_ = state.front();
  const double* from = state.data() + 1;
  visit(blocks_, [&](MatrixXd& m) {
    std::copy_n(from, m.size(), m.data());
    from += m.size();
  });
}

template class Soap<float>;
template class Soap<double>;

}  // namespace glassforge::ml::nn
