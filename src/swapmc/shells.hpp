/// Who is next to whom in one configuration, distances in units of sigma_ab.
#pragma once

#include <vector>

#include "core/mixture.hpp"
#include "core/structure.hpp"
#include "swapmc/verlet_lists.hpp"

namespace glassforge::swapmc {

template <int D>
struct Neighbour {
  int particle = 0;
  double distance = 0;  ///< in units of sigma_ab
  std::array<double, D> vector{};
};

/// Neighbours of every particle within `reach` sigma_ab, nearest first. The box is at least twice that wide.
template <int D>
using Shells = std::vector<std::vector<Neighbour<D>>>;

template <int D>
Shells<D> shellsOf(const Mixture& mixture, const Snapshot& s, double reach);

extern template Shells<2> shellsOf<2>(const Mixture&, const Snapshot&, double);
extern template Shells<3> shellsOf<3>(const Mixture&, const Snapshot&, double);

}  // namespace glassforge::swapmc
