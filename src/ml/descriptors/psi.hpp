/// Bond-orientational order of the nearest neighbours, alone and averaged (reference 4.7).
#pragma once

#include <string>
#include <vector>

#include "ml/descriptors/descriptor.hpp"

namespace glassforge::ml {

/// Neighbours of Psi: 2.0 in 3D (GlassBench Roadmap), 1.4 in 2D, about the first minimum of g(r) (the published
/// evaluator takes an absolute range and has 1.4 in its examples).
double psiRange(int dimension);

/// (N): Psi_l = BondOrder Q_l with w = 1 for r_ij < psiRange (or half the box), all species; in 2D
/// |(1/N_b) sum exp(i l theta)|. 0 for a particle without neighbours.
std::vector<double> psi(const DescriptorInput& input, Positions positions, int l);

/// psi4, psi6: Psi_l of each particle, inherent positions.
class Psi final : public Descriptor {
 public:
  Psi(const DescriptorRequest& request, int l);
  Array<double> compute(const DescriptorInput& input) const override;

 private:
  Positions positions_;
  int l_;
};

/// PSI4, PSI6: sum_j w Psi_l(j) / sum_j w over all species, w = exp(-r_ij / 5), same positions as Psi_l, r_ij < min(20,
/// half the box), i itself included.
class CoarsePsi final : public Descriptor {
 public:
  CoarsePsi(const DescriptorRequest& request, int l);
  Array<double> compute(const DescriptorInput& input) const override;

 private:
  Positions positions_;
  int l_;
};

}  // namespace glassforge::ml
