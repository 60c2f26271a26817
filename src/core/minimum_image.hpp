/// Distance of two particles in a periodic box, for code that works on plain host arrays.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace glassforge {

/// Squared distance of the nearest periodic copies of two positions of box.size() components each.
inline double squaredDistance(const std::vector<double>& box, const double* a, const double* b) {
  double r2 = 0;
  for (std::size_t k = 0; k < box.size(); ++k) {
    double d = a[k] - b[k];
    d -= box[k] * std::nearbyint(d / box[k]);
    r2 += d * d;
  }
  return r2;
}

}  // namespace glassforge
