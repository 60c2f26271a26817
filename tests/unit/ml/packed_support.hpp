/// Dense structures and lattices for the tests of descriptors.
#pragma once

#include <array>
#include <vector>

#include "ml/descriptors/neighbour_rows.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml::testing {

struct Lattice {
  std::vector<double> box, places;
  std::vector<std::int32_t> species;
  int species_count = 1;
};

/// Copies of an orthorhombic cell with a basis, all particles of species 0.
inline Lattice repeated(const std::vector<double>& cell, const std::vector<std::vector<double>>& basis,
                        const std::vector<int>& copies) {
  Lattice lattice;
  int cells = 1;
  for (std::size_t k = 0; k < cell.size(); ++k) {
    lattice.box.push_back(cell[k] * copies[k]);
    cells *= copies[k];
  }
  for (int c = 0; c < cells; ++c)
    for (const auto& site : basis) {
      int rest = c;
      for (std::size_t k = 0; k < cell.size(); ++k) {
        lattice.places.push_back(site[k] + cell[k] * (rest % copies[k]));
        rest /= copies[k];
      }
      lattice.species.push_back(0);
    }
  return lattice;
}

inline NeighbourSpace latticeSpace(const Lattice& lattice) {
  return {static_cast<int>(lattice.box.size()), lattice.box, lattice.places, lattice.species, lattice.species_count};
}

/// As dense as the glass formers and about as disordered: a shaken lattice of 343 particles of two species in 3D, 400
/// of three in 2D, with random energies.
inline DescriptorInput packedInput(int dimension, std::uint64_t seed) {
  const int side = dimension == 2 ? 20 : 7;
  const double spacing = dimension == 2 ? 0.915 : 0.94;
  const auto axes = static_cast<std::size_t>(dimension);
  const Lattice lattice = repeated(std::vector(axes, spacing), {std::vector(axes, 0.0)}, std::vector(axes, side));
  DescriptorInput input = randomInput(dimension, lattice.species.size(), lattice.box[0], dimension == 2 ? 3 : 2, seed);
  input.box = lattice.box;
  Draws draw(seed + 1);
  for (std::size_t n = 0; n < lattice.places.size(); ++n) {
    input.inherent[n] = lattice.places[n] + 0.35 * (draw.uniform() - 0.5);
    input.thermal[n] = input.inherent[n] + 0.05 * draw.normal();
    input.cage[n] = input.inherent[n] + 0.02 * draw.normal();
  }
  for (std::size_t i = 0; i < input.particles(); ++i)
    input.species[i] = i % 5 == 4 ? 1 : dimension == 2 && i % 7 == 3 ? 2 : 0;
  return input;
}

}  // namespace glassforge::ml::testing
