/// Coarse-grained structure of the inherent state: density, energy, its variance, Voronoi surface, displacement to the
/// thermal state (Jung, Biroli, Berthier, PRL 130, 238202 (2023); reference 4.4).
#pragma once

#include <string>
#include <vector>

#include "ml/descriptors/descriptor.hpp"

namespace glassforge::ml {

/// What is coarse-grained; E_i = 1/2 sum_j V(r_ij) of the inherent state, P_i the surface area (3D) or perimeter (2D)
/// of the radical Voronoi cell with radii sigma_aa / 2, D_i = |r_inh - r_th|^2.
enum class CoarseFamily {
  density,       ///< rho = sum w
  energy,        ///< sum w E / rho
  surface,       ///< sum w P / rho
  displacement,  ///< sum w D / rho
  variance       ///< sum w (E - mean)^2 / rho, mean the coarse-grained energy of the same length and species
};

/// Columns family by family, length by length, for each species and for all; w = exp(-r_ij / L) over the positions
/// asked for (inherent) with r_ij < min(20, half the box), i itself included. The first length is L = 0 with w = 1 for
/// j = i and 0 otherwise: the particle's own value (rho: 1, VarE: 0) under its own species and under all, 0 under the
/// other species. Where a species has nobody in range its averages are 0.
class CoarseGrained final : public Descriptor {
 public:
  /// L = 0.5, 1, ..., 7.5; together with L = 0 the sixteen lengths of the paper.
  static std::vector<double> defaultLengths();

  /// InputError where the surface is among the families and the program was built without Voro++.
  CoarseGrained(const DescriptorRequest& request, std::vector<CoarseFamily> families);

  Array<double> compute(const DescriptorInput& input) const override;

 private:
  void addColumns(CoarseFamily family, const DescriptorRequest& request);
  bool has(CoarseFamily family) const;

  Positions positions_;
  std::vector<CoarseFamily> families_;
  std::vector<double> lengths_;
};

/// |r_x - r_th|^2 by minimum image, (N); x is a state, the inherent one unless said.
std::vector<double> squaredDisplacement(const DescriptorInput& input, Positions of = Positions::inherent);

}  // namespace glassforge::ml
