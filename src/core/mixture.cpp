#include "core/mixture.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"

namespace glassforge {
namespace {

/// Kob and Andersen, Phys. Rev. E 51, 4626 (1995); system size and box of the published BOTAN data.
Mixture kobAndersen() {
  Mixture m;
  m.name = "KA";
  m.dimension = 3;
  m.species = {"A", "B"};
  m.counts = {3277, 819};
  m.masses = {1, 1};
  m.epsilon = {1.0, 1.5, 1.5, 0.5};
  m.sigma = {1.0, 0.8, 0.8, 0.88};
  m.smoothing = Smoothing::force_shift;
  m.box = {15.05658, 15.05658, 15.05658};
  m.timestep = 0.0025;
  return m;
}

/// Ternary Kob-Andersen in 2D: Jung, Biroli, Berthier, Phys. Rev. Lett. 130, 238202 (2023).
Mixture kobAndersen2D() {
  Mixture m;
  m.name = "KA2D";
  m.dimension = 2;
  m.species = {"A", "B", "C"};
  m.counts = {600, 330, 360};
  m.masses = {1, 1, 1};
  m.epsilon = {1.00, 1.50, 0.75, 1.50, 0.50, 1.50, 0.75, 1.50, 0.75};
  m.sigma = {1.00, 0.80, 0.90, 0.80, 0.88, 0.80, 0.90, 0.80, 0.94};
  m.smoothing = Smoothing::quartic;
  m.box = {32.8962, 32.8962};
  m.timestep = 0.01;
  m.swap_pairs = {{0, 2}, {1, 2}};
  return m;
}

void requirePairMatrix(const Mixture& m, const std::vector<double>& matrix, std::string_view what) {
  const auto n = static_cast<std::size_t>(m.speciesCount());
  require(matrix.size() == n * n, "mixture {}: {} has {} entries, {} species need {}", m.name, what, matrix.size(), n,
          n * n);
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) {
      const double value = matrix[a * n + b];
      require(std::isfinite(value) && value > 0, "mixture {}: {} of {}-{} is {}, it must be positive", m.name, what,
              m.species[a], m.species[b], value);
      require(value == matrix[b * n + a], "mixture {}: {} of {}-{} and {}-{} differ; the matrix must be symmetric",
              m.name, what, m.species[a], m.species[b], m.species[b], m.species[a]);
    }
  }
}

}  // namespace

std::string namesOf(std::span<const Smoothing> potentials) {
  std::string names;
  for (const Smoothing& potential : potentials)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", potential.name());
  return names;
}

std::size_t placeOf(std::string_view name, std::span<const Smoothing> known) {
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& s) { return s.name() == name; });
  require(found != known.end(), "smoothing '{}' is unknown; known are {}", name, namesOf(known));
  return static_cast<std::size_t>(found - known.begin());
}

Smoothing parseSmoothing(std::string_view name, std::span<const Smoothing> known) {
  return known[placeOf(name, known)];
}

std::int64_t Mixture::particles() const {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

double Mixture::volume() const {
  return std::accumulate(box.begin(), box.end(), 1.0, std::multiplies<>());
}

double Mixture::maxCutoff() const {
  return cutoff * *std::max_element(sigma.begin(), sigma.end());
}

int Mixture::speciesIndex(std::string_view species_name) const {
  const auto found = std::find(species.begin(), species.end(), species_name);
  require(found != species.end(), "species '{}' is not in mixture {}; it has {}", species_name, name,
          fmt::join(species, ", "));
  return static_cast<int>(found - species.begin());
}

std::vector<std::int32_t> Mixture::speciesByCount() const {
  std::vector<std::int32_t> result;
  result.reserve(static_cast<std::size_t>(particles()));
  for (int s = 0; s < speciesCount(); ++s) result.insert(result.end(), static_cast<std::size_t>(counts[s]), s);
  return result;
}

void Mixture::validate() const {
  require(dimension == 2 || dimension == 3, "mixture {}: dimension {} is not 2 or 3", name, dimension);
  require(!species.empty() && speciesCount() <= max_species, "mixture {}: {} species; 1 to {} are supported", name,
          species.size(), max_species);
  require(counts.size() == species.size() && masses.size() == species.size(),
          "mixture {}: {} species, but {} counts and {} masses", name, species.size(), counts.size(), masses.size());
  for (std::size_t s = 0; s < species.size(); ++s) {
    require(counts[s] >= 0, "mixture {}: count of {} is {}, it must not be negative", name, species[s], counts[s]);
    require(std::isfinite(masses[s]) && masses[s] > 0, "mixture {}: mass of {} is {}, it must be positive", name,
            species[s], masses[s]);
  }
  require(particles() >= 2, "mixture {}: {} particles; at least 2 are needed", name, particles());
  requirePairMatrix(*this, epsilon, "epsilon");
  requirePairMatrix(*this, sigma, "sigma");
  require(std::isfinite(cutoff) && cutoff > 1, "mixture {}: cutoff {} (in sigma) must be above 1", name, cutoff);
  require(box.size() == static_cast<std::size_t>(dimension), "mixture {}: box has {} lengths, dimension is {}", name,
          box.size(), dimension);
  for (const double length : box) {
    require(std::isfinite(length) && length >= 2 * maxCutoff(),
            "box length {} is smaller than twice the largest cutoff ({}); use more particles or a larger box", length,
            2 * maxCutoff());
  }
}

Mixture Mixture::preset(std::string_view name) {
  if (name == "KA") return kobAndersen();
  if (name == "KA2D") return kobAndersen2D();
  throw InputError(fmt::format("model '{}' is unknown; known are KA, KA2D, or a [system.mixture] table", name));
}

}  // namespace glassforge
