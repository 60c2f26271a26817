/// Bond-orientational order by its definition, and structures whose order is known, for the tests of ml.
#pragma once

#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>
#include <vector>

#include "unit/ml/support.hpp"

namespace glassforge::ml::testing {

/// Shortest of all periodic copies of x_j - x_i, axis by axis; the third component is 0 in 2D.
inline std::array<double, 3> imageVector(const DescriptorInput& input, const std::vector<double>& x, std::size_t i,
                                         std::size_t j) {
  const auto axes = static_cast<std::size_t>(input.dimension);
  std::array<double, 3> shortest{};
  for (std::size_t k = 0; k < axes; ++k) {
    const double difference = std::fmod(x[j * axes + k] - x[i * axes + k], input.box[k]);
    shortest[k] = difference;
    for (const int copy : {-1, 1})
      if (std::abs(difference + copy * input.box[k]) < std::abs(shortest[k]))
        shortest[k] = difference + copy * input.box[k];
  }
  return shortest;
}

/// Q_l of particle i with weights weight(j, r) over all other particles, from std::sph_legendre and std::polar.
template <class Weight>
double definedBondOrder(const DescriptorInput& input, const std::vector<double>& x, std::size_t i, int l,
                        const Weight& weight) {
  std::vector<std::complex<double>> q(static_cast<std::size_t>(l) + 1);
  double z = 0;
  for (std::size_t j = 0; j < input.particles(); ++j) {
    if (j == i) continue;
    const auto d = imageVector(input, x, i, j);
    const double r = std::hypot(d[0], d[1], d[2]), w = weight(j, r), phi = std::atan2(d[1], d[0]);
    if (w == 0) continue;
    z += w;
    if (input.dimension == 2) {
      q[0] += w * std::polar(1.0, l * phi);
      continue;
    }
    for (int m = 0; m <= l; ++m)
      q[static_cast<std::size_t>(m)] +=
          w * std::sph_legendre(static_cast<unsigned>(l), static_cast<unsigned>(m), std::acos(d[2] / r)) *
          std::polar(1.0, m * phi);
  }
  if (z == 0) return 0;
  if (input.dimension == 2) return std::abs(q[0]) / z;
  double sum = std::norm(q[0]);
  for (std::size_t m = 1; m < q.size(); ++m) sum += 2 * std::norm(q[m]);
  return std::sqrt(4 * std::numbers::pi / (2 * l + 1) * sum) / z;
}

/// One species at places * nearest in all three states.
inline DescriptorInput latticeInput(int dimension, const std::vector<double>& box, const std::vector<double>& places,
                                    double nearest) {
  DescriptorInput input;
  input.dimension = dimension;
  input.species_names = {"A"};
  input.sigma = {1.0};
  for (const double length : box) input.box.push_back(length * nearest);
  for (const double x : places) input.thermal.push_back(x * nearest);
  input.inherent = input.cage = input.thermal;
  const std::size_t particles = places.size() / static_cast<std::size_t>(dimension);
  input.species.assign(particles, 0);
  input.thermal_energy.assign(particles, 0.0);
  input.inherent_energy.assign(particles, 0.0);
  input.temperature = 0.5;
  return input;
}

/// Copies of an orthorhombic cell; lengths in units of the distance of nearest neighbours.
inline DescriptorInput repeatedCell(const std::vector<double>& cell, const std::vector<std::vector<double>>& basis,
                                    const std::vector<int>& copies, double nearest) {
  const std::size_t axes = cell.size();
  std::vector<double> box, places;
  int cells = 1;
  for (std::size_t k = 0; k < axes; ++k) {
    box.push_back(cell[k] * copies[k]);
    cells *= copies[k];
  }
  for (int c = 0; c < cells; ++c)
    for (const auto& site : basis) {
      int remaining = c;
      for (std::size_t k = 0; k < axes; ++k) {
        places.push_back(site[k] + cell[k] * (remaining % copies[k]));
        remaining /= copies[k];
      }
    }
  return latticeInput(static_cast<int>(axes), box, places, nearest);
}

inline DescriptorInput faceCentredCubic(double nearest) {
  const double h = std::sqrt(0.5), a = 2 * h;
  return repeatedCell({a, a, a}, {{0, 0, 0}, {h, h, 0}, {h, 0, h}, {0, h, h}}, {4, 4, 4}, nearest);
}

inline DescriptorInput hexagonalClosePacked(double nearest) {
  const double b = std::sqrt(3.0), c = std::sqrt(8.0 / 3);
  return repeatedCell({1, b, c}, {{0, 0, 0}, {0.5, b / 2, 0}, {0.5, b / 6, c / 2}, {0, 2 * b / 3, c / 2}}, {6, 3, 4},
                      nearest);
}

inline DescriptorInput triangular(double nearest) {
  const double b = std::sqrt(3.0);
  return repeatedCell({1, b}, {{0, 0}, {0.5, b / 2}}, {8, 5}, nearest);
}

/// A dense cluster of two species in the middle of a box so large that no periodic copy comes near.
inline DescriptorInput clusterInput(int dimension, std::uint64_t seed) {
  const int half = dimension == 2 ? 4 : 2;
  std::vector<double> places;
  Draws draw(seed);
  const auto axes = static_cast<std::size_t>(dimension);
  std::array<int, 3> at{};
  const int side = 2 * half + 1, sites = dimension == 2 ? side * side : side * side * side;
  for (int s = 0; s < sites; ++s) {
    at = {s % side - half, s / side % side - half, s / side / side - half};
    for (std::size_t k = 0; k < axes; ++k) places.push_back(30 + 0.95 * at[k] + 0.2 * (draw.uniform() - 0.5));
  }
  DescriptorInput input = latticeInput(dimension, std::vector<double>(axes, 60.0), places, 1.0);
  input.species_names = {"A", "B"};
  input.sigma = {1.0, 0.8, 0.8, 0.88};
  for (std::size_t i = 0; i < input.particles(); ++i) input.species[i] = i % 5 == 4;
  for (auto& x : input.inherent) x += 0.05 * draw.normal();
  for (auto& x : input.cage) x += 0.03 * draw.normal();
  for (auto& e : input.inherent_energy) e = draw.normal();
  return input;
}

/// Applies change(position of one particle, its number) to all states.
template <class Change>
void changeStates(DescriptorInput& input, const Change& change) {
  const auto axes = static_cast<std::size_t>(input.dimension);
  for (auto* x : {&input.thermal, &input.inherent, &input.cage})
    for (std::size_t i = 0; i < input.particles(); ++i) change(x->data() + i * axes, i);
}

}  // namespace glassforge::ml::testing
