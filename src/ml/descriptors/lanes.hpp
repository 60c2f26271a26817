/// Sums in eight interleaved lanes: vector instructions on every machine, and the same bits on all of them.
#pragma once

#include <array>
#include <cstddef>

namespace glassforge::ml {

inline constexpr std::size_t lanes = 8;
using Lanes = std::array<double, lanes>;

/// The next multiple of the number of lanes: arrays that are summed are padded with zeros up to it.
constexpr std::size_t wholeLanes(std::size_t count) {
  return (count + lanes - 1) / lanes * lanes;
}

/// sum += w, element n in lane n % 8; `padded` is a multiple of the number of lanes.
inline void addLanes(const double* w, std::size_t padded, Lanes& sum) {
  Lanes s = sum;
  for (std::size_t n = 0; n < padded; n += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) s[lane] += w[n + lane];
  sum = s;
}

/// sum += w f.
inline void addProduct(const double* w, const double* f, std::size_t padded, Lanes& sum) {
  Lanes s = sum;
  for (std::size_t n = 0; n < padded; n += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) s[lane] += w[n + lane] * f[n + lane];
  sum = s;
}

inline double total(const Lanes& s) {
  return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

}  // namespace glassforge::ml
