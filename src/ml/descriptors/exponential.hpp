/// exp of arguments that are not positive, written so that loops over it become vector instructions and its bits do not
/// depend on the mathematical library.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace glassforge::ml {

/// exp(x) for -700 <= x <= 0, relative error below 3e-16: x = k ln 2 + f, Taylor series of exp(f) for |f| <= ln(2)/2 to
/// order 13 (remainder 4e-18), times 2^k. ln 2 is split in two so that k ln 2 is exact to twice the precision (Cody and
/// Waite 1980). Smaller arguments count as -700.
inline double expNonPositive(double x) {
  constexpr double log2_e = 1.44269504088896340736, ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
  constexpr double round_shift = 0x1.8p52;  // added, it leaves the nearest integer in the lowest bits
  // The larger of x and -700, by the integers of their bits: a comparison of doubles here would become a branch.
  const std::uint64_t bits = std::min(std::bit_cast<std::uint64_t>(x), std::bit_cast<std::uint64_t>(-700.0));
  const auto clamped = std::bit_cast<double>(bits);
  const double shifted = clamped * log2_e + round_shift;
  const double k = shifted - round_shift;
  const double f = (clamped - k * ln2_high) - k * ln2_low;
  double p = 1.0 / 6227020800.0;
  p = p * f + 1.0 / 479001600.0;
  p = p * f + 1.0 / 39916800.0;
  p = p * f + 1.0 / 3628800.0;
  p = p * f + 1.0 / 362880.0;
  p = p * f + 1.0 / 40320.0;
  p = p * f + 1.0 / 5040.0;
  p = p * f + 1.0 / 720.0;
  p = p * f + 1.0 / 120.0;
  p = p * f + 1.0 / 24.0;
  p = p * f + 1.0 / 6.0;
  p = p * f + 0.5;
  p = p * f + 1.0;
  p = p * f + 1.0;
  const std::uint64_t exponent = (std::bit_cast<std::uint64_t>(shifted) + 1023u) << 52;
  return p * std::bit_cast<double>(exponent);
}

/// The same in single precision for -80 <= x <= 0, relative error below 2e-7: order 7 (remainder 6e-9). Smaller
/// arguments count as -80.
inline float expNonPositive(float x) {
  constexpr float log2_e = 1.44269504f, ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;
  constexpr float round_shift = 0x1.8p23f;
  // The larger of x and -80, by the integers of their bits: a comparison of floats here would become a branch.
  const std::uint32_t bits = std::min(std::bit_cast<std::uint32_t>(x), std::bit_cast<std::uint32_t>(-80.0f));
  const auto clamped = std::bit_cast<float>(bits);
  const float shifted = clamped * log2_e + round_shift;
  const float k = shifted - round_shift;
  const float f = (clamped - k * ln2_high) - k * ln2_low;
  float p = 1.0f / 5040.0f;
  p = p * f + 1.0f / 720.0f;
  p = p * f + 1.0f / 120.0f;
  p = p * f + 1.0f / 24.0f;
  p = p * f + 1.0f / 6.0f;
  p = p * f + 0.5f;
  p = p * f + 1.0f;
  p = p * f + 1.0f;
  const std::uint32_t exponent = (std::bit_cast<std::uint32_t>(shifted) + 127u) << 23;
  return p * std::bit_cast<float>(exponent);
}

}  // namespace glassforge::ml
