/// How two features that rotate as real spherical harmonics couple to a third one.
#pragma once

#include "core/array.hpp"

namespace glassforge::ml::nn {

/// (2 l1 + 1, 2 l2 + 1, 2 l3 + 1) real coefficients C in the basis of spherical_harmonics.hpp, order m = -l..l:
/// sum_ab C[a, b, c] x_a y_b rotates as degree l3 where x and y do as l1 and l2. Sum of all squares 1, sign that of
/// <l1 m1 l2 m2 | l3 m3> (Condon and Shortley): e3nn's wigner_3j. InputError unless |l1 - l2| <= l3 <= l1 + l2.
Array<double> clebschGordan(int l1, int l2, int l3);

}  // namespace glassforge::ml::nn
