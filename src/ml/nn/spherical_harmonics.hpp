/// Real spherical harmonics up to degree 3 as features of edges.
#pragma once

#include <array>
#include <cmath>

#include "ml/nn/channels.hpp"

namespace glassforge::ml::nn {

/// Y_lm(r / |r|) for l = 0..3, order m = -l..l about the axis y (l = 1: x, y, z), scaled so that the squares of degree
/// l add up to 2 l + 1: e3nn's order and "component" normalisation. r must not be 0.
template <class Number>
std::array<Number, kComponents> sphericalHarmonics(const std::array<double, 3>& r) {
  const double norm = std::sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
  const double x = r[0] / norm, y = r[1] / norm, z = r[2] / norm, ring = x * x + z * z;
  const double xz = std::sqrt(3.0) * x * z, zz_xx = std::sqrt(0.75) * (z * z - x * x);  // degree 2, m = -2 and 2
  const double s3 = std::sqrt(3.0), s5 = std::sqrt(5.0), s7 = std::sqrt(7.0);
  const double outer = s7 * std::sqrt(5.0 / 6), middle = s7 * s5, inner = s7 * std::sqrt(3.0 / 8) * (4 * y * y - ring);
  const std::array<double, kComponents> values{1,
                                               s3 * x,
                                               s3 * y,
                                               s3 * z,
                                               s5 * xz,
                                               s5 * s3 * x * y,
                                               s5 * (y * y - ring / 2),
                                               s5 * s3 * y * z,
                                               s5 * zz_xx,
                                               outer * (xz * z + zz_xx * x),
                                               middle * xz * y,
                                               inner * x,
                                               s7 / 2 * y * (2 * y * y - 3 * ring),
                                               inner * z,
                                               middle * zz_xx * y,
                                               outer * (zz_xx * z - xz * x)};
  std::array<Number, kComponents> result{};
  for (std::size_t c = 0; c < kComponents; ++c) result[c] = static_cast<Number>(values[c]);
  return result;
}

}  // namespace glassforge::ml::nn
