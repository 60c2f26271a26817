/// Lists and forces of a pack, in the form that is fastest on this machine.
#pragma once

#include <type_traits>

#include "md/clusters/cluster_forces.hpp"
#include "md/rows/row_forces.hpp"

namespace glassforge::md {

/// Two forms of the same sums (docs/performance.md, "Two forms of lists"). Registers of four doubles want clusters:
/// each pair once, other particles as they lie in memory. Registers of eight want rows: every particle's full list, so
/// that no place in a register is lost to particles that happen to be in a cluster with a neighbour.
///
/// Both offer, for the replicas of a pack:
/// - outdated(): whether a particle has moved by more than half the skin since the build; also decides whether the
/// inner
///   part of the lists is enough for the positions as they are;
/// - build(): lists anew, which wraps positions and changes the order of particles; false where memory is too small:
/// call
///   grow(), not while any replica is being advanced, and build() again;
/// - update(): follows the particles to where they are now;
/// - compute(): forces of a step into pack.force, in the precision chosen; lists and places must be up to date;
/// - computeWithEnergy(): the same, and the sums over pairs, which are always taken in double precision;
/// - energy(): the sums alone, leaving forces as they are; E_i = 1/2 sum_j V(r_ij) by row to `per_particle`, if not
/// null.
template <int D>
using PackForces = std::conditional_t<Wide::width == 4, ClusterForces<D>, RowForces<D>>;

}  // namespace glassforge::md
