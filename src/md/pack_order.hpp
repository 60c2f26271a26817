/// The order of the particles of a replica.
#pragma once

#include <algorithm>
#include <vector>

#include "core/replica_pack.hpp"

namespace glassforge::md {

/// Moves every particle of replica r into the box, counting the boxes it crossed.
template <int D>
void wrapPositions(ReplicaPack<D>& pack, int r) {
  for (int i = 0; i < pack.particles(); ++i) {
    for (int k = 0; k < D; ++k) pack.image(r, i, k) += pack.box.wrap(pack.row(r, i, k), k);
  }
}

/// Brings all that replica r holds of its particles into a new order: row n becomes what row order[n] was.
template <int D>
void rearrange(ReplicaPack<D>& pack, int r, const int* order) {
  const int N = pack.particles();
  const auto move = [&]<class Value>(Value* values, int columns) {
    const std::vector<Value> before(values, values + columns * N);
    for (int n = 0; n < N; ++n) std::copy_n(before.data() + columns * order[n], columns, values + columns * n);
  };
  move(&pack.row(r, 0, 0), 4);
  move(&pack.velocity(r, 0, 0), 4);
  move(&pack.force(r, 0, 0), 4);
  move(&pack.image(r, 0, 0), 4);
  move(&pack.id(r, 0), 1);
}

}  // namespace glassforge::md
