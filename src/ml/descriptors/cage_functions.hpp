/// Radial and angular functions of the surroundings of a particle and their averages over its neighbours
/// (Boattini, Smallenburg, Filion, PRL 127, 088007 (2021); Alkemade et al., JCP 158, 134512 (2023); reference 4.3).
#pragma once

#include <string>
#include <vector>

#include "ml/descriptors/descriptor.hpp"
#include "ml/descriptors/gaussian_shells.hpp"
#include "ml/descriptors/neighbour_rows.hpp"

namespace glassforge::ml {

/// Generation 0 of one set of positions, the central particle excluded everywhere:
///   radial   G(i; r, delta, b) = sum_{j in b} exp(-(r_ij - r)^2 / (2 delta^2)), species by species, radius by radius;
///   angular  Q_l(i; r, delta) = BondOrder of weights exp(-(r_ij - r)^2 / (2 delta^2)), all species, radius by radius,
///            l = 1..12; 0 where the weights sum to less than 1e-10, which no dense liquid reaches.
/// Distances beyond half the box are not seen.
class CageFunctions {
 public:
  CageFunctions(int dimension, std::vector<std::string> species_names);

  static constexpr int l_max = 12;
  /// Radii of the radial functions: 98 in 2D up to 4.8, 87 in 3D up to 3.7.
  static std::vector<GaussianSeries> radialSeries(int dimension);
  /// Radii of the angular functions: 14 in 2D, 16 in 3D.
  static GaussianSeries angularSeries(int dimension);

  /// 294 + 168 in 2D with three species, 174 + 192 in 3D with two.
  std::size_t size() const;
  /// Columns "G_r0.525_A_SUFFIX" and "Q4_r1.2_SUFFIX".
  void addColumns(const std::string& suffix, Columns& columns) const;
  /// (N, F).
  Array<double> compute(const NeighbourSpace& space) const;

 private:
  int dimension_;
  std::vector<std::string> species_names_;
};

}  // namespace glassforge::ml
