#include "ml/nn/edge_basis.hpp"

#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "ml/nn/spherical_harmonics.hpp"

namespace glassforge::ml::nn {

std::array<double, kRadialFunctions> besselFunctions(double r, double cutoff) {
  // sin(n x) = 2 cos(x) sin((n - 1) x) - sin((n - 2) x)
  const double angle = std::numbers::pi * r / cutoff, twice_cosine = 2 * std::cos(angle);
  const double scale = std::sqrt(2 / cutoff) / r;
  std::array<double, kRadialFunctions> values{};
  double before = 0, sine = std::sin(angle);
  for (double& value : values) {
    value = scale * sine;
    const double next = twice_cosine * sine - before;
    before = sine;
    sine = next;
  }
  return values;
}

template <class Number>
void EdgeBasis<Number>::compute(const Graph& graph, double cutoff) {
  const auto edges = static_cast<std::size_t>(graph.edges());
  const auto axes = static_cast<std::size_t>(graph.dimension);
  stride_ = edges + kTileEdges;
  radial_.resize(edges * kRadialFunctions);
  harmonics_.assign(kComponents * stride_, Number{0});
  for (std::size_t e = 0; e < edges; ++e) {
    std::array<double, 3> r{};
    for (std::size_t d = 0; d < axes; ++d) r[d] = graph.offset[e * axes + d];
    const double length = std::sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
    require(length > 0, "edge {} has no direction", e);
    const auto bessel = besselFunctions(length, cutoff);
    for (std::size_t n = 0; n < kRadialFunctions; ++n)
      radial_[e * kRadialFunctions + n] = static_cast<Number>(bessel[n]);
    const auto harmonics = sphericalHarmonics<Number>(r);
    for (std::size_t c = 0; c < kComponents; ++c) harmonics_[c * stride_ + e] = harmonics[c];
  }
}

template class EdgeBasis<float>;
template class EdgeBasis<double>;

}  // namespace glassforge::ml::nn
