/// Clusters in fixed point.
#pragma once

#include <cstdint>

#include "core/aligned_vector.hpp"
#include "md/clusters/clusters.hpp"
#include "md/fixed_point.hpp"

namespace glassforge::md {

/// Positions of the clusters of one replica in fixed point.
template <int D>
class FixedPointPlaces {
 public:
  explicit FixedPointPlaces(const Box<D>& box) : scale_(box) {}

  /// Converts the positions of all clusters.
  void update(const Clusters<D>& clusters) {
    const int width = clusters.width();
    places_.resize(static_cast<std::size_t>(clusters.count() * D * width));
    const double* from = clusters.position();
    std::int32_t* to = places_.data();
    for (int c = 0; c < clusters.count(); ++c) {
      for (int k = 0; k < D; ++k) {
        for (int lane = 0; lane < width; ++lane) *to++ = scale_.toFixed(*from++, k);
      }
    }
  }
  /// (clusters, D, width).
  const std::int32_t* data() const { return places_.data(); }

 private:
  FixedPoint<D> scale_;
  AlignedVector<std::int32_t> places_;
};

}  // namespace glassforge::md
