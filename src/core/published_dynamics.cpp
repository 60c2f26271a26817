#include "core/published_dynamics.hpp"

#include <cmath>

namespace glassforge {
namespace {

constexpr double kSameTemperature = 0.002;

}  // namespace

std::optional<PublishedDynamics> publishedDynamics(std::string_view model, double temperature) {
  static const std::vector<PublishedDynamics> table{
      {"KA", 0.44, 4120, {{13, 0.064}, {130, 1.509}, {412, 11.31}, {1300, 43.30}, {4120, 17.05}, {13000, 0.090}}},
      {"KA", 0.50, 217, {{21.7, 2.604}, {68.6, 23.45}, {217, 11.49}}},
      {"KA", 0.56, 52, {{5.2, 1.026}, {16.5, 12.73}, {52, 2.930}}},
      {"KA", 0.64, 16.5, {{1.65, 0.474}, {5.2, 6.186}, {16.5, 0.846}}},
      {"KA2D", 0.30, 2200, {}},
      {"KA2D", 0.231, 918306, {}},
  };
  for (const auto& entry : table) {
    if (entry.model == model && std::abs(entry.temperature - temperature) < kSameTemperature) return entry;
  }
  return std::nullopt;
}

}  // namespace glassforge
