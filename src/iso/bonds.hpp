/// Bonds of a thermal configuration and how many of them are left (Jung, Biroli, Berthier 2023; docs/formulas.md).
#pragma once

#include <vector>

#include "core/mixture.hpp"
#include "core/structure.hpp"

namespace glassforge::iso {

/// Bonds at t = 0: pairs closer than inner * sigma_ab. Particle i's partners are partner[first[i]] .. partner[first[i+1]-1].
struct Bonds {
  std::vector<int> first, partner;
  std::vector<double> limit2;  ///< (entries): (outer * sigma_ab)^2, beyond which the bond counts as broken
};

Bonds findBonds(const Mixture& mixture, const Snapshot& start, double inner, double outer);

/// Remaining share of the bonds of every particle, (N), at unwrapped positions x (N, D); 1 for a particle without bonds.
void remainingBonds(const Bonds& bonds, const std::vector<double>& box, const std::vector<double>& x, double* share);

}  // namespace glassforge::iso
