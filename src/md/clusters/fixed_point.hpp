/// Positions as fractions of the box in 32 bits, for forces in mixed precision: pair arithmetic in single, integration
/// in double precision. The error and where it matters: docs/formulas.md, "Molecular dynamics".
#pragma once

#include <cstdint>

#include "core/box.hpp"

namespace glassforge::md {

/// A difference of fixed-point positions that wraps is the minimum image, to L / 2^32.
template <int D>
class FixedPoint {
 public:
  explicit FixedPoint(const Box<D>& box) {
    constexpr double steps = 4294967296.0;
    for (int k = 0; k < D; ++k) {
      to_fixed_[k] = steps / box.length(k);
      step_[k] = box.length(k) / steps;
    }
  }

  /// A position that may lie outside [0, L).
  std::int32_t toFixed(double position, int axis) const {
    return static_cast<std::int32_t>(static_cast<std::int64_t>(position * to_fixed_[axis]));
  }
  /// The length of one step along an axis.
  double step(int axis) const { return step_[axis]; }

 private:
  double to_fixed_[D], step_[D];
};

}  // namespace glassforge::md
