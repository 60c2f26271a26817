#include "iso/bonds.hpp"

#include "core/error.hpp"
#include "core/minimum_image.hpp"

namespace glassforge::iso {
Bonds findBonds(const Mixture& mixture, const Snapshot& start, double inner, double outer) {
  require(inner > 0 && outer >= inner, "bond cutoffs inner = {}, outer = {}: 0 < inner <= outer is needed", inner, outer);
  const std::size_t n = start.particles(), dimension = start.box.size();
  Bonds bonds;
  bonds.first.push_back(0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) continue;
      const double sigma = mixture.sigmaOf(start.species[i], start.species[j]);
      const double r2 = squaredDistance(start.box, &start.position[i * dimension], &start.position[j * dimension]);
      if (r2 >= inner * inner * sigma * sigma) continue;
      bonds.partner.push_back(static_cast<int>(j));
      bonds.limit2.push_back(outer * outer * sigma * sigma);
    }
    bonds.first.push_back(static_cast<int>(bonds.partner.size()));
  }
  return bonds;
}

void remainingBonds(const Bonds& bonds, const std::vector<double>& box, const std::vector<double>& x, double* share) {
  const std::size_t n = bonds.first.size() - 1, dimension = box.size();
  for (std::size_t i = 0; i < n; ++i) {
    int kept = 0;
    for (int q = bonds.first[i]; q < bonds.first[i + 1]; ++q) {
      const auto j = static_cast<std::size_t>(bonds.partner[static_cast<std::size_t>(q)]);
      kept += squaredDistance(box, &x[i * dimension], &x[j * dimension]) < bonds.limit2[static_cast<std::size_t>(q)];
    }
    const int all = bonds.first[i + 1] - bonds.first[i];
    share[i] = all == 0 ? 1.0 : static_cast<double>(kept) / all;
  }
}

}  // namespace glassforge::iso
