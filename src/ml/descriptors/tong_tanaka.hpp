/// Tong and Tanaka's structural order parameter: how far neighbours are from packing as tightly as their diameters
/// allow (PRX 8, 011041 (2018); reference 4.7).
#pragma once

#include <string>

#include "ml/descriptors/descriptor.hpp"

namespace glassforge::ml {

/// 2D: the mean over all triangles (i, j, k) of mutual neighbours of |theta_jik - theta0_jik|, the angle at i against
/// that of a triangle with sides sigma_ij, sigma_ik, sigma_jk; radians. Neighbours have r < 1.4 (or half the box).
/// 3D: the mean over all tetrahedra of mutual neighbours of sum_edges |r - sigma| / sum_edges sigma. Neighbours share a
/// face of their radical Voronoi cells with radii sigma_aa / 2. 0 where a particle is in no triangle or tetrahedron.
class TongTanaka final : public Descriptor {
 public:
  static constexpr double neighbour_range = 1.4;  ///< in 2D: what the published evaluator's example has

  /// InputError in 3D where the program was built without Voro++.
  explicit TongTanaka(const DescriptorRequest& request);
  Array<double> compute(const DescriptorInput& input) const override;

 private:
  Positions positions_;
};

}  // namespace glassforge::ml
