/// Adam in the eigenbasis of Shampoo's preconditioner: SOAP (Vyas et al., arXiv 2409.11321; docs/formulas_ml.md,
/// "Training of networks on graphs").
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

namespace glassforge::ml::nn {

struct SoapSettings {
  double rate = 3e-3, beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8;
  double factor_beta = 0.95;  ///< of the running means of G G^T and G^T G
  int basis_every = 10;       ///< steps between two turns of the bases
};

/// Neighbouring parameters as a matrix, row by row. Those of one row or one column are Adam's.
struct MatrixBlock {
  std::size_t rows = 0, columns = 0;
  std::size_t size() const { return rows * columns; }
};

/// All arithmetic in double; Number is that of the parameters.
template <class Number>
class Soap {
 public:
  /// `blocks` are all the parameters, in order.
  Soap(const std::vector<MatrixBlock>& blocks, const SoapSettings& settings);

  /// InputError where the numbers do not fit the blocks.
  void step(std::span<Number> parameters, std::span<const Number> gradient);
  /// Of the steps to come.
  void setRate(double rate) { settings_.rate = rate; }

  /// All it has to remember between two steps.
  std::vector<double> state() const;
  /// InputError where it is of other blocks.
  void setState(std::span<const double> state);

 private:
  /// One side of a matrix: the running mean of G G^T, or of G^T G, and its eigenvectors in columns.
  struct Side {
    Eigen::MatrixXd factor, basis;
  };
  struct Block {
    MatrixBlock shape;
    Eigen::MatrixXd mean, square;  ///< of the gradient; of its squares in the bases
    Side left, right;              ///< empty where the block is not turned
    bool isTurned() const { return shape.rows > 1 && shape.columns > 1; }
  };
  void addFactors(Block& block, const Eigen::MatrixXd& gradient) const;
  void turnBases(Block& block) const;
  Eigen::MatrixXd direction(Block& block, const Eigen::MatrixXd& gradient) const;
  template <class State, class Visit>
  static void visit(State& blocks, const Visit& visit);

  SoapSettings settings_;
  std::size_t parameters_ = 0;
  double steps_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace glassforge::ml::nn
