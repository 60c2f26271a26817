/// The periodic, orthorhombic simulation box: wrapping, minimum image, unwrapping by image counters.
#pragma once

#include <Kokkos_Core.hpp>
#include <array>
#include <cmath>

#include "core/error.hpp"

namespace glassforge {

template <int D>
using Point = Kokkos::Array<double, D>;

template <int D>
class Box {
 public:
  static_assert(D == 2 || D == 3);

  /// Lengths in units of sigma_AA; the box spans [0, L) along each axis.
  explicit Box(const std::array<double, D>& lengths) {
    for (int k = 0; k < D; ++k) {
      require(std::isfinite(lengths[k]) && lengths[k] > 0, "box length {} along axis {} is not a positive number",
              lengths[k], k);
      length_[k] = lengths[k];
      inverse_[k] = 1.0 / lengths[k];
    }
  }

  KOKKOS_FUNCTION double length(int axis) const { return length_[axis]; }
  bool hasEqualEdges() const {
    for (int k = 1; k < D; ++k)
      if (length_[k] != length_[0]) return false;
    return true;
  }
  KOKKOS_FUNCTION double volume() const {
    double v = 1;
    for (int k = 0; k < D; ++k) v *= length_[k];
    return v;
  }

  /// Moves x into [0, L) along `axis` and returns how many boxes it was moved by (add it to the image counter).
  KOKKOS_FUNCTION int wrap(double& x, int axis) const {
    double n = std::floor(x * inverse_[axis]);
    double wrapped = x - n * length_[axis];
    if (wrapped < 0) {  // rounding of x / L near a multiple of L
      wrapped += length_[axis];
      n -= 1;
    } else if (wrapped >= length_[axis]) {
      wrapped -= length_[axis];
      n += 1;
    }
    if (wrapped >= length_[axis]) {  // x was a tiny negative number: x + L rounds to L itself
      wrapped = 0;
      n += 1;
    }
    x = wrapped;
    return static_cast<int>(n);
  }

  /// The shortest periodic copy of a difference along `axis`, in [-L/2, L/2].
  KOKKOS_FUNCTION double minimumImage(double dx, int axis) const {
    return dx - length_[axis] * std::nearbyint(dx * inverse_[axis]);
  }

  /// Position in the infinite, unwrapped space.
  KOKKOS_FUNCTION double unwrap(double x, int image, int axis) const { return x + image * length_[axis]; }

 private:
  Kokkos::Array<double, D> length_{};
  Kokkos::Array<double, D> inverse_{};
};

}  // namespace glassforge
