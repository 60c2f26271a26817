/// A parameter of pairs of species, spread out over the lanes of clusters.
#pragma once

#include <vector>

#include "core/aligned_vector.hpp"
#include "core/mixture.hpp"

namespace glassforge::md {

/// For each species of a central particle, the parameter of its pair with the particle in every lane: a kernel loads
/// what it would else look up.
template <class Number>
class LaneTable {
 public:
  using Parameters = double[Mixture::max_species][Mixture::max_species];

  /// `species` by lane; lanes with none (below 0) get `none`.
  void fill(const Parameters& parameters, int species_count, const std::vector<int>& species, Number none) {
    lanes_ = species.size();
    values_.resize(static_cast<std::size_t>(species_count) * lanes_);
    for (int a = 0; a < species_count; ++a) {
      Number* to = values_.data() + static_cast<std::size_t>(a) * lanes_;
      for (std::size_t n = 0; n < lanes_; ++n) {
        to[n] = species[n] < 0 ? none : static_cast<Number>(parameters[a][species[n]]);
      }
    }
  }
  const Number* of(int central_species) const {
    return values_.data() + static_cast<std::size_t>(central_species) * lanes_;
  }

 private:
  std::size_t lanes_ = 0;
  AlignedVector<Number> values_;
};

}  // namespace glassforge::md
