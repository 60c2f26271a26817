/// Isoconfigurational labels on the host: per replica as the engine makes them, and reduced over replicas.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/array.hpp"

namespace glassforge {

/// Fixed point of the pair sums: integers add up to the same bits in any order. Its resolution, 2^-32, is far below what
/// replicas differ by, and the sums of a million replicas fit 64 bits.
constexpr double kPairScale = 4294967296.0;

/// What one task (one structure, a block of consecutive replicas) produces. T times, R replicas of the block, N particles.
struct ReplicaLabels {
  std::int64_t structure = 0;
  std::int64_t first_replica = 0;
  std::vector<std::int64_t> steps;    ///< (T): what the rows are of; empty: all steps of the ladder they are gathered with
  Array<double> displacement;         ///< (T, R, N): |r_i(t) - r_i(0)|, unwrapped; empty if not asked for
  Array<double> bond_breaking;        ///< (T, R, N): remaining bonds / bonds at t = 0; empty if not asked for
  Array<double> frames;               ///< (T, R, N, D): unwrapped positions; empty unless keep_frames
  Array<std::int64_t> pair_sum;       ///< (T, E): sum over replicas of (r_ij(t) - r_ij(0)) kPairScale, each rounded
  Array<std::int64_t> pair_sum2;      ///< (T, E): sum over replicas of (r_ij(t) - r_ij(0))^2 kPairScale, each rounded
  std::vector<std::int64_t> pair_replicas;  ///< (T): how many replicas are in these sums
  std::vector<double> energy_drift;   ///< (R): (E_end - E_start) / N; of the conserved quantity for NVT
  std::vector<std::string> status;    ///< (R): "done", or why this replica was stopped, with its step
};

/// Change of the distances of neighbouring pairs: E pairs i < j, T times.
struct PairLabels {
  Array<std::int32_t> edges;   ///< (E, 2), ascending
  Array<double> change;        ///< (T, E): mean over replicas of r_ij(t) - r_ij(0), minimum image
  Array<double> variance;      ///< (T, E): unbiased variance over replicas; NaN where there is but one
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
  Array<double> displacement_ceiling;        ///< (T, species): rho_max within the structure (core/reliability.hpp)
  Array<double> bond_breaking_ceiling;       ///< (T, species)
  std::int64_t distinct_pairs = 0;           ///< pairs of replicas that were compared and differ; 0 where it was not looked at
  PairLabels pairs;                          ///< empty unless asked for
  Array<double> cage;                        ///< (N, D): cage positions, same frame, or empty
  Array<double> thermal;                     ///< (N, D): unwrapped positions at t = 0, or empty
  Array<double> inherent;                    ///< (N, D): of the inherent state, same frame, or empty
};

}  // namespace glassforge
