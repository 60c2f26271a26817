/// Clusters in fixed point.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/aligned_vector.hpp"
#include "md/clusters/clusters.hpp"
#include "md/clusters/fixed_point.hpp"

namespace glassforge::md {

/// Positions of the clusters of one replica in fixed point.
template <int D>
class FixedPointPlaces {
 public:
  explicit FixedPointPlaces(const Box<D>& box) : scale_(box) {}

  /// Takes the places of all clusters from rows (N, 4).
  void update(const Clusters<D>& clusters, const double* rows) {
    const int width = clusters.width(), last = clusters.particles() - 1;
    places_.resize(static_cast<std::size_t>(clusters.count() * D * width));
    std::int32_t* to = places_.data();
    for (int i = 0; i < clusters.count() * width; ++i) {
      const double* row = rows + 4 * std::min(i, last);
      for (int k = 0; k < D; ++k) to[k * width] = scale_.toFixed(row[k], k);
      to += (i + 1) % width == 0 ? 1 + (D - 1) * width : 1;
    }
  }
  /// (clusters, D, width).
  const std::int32_t* data() const { return places_.data(); }

 private:
  FixedPoint<D> scale_;
  AlignedVector<std::int32_t> places_;
};

}  // namespace glassforge::md
