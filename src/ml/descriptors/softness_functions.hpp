/// Structure functions from which softness is learnt (Cubuk et al., PRL 114, 108001 (2015); Schoenholz et al., Nature
/// Physics 12, 469 (2016); after Behler and Parrinello, PRL 98, 146401 (2007)).
#pragma once

#include <array>
#include <string>
#include <vector>

#include "ml/descriptors/descriptor.hpp"

namespace glassforge::ml {

/// One angular function: xi in units of sigma, zeta one of 1, 2, 4, 16, lambda 1 or -1; zeta at most 2 with lambda =
/// -1.
struct AngularParameters {
  double xi = 0;
  int zeta = 1, lambda = 1;
};

/// Per species X: sum_{j in X} exp(-(r_ij - mu)^2 / width^2), j other than i, r_ij < 3.6; per pair of species X <= Y:
/// sum over pairs {j, k}, j in X, k in Y, of exp(-(r_ij^2 + r_ik^2 + r_jk^2) / xi^2) (1 + lambda cos theta_jik)^zeta
/// with r_ij, r_ik < 2.5. Both ranges are cut at half the shortest box length. 126 columns for two species, 222 for
/// three.
class SoftnessFunctions final : public Descriptor {
 public:
  static constexpr std::size_t radii_count = 30;
  static constexpr double width = 0.1;
  static constexpr double radial_range = 3.6;  ///< six widths behind the last mu: the rest is below 3e-16
  static constexpr double angular_range = 2.5;
  /// mu = 0.1, 0.2, ..., 3.0.
  static std::vector<double> radii();
  /// Our table, in the form of the paper's (docs/formulas_ml.md).
  static const std::array<AngularParameters, 22>& angularTable();

  explicit SoftnessFunctions(const DescriptorRequest& request);
  Array<double> compute(const DescriptorInput& input) const override;

 private:
  Positions positions_;
};

}  // namespace glassforge::ml
