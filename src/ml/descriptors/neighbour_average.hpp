/// Averages of features over the next neighbours, what makes a generation from the one before (reference 4.3).
#pragma once

#include <cstdint>
#include <vector>

#include "core/array.hpp"
#include "ml/descriptors/neighbour_rows.hpp"

namespace glassforge::ml {

/// X_i -> sum_j w_ij X_j / sum_j w_ij, w = exp(-r_ij / r_c), r_ij < r_c (or half the box where that is less), all
/// species, i itself included (Boattini, Smallenburg, Filion, PRL 127, 088007 (2021)). Finds the neighbours once.
class NeighbourAverage {
 public:
  NeighbourAverage(const NeighbourSpace& space, double cutoff);

  /// (N, F) to (N, F), any F.
  Array<double> of(const Array<double>& values) const;

 private:
  struct Centre {
    std::int32_t id;
    std::size_t begin, end;  // into neighbours_: a multiple of four of them
  };
  std::vector<Centre> centres_;  // in the order of the search, near ones one after another
  std::vector<std::int32_t> neighbours_;
  std::vector<double> weights_;  // sum to 1 for each centre
};

}  // namespace glassforge::ml
