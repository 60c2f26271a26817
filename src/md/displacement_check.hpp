/// When neighbour lists are outdated.
#pragma once

#include "core/replica_pack.hpp"

namespace glassforge::md {

/// Whether squared displacements since a build stay within half the skin, and within half of its inner share. What is
/// not a number counts as beyond.
struct DisplacementCheck {
  static constexpr double inner_share = 0.5;  ///< of the skin: reach of the inner part of a list

  explicit DisplacementCheck(double skin)
      : inner_limit(0.25 * inner_share * inner_share * skin * skin), whole_limit(0.25 * skin * skin) {}
  void add(double d2) {
    beyond_inner |= !(d2 <= inner_limit);
    beyond_whole |= !(d2 <= whole_limit);
  }

  double inner_limit, whole_limit;
  bool beyond_inner = false, beyond_whole = false;
};

/// Of all particles of replica r since they were at `then`, rows (N, 4).
template <int D>
DisplacementCheck displacementsSince(const double* then, const ReplicaPack<D>& pack, int r, double skin) {
  const double* now = &pack.row(r, 0, 0);
  DisplacementCheck check(skin);
  for (int i = 0; i < pack.particles(); ++i) {
    double d2[4];
    for (int k = 0; k < 4; ++k) d2[k] = (now[4 * i + k] - then[4 * i + k]) * (now[4 * i + k] - then[4 * i + k]);
    check.add((d2[0] + d2[1]) + (d2[2] + d2[3]));
  }
  return check;
}

}  // namespace glassforge::md
