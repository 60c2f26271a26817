/// Quantities of configurations that several rooms ask for (docs/formulas.md, "Relaxation").
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace glassforge::md {

constexpr double kWaveNumber = 6.283185307179586476925;  ///< q = 2 pi / sigma_AA

/// F_s(q, t) of species 0 at displacements (N, D): mean over particles and axes of cos(q dx).
inline double selfScattering(const std::vector<std::int32_t>& species, const std::vector<double>& displacement,
                             int dimension, double q) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < displacement.size(); ++i) {
    if (species[i / static_cast<std::size_t>(dimension)] != 0) continue;
    sum += std::cos(q * displacement[i]);
    ++count;
  }
  return sum / count;
}

/// Displacements (N, D) between two unwrapped configurations (N, D), less their mean over particles: what is left when
/// the whole system has drifted, as it may in Monte Carlo.
inline std::vector<double> displacementWithoutDrift(const std::vector<double>& from, const std::vector<double>& to,
                                                    int dimension) {
  const auto d = static_cast<std::size_t>(dimension);
  std::vector<double> moved(to.size()), mean(d, 0.0);
  for (std::size_t i = 0; i < to.size(); ++i) mean[i % d] += moved[i] = to[i] - from[i];
  for (double& m : mean) m *= static_cast<double>(dimension) / static_cast<double>(to.size());
  for (std::size_t i = 0; i < to.size(); ++i) moved[i] -= mean[i % d];
  return moved;
}

}  // namespace glassforge::md
