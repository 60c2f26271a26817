/// A model liquid: its species, their pair parameters, the cutoff and how the potential is smoothed there.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace glassforge {

/// A pair potential by its name: how the Lennard-Jones potential ends at the cutoff (docs/formulas.md, "Pair
/// potentials"), or another form. What there is beside the four below only the room with the potentials knows.
struct Smoothing {
  std::array<char, 32> text{};  ///< ends with a zero

  /// Names have 1 to 31 characters.
  constexpr explicit Smoothing(std::string_view name) {
    if (name.empty() || name.size() >= text.size()) throw std::length_error("name of a pair potential");
    std::copy(name.begin(), name.end(), text.begin());
  }
  constexpr std::string_view name() const { return text.data(); }
  constexpr bool operator==(const Smoothing&) const = default;

  static const Smoothing none;         ///< plain truncation
  static const Smoothing shift;        ///< energy zero at the cutoff
  static const Smoothing force_shift;  ///< energy and force zero
  static const Smoothing quartic;      ///< energy, force and second derivative zero
};

inline constexpr Smoothing Smoothing::none{"none"};
inline constexpr Smoothing Smoothing::shift{"shift"};
inline constexpr Smoothing Smoothing::force_shift{"force-shift"};
inline constexpr Smoothing Smoothing::quartic{"quartic"};

/// Arithmetic of the forces: double throughout, or fixed-point positions with single-precision pair terms.
enum class Precision { full, mixed };

/// Default skin of the neighbour list: 0.4 in 3D, 0.6 in 2D (docs/performance.md).
inline double defaultSkin(int dimension) {
  return dimension == 3 ? 0.4 : 0.6;
}

/// Their names, separated by commas.
std::string namesOf(std::span<const Smoothing> potentials);
/// Place of a name among those that are known; InputError with their names where it is not there.
std::size_t placeOf(std::string_view name, std::span<const Smoothing> known);
/// The one of that name; InputError likewise.
Smoothing parseSmoothing(std::string_view name, std::span<const Smoothing> known);

struct Mixture {
  static constexpr int max_species = 8;

  std::string name;  ///< "KA", "KA2D", or what the campaign file calls it
  int dimension = 3;
  std::vector<std::string> species;  ///< names, e.g. {"A", "B"}
  std::vector<std::int64_t> counts;  ///< particles per species
  std::vector<double> masses;        ///< per species
  std::vector<double> epsilon;       ///< (species x species), symmetric, row-major
  std::vector<double> sigma;         ///< (species x species), symmetric, row-major
  double cutoff = 2.5;               ///< in units of sigma_ab, the same for every pair
  Smoothing smoothing = Smoothing::quartic;
  std::vector<double> box;                     ///< lengths, one per axis
  double timestep = 0.005;                     ///< the default of the model
  std::vector<std::array<int, 2>> swap_pairs;  ///< species pairs that swap moves exchange by default

  int speciesCount() const { return static_cast<int>(species.size()); }
  std::int64_t particles() const;
  double volume() const;
  double density() const { return static_cast<double>(particles()) / volume(); }
  double epsilonOf(int a, int b) const { return epsilon[static_cast<std::size_t>(a * speciesCount() + b)]; }
  double sigmaOf(int a, int b) const { return sigma[static_cast<std::size_t>(a * speciesCount() + b)]; }
  /// Largest cutoff distance over all pairs.
  double maxCutoff() const;
  /// Index of a species name; InputError with the known names where there is none.
  int speciesIndex(std::string_view species_name) const;
  /// Species of every particle in id order: all of the first species, then the second, ...
  std::vector<std::int32_t> speciesByCount() const;
  /// Throws InputError where sizes, symmetry, signs, or box against twice the cutoff are wrong.
  void validate() const;

  /// "KA" (Kob-Andersen, 3D, N = 4096) or "KA2D" (ternary, 2D, N = 1290); InputError with the known names otherwise.
  static Mixture preset(std::string_view name);
};

}  // namespace glassforge
