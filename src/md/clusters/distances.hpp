/// From one particle to as many others as a wide number has lanes: the three kinds of difference that kernels take.
#pragma once

#include <cstdint>

#include "core/box.hpp"
#include "md/fixed_point.hpp"
#include "md/wide.hpp"
#include "md/wide_float.hpp"

namespace glassforge::md {

/// Between places as they are, where copies of clusters stand beyond the faces of the box.
struct PlainDistance {
  using Real = Wide;
  using Coordinate = Wide;
  using Place = double;   ///< what a coordinate is stored as
  using Number = double;  ///< and what a lane of Real is
  static constexpr int cluster_width = Wide::width;

  KOKKOS_FORCEINLINE_FUNCTION Wide operator()(const Wide& a, const Wide& b, int) const { return a - b; }
};

/// To the nearest image, in double precision, of clusters as wide as those of single precision.
template <int D>
struct NearestImageDistance {
  using Real = Wide;
  using Coordinate = Wide;
  using Place = double;
  using Number = double;
  static constexpr int cluster_width = WideFloat::width;

  explicit NearestImageDistance(const Box<D>& box) {
    for (int k = 0; k < D; ++k) {
      length[k] = box.length(k);
      inverse[k] = 1 / box.length(k);
    }
  }
  KOKKOS_FORCEINLINE_FUNCTION Wide operator()(const Wide& a, const Wide& b, int axis) const {
    const Wide d = a - b;
    return d - Wide(length[axis]) * nearestInteger(d * Wide(inverse[axis]));
  }

  double length[D], inverse[D];
};

/// Of fixed-point places, whose wrapping difference is the nearest image.
template <int D>
struct FixedPointDistance {
  using Real = WideFloat;
  using Coordinate = WideInt;
  using Place = std::int32_t;
  using Number = float;
  static constexpr int cluster_width = WideFloat::width;

  explicit FixedPointDistance(const Box<D>& box) : scale(box) {}
  KOKKOS_FORCEINLINE_FUNCTION WideFloat operator()(const WideInt& a, const WideInt& b, int axis) const {
    return toFloat(a - b) * WideFloat(scale.step(axis));
  }

  FixedPoint<D> scale;
};

}  // namespace glassforge::md
