/// Isoconfigurational labels on the host: per replica as the engine makes them, and reduced over replicas.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/array.hpp"

namespace glassforge {

/// What one task (one structure, a block of consecutive replicas) produces. T times, R replicas of the block, N particles.
struct ReplicaLabels {
  std::int64_t structure = 0;
  std::int64_t first_replica = 0;
  Array<double> displacement;         ///< (T, R, N): |r_i(t) - r_i(0)|, unwrapped; empty if not asked for
  Array<double> bond_breaking;        ///< (T, R, N): remaining bonds / bonds at t = 0; empty if not asked for
  Array<double> frames;               ///< (T, R, N, D): unwrapped positions; empty unless keep_frames
  Array<std::int64_t> pair_sum;       ///< (T, E): sum over the replicas that are done of r_ij(t) - r_ij(0), fixed point
  Array<std::int64_t> pair_sum2;      ///< (T, E): of its square, fixed point
  std::vector<double> energy_drift;   ///< (R): (E_end - E_start) / N; of the conserved quantity for NVT
  std::vector<std::string> status;    ///< (R): "done", or why this replica was stopped, with its step
};

/// Change of the distances of neighbouring pairs: E pairs i < j, T times.
struct PairLabels {
  Array<std::int32_t> edges;   ///< (E, 2), ascending
  Array<double> change;        ///< (T, E): mean over replicas of r_ij(t) - r_ij(0), minimum image
  Array<double> variance;      ///< (T, E): unbiased variance over replicas
};

/// Labels of one structure over all its replicas.
struct StructureLabels {
  std::int64_t structure = 0;
  std::vector<double> times;                 ///< (T): exact times of the labels
  std::vector<std::int64_t> steps;           ///< (T)
  std::vector<std::int32_t> species;         ///< (N)
  ReplicaLabels replicas;                    ///< all replicas, first_replica = 0; may lack replica values if imported so
  Array<double> displacement;                ///< (T, N): mean over the replicas that are done, or empty
  Array<double> displacement_variance;       ///< (T, N): unbiased variance over replicas
  Array<double> bond_breaking;               ///< (T, N) or empty
  Array<double> bond_breaking_variance;      ///< (T, N) or empty
  Array<double> overlap;                     ///< (T, N): share of replicas with a displacement below a, or empty
  PairLabels pairs;                          ///< empty unless asked for
  Array<double> cage;                        ///< (N, D): cage positions, same frame, or empty
  Array<double> thermal;                     ///< (N, D): unwrapped positions at t = 0, or empty
  Array<double> inherent;                    ///< (N, D): of the inherent state, same frame, or empty
};

}  // namespace glassforge
