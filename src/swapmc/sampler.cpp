#include "swapmc/sampler.hpp"

#include <algorithm>

namespace glassforge::swapmc {
namespace {

constexpr double kGain = 0.1;  // g of the rule: near a Newton step at these acceptances
constexpr double kLargestFactor = 2;
constexpr double kSmallestStep = 0.005, kLargestStep = 0.2;  // a third of the skin of the lists

template <int D>
std::unique_ptr<Sampler> makeSamplerIn(const Campaign& c, std::int64_t index, const Snapshot& start, double bath,
                                       PassNumber pass, double displacement) {
  return c.equilibrate.method == "swap" ? detail::swapSampler<D>(c, index, start, bath, pass, displacement)
                                        : detail::dynamicsSampler<D>(c, index, start, bath, pass);
}

}  // namespace

double tunedDisplacement(double displacement, double acceptance) {
  const double factor = (kGain + acceptance) / (kGain + kTargetAcceptance);
  return std::clamp(displacement * std::clamp(factor, 1 / kLargestFactor, kLargestFactor), kSmallestStep, kLargestStep);
}

std::unique_ptr<Sampler> makeSampler(const Campaign& c, std::int64_t index, const Snapshot& start, double bath,
                                     PassNumber pass, double displacement) {
  return c.system.mixture.dimension == 3 ? makeSamplerIn<3>(c, index, start, bath, pass, displacement)
                                         : makeSamplerIn<2>(c, index, start, bath, pass, displacement);
}

}  // namespace glassforge::swapmc
