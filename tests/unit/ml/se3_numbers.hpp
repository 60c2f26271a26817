/// The numbers that reference/make_se3.py does not list.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace glassforge::ml::testing {

/// `numbers` of make_se3.py.
inline std::vector<double> hashedNumbers(std::size_t count, std::uint64_t salt) {
  constexpr std::uint64_t range = std::uint64_t{1} << 32;
  std::vector<double> x;
  for (std::uint64_t n = 0; n < count; ++n) {
    std::uint64_t h = (n + 1 + 1000003 * salt) * 2654435761u % range;
    h ^= h >> 16;
    h = h * 2246822519u % range;
    h ^= h >> 13;
    x.push_back(std::sqrt(3.0) * ((static_cast<double>(h) + 0.5) / 2147483648.0 - 1.0));
  }
  return x;
}

}  // namespace glassforge::ml::testing
