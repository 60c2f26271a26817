/// Means and variances of what enters the kernels of a network, for standardised steps (standardised.hpp).
#pragma once

#include <span>
#include <vector>

#include "ml/nn/tile_product.hpp"

namespace glassforge::ml::nn {

/// Of the inputs of one kernel. Inputs that belong together (a part) are counted together: rows of some parts may be
/// those of nodes, of others those of edges.
class InputMoments {
 public:
  explicit InputMoments(std::size_t inputs) : count_(inputs), sum_(inputs), square_(inputs) {}

  std::size_t inputs() const { return sum_.size(); }
  /// Takes x (rows, width) as the inputs from `first` on.
  template <class Number>
  void add(std::size_t first, Index rows, const Number* x, Index width);
  /// Appends the means, then the variances; 0 of what nothing was added to.
  void pack(std::vector<double>& values) const;

 private:
  std::vector<double> count_, sum_, square_;
};

}  // namespace glassforge::ml::nn
