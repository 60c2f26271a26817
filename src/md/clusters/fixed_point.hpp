/// Positions in fixed point, for forces in mixed precision: pair arithmetic in single, integration in double precision.
/// The error and where it matters: docs/formulas.md, "Molecular dynamics".
#pragma once

#include <cstdint>

#include "core/aligned_vector.hpp"
#include "md/clusters/clusters.hpp"
#include "md/clusters/distances.hpp"

namespace glassforge::md {

/// Positions of one replica as fractions of the box in 32 bits: a difference that wraps is the minimum image, to L /
/// 2^32.
template <int D>
class FixedPointPlaces {
 public:
  explicit FixedPointPlaces(const Box<D>& box) {
    for (int k = 0; k < D; ++k) to_fixed_[k] = FixedPointDistance<D>::steps / box.length(k);
  }

  /// Converts the positions of all clusters; they may lie outside [0, L).
  void update(const Clusters<D>& clusters) {
    const int width = clusters.width();
    places_.resize(static_cast<std::size_t>(clusters.count() * D * width));
    const double* from = clusters.position();
    std::int32_t* to = places_.data();
    for (int c = 0; c < clusters.count(); ++c) {
      for (int k = 0; k < D; ++k) {
        for (int lane = 0; lane < width; ++lane) {
          *to++ = static_cast<std::int32_t>(static_cast<std::int64_t>(*from++ * to_fixed_[k]));
        }
      }
    }
  }
  /// (clusters, D, width).
  const std::int32_t* data() const { return places_.data(); }

 private:
  double to_fixed_[D];
  AlignedVector<std::int32_t> places_;
};

}  // namespace glassforge::md
