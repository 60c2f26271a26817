/// Rotational invariants of weighted bonds, the base of all bond-orientational descriptors.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ml/descriptors/bonds.hpp"
#include "ml/descriptors/harmonics.hpp"

namespace glassforge::ml {

/// Below this sum of weights a particle counts as without bonds.
inline constexpr double least_bond_weight = 1e-10;

/// For each of S sets of weights on the bonds of a particle and l = 0..l_max (Steinhardt, Nelson, Ronchetti, PRB 28,
/// 784 (1983)):
///   q_lm = (1/Z) sum_j w_j Y_lm(r_ij),  Z = sum_j w_j,  Q_l = sqrt(4 pi / (2l+1) sum_m |q_lm|^2);
/// in 2D  Q_l = |(1/Z) sum_j w_j exp(i l theta_ij)|. So Q_0 = 1. Where Z < least_bond_weight all Q_l are 0.
class BondOrder {
 public:
  BondOrder(int dimension, int l_max, std::size_t sets);
  ~BondOrder();

  /// weights holds S rows of bonds.size() numbers >= 0; returns (S, l_max + 1) numbers, valid until the next call.
  std::span<const double> compute(const Bonds& bonds, std::span<const double> weights);

 private:
  struct Buffers;

  Harmonics harmonics_;
  std::size_t sets_;
  std::unique_ptr<Buffers> buffers_;
  std::vector<double> invariants_;
};

}  // namespace glassforge::ml
