/// From one particle to as many others as a wide number has lanes: the three kinds of difference that kernels take.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/box.hpp"
#include "md/clusters/fixed_point.hpp"
#include "md/wide.hpp"
#include "md/wide_float.hpp"

namespace glassforge::md {

namespace detail {

template <int D, class Real>
KOKKOS_FORCEINLINE_FUNCTION Real sumOfSquares(const Real* d) {
  Real sum = d[0] * d[0];
  for (int k = 1; k < D; ++k) sum = fusedMultiplyAdd(d[k], d[k], sum);
  return sum;
}

}  // namespace detail

/// Between places as they are, where copies of clusters stand beyond the faces of the box.
template <int D>
struct PlainDistance {
  using Real = Wide;
  using Coordinate = Wide;
  using Place = double;   ///< what a coordinate is stored as
  using Number = double;  ///< and what a lane of Real is
  static constexpr int cluster_width = Wide::width;

  KOKKOS_FORCEINLINE_FUNCTION Wide operator()(const Wide& a, const Wide& b, int) const { return a - b; }
  /// Of differences along all axes, in units of unit(0)^2.
  KOKKOS_FORCEINLINE_FUNCTION Wide squared(const Wide* d) const { return detail::sumOfSquares<D>(d); }
  /// What differences along an axis are in, sigma_AA.
  double unit(int) const { return 1; }
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
  KOKKOS_FORCEINLINE_FUNCTION Wide squared(const Wide* d) const { return detail::sumOfSquares<D>(d); }
  double unit(int) const { return 1; }

  double length[D], inverse[D];
};

/// Of fixed-point places, whose wrapping difference is the nearest image, in steps of fixed point. In a box with equal
/// edges all steps are the same.
template <int D, bool equal_edges = true>
struct FixedPointDistance {
  using Real = WideFloat;
  using Coordinate = WideInt;
  using Place = std::int32_t;
  using Number = float;
  static constexpr int cluster_width = WideFloat::width;

  explicit FixedPointDistance(const Box<D>& box) : scale(box) {
    for (int k = 0; k < D; ++k) weight[k] = WideFloat(std::pow(scale.step(k) / scale.step(0), 2));
  }
  KOKKOS_FORCEINLINE_FUNCTION WideFloat operator()(const WideInt& a, const WideInt& b, int) const {
    return toFloat(a - b);
  }
  KOKKOS_FORCEINLINE_FUNCTION WideFloat squared(const WideFloat* d) const {
    if constexpr (equal_edges) return detail::sumOfSquares<D>(d);
    WideFloat sum = d[0] * d[0];
    for (int k = 1; k < D; ++k) sum = fusedMultiplyAdd(d[k] * weight[k], d[k], sum);
    return sum;
  }
  double unit(int axis) const { return scale.step(axis); }

  FixedPoint<D> scale;
  WideFloat weight[D];
};

}  // namespace glassforge::md
