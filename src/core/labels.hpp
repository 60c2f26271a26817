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
  std::vector<double> energy_drift;   ///< (R): (E_end - E_start) / N; of the conserved quantity for NVT
  std::vector<std::string> status;    ///< (R): "done", or why this replica was stopped, with its step
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
  Array<double> thermal;                     ///< (N, D): unwrapped positions at t = 0, or empty
  Array<double> inherent;                    ///< (N, D): of the inherent state, same frame, or empty
};

}  // namespace glassforge
