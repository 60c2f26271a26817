/// Smoothed bond-orientational order (Coslovich, Jack, Paret, JCP 157, 204503 (2022); reference 4.6).
#pragma once

#include <string>
#include <vector>

#include "ml/descriptors/descriptor.hpp"

namespace glassforge::ml {

/// How the bonds of the smoothed order fade out.
inline constexpr double smoothing_enlargement = 1.3;  ///< xi: bonds end at xi r^c
inline constexpr int smoothing_exponent = 8;          ///< gamma

/// (K, K): r^c_ab, about the first minimum of g_ab, from the diameters alone. With s the largest sigma_aa:
///   r^c_aa = max(5/3 sigma_aa - 13/60 s, 1.35 sigma_aa),  r^c_ab = (r^c_aa + r^c_bb) / 2.
/// For Kob-Andersen 1.45, 1.35, 1.25 (AA, AB, BB), the values of the partycls examples. They depend on the diameters of
/// the two species, not on how far sigma_ab is from additive.
std::vector<double> shellRadii(const DescriptorInput& input);

/// Q_0..Q_8 of BondOrder with weights f = exp(-(r_ij / r^c_ab)^8), r_ij < 1.3 r^c_ab (or half the box), all species. In
/// 2D the moduli |(1/Z) sum f exp(i l theta)|. All 0 for a particle without bonds.
class SmoothedBondOrder final : public Descriptor {
 public:
  static constexpr int l_max = 8;

  explicit SmoothedBondOrder(const DescriptorRequest& request);
  Array<double> compute(const DescriptorInput& input) const override;

 private:
  Positions positions_;
};

}  // namespace glassforge::ml
