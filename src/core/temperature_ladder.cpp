#include "core/temperature_ladder.hpp"

#include <fmt/format.h>

#include <cmath>

namespace glassforge {
namespace {

constexpr double kAcceptance = 0.3;  // close to the 0.2 to 0.4 where round trips are quickest
constexpr double kAnharmonic = 1.3;  // KA at T = 0.6 has 1.94 a particle, KA2D between 0.3 and 0.5 has 1.2
constexpr double kLargestRatio = 2;  // of neighbouring temperatures, however small the system

/// The ratio of neighbouring temperatures at which exchanges are accepted as often as wished, by bisection.
double ratioFor(double heat_capacity) {
  double low = 1, high = kLargestRatio;
  for (int k = 0; k < 60; ++k) {
    const double middle = 0.5 * (low + high);
    (exchangeAcceptance(1, middle, heat_capacity) > kAcceptance ? low : high) = middle;
  }
  return low;
}

}  // namespace

double exchangeAcceptance(double cold, double hot, double heat_capacity) {
  const double b = cold / hot;
  return std::erfc(std::sqrt(0.5 * heat_capacity) * (1 - b) / std::sqrt(1 + b * b));
}

double potentialHeatCapacity(const Mixture& mixture) {
  return kAnharmonic * 0.5 * mixture.dimension * static_cast<double>(mixture.particles());
}

std::vector<double> temperatureLadder(const Mixture& mixture, double lowest, std::int64_t levels, double ceiling) {
  const auto steps = static_cast<double>(levels - 1);
  const double widest = levels > 1 ? std::pow(ceiling / lowest, 1 / steps) : 1;
  const double ratio = std::min(ratioFor(potentialHeatCapacity(mixture)), widest);
  std::vector<double> temperatures{lowest};
  for (std::int64_t k = 1; k < levels; ++k) temperatures.push_back(std::min(ceiling, temperatures.back() * ratio));
  return temperatures;
}

std::string temperaturePair(double cold, double hot) {
  return fmt::format("{:.4g}-{:.4g}", cold, hot);
}

}  // namespace glassforge
