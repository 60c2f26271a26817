/// Linear support vector machine with squared hinge loss.
#pragma once

#include <span>
#include <vector>

#include "core/array.hpp"

namespace glassforge::ml {

/// The plane weights . x + offset = 0.
struct Hyperplane {
  std::vector<double> weights;  ///< (F)
  double offset = 0;
  int iterations = 0;  ///< Newton steps taken
};

/// Minimises |w|^2 / 2 + b^2 / 2 + C sum_n max(0, 1 - y_n (w . x_n + b))^2 over w and b (Cortes and Vapnik 1995; the
/// form of LIBLINEAR, Fan et al., JMLR 9, 1871 (2008), with the constant 1 as one more column). The minimum is unique;
/// it is found by Newton's method with a finite number of steps (Keerthi and DeCoste, JMLR 6, 341 (2005)), until the
/// gradient is below 1e-9 of that at w = 0. rows: (n, F); classes: (n) of 1 and -1; penalty: C > 0. InputError where
/// sizes do not fit or there is no convergence.
Hyperplane trainLinearSvm(const Array<double>& rows, std::span<const double> classes, double penalty);

}  // namespace glassforge::ml
