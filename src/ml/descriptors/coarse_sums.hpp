/// Sums over neighbours with exponential weights, the base of all coarse-grained descriptors.
#pragma once

#include <span>
#include <vector>

#include "core/array.hpp"
#include "ml/descriptors/neighbour_rows.hpp"

namespace glassforge::ml {

/// How far coarse-graining looks (reference 4.4), cut at half the shortest box length.
inline constexpr double coarse_range = 20.0;

/// (N, L, K, 1 + Q): for every particle i, length l and species b the sums over particles j of species b with
/// r_ij < min(coarse_range, half the box), i itself included, of w and of w f_q(j), w = exp(-r_ij / length_l).
/// `fields` holds Q spans of N numbers. Sums run over j in id order within eight interleaved lanes.
Array<double> coarseSums(const NeighbourSpace& space, const std::vector<double>& lengths,
                         const std::vector<std::span<const double>>& fields);

/// (N, Q): sum_j w f_q(j) / sum_j w over all species, the same weights of one length, summed species by species.
Array<double> coarseAverages(const NeighbourSpace& space, double length,
                             const std::vector<std::span<const double>>& fields);

}  // namespace glassforge::ml
