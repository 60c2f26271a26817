/// DeepMind's glasses (Bapst et al. 2020) as npz files that python/deepmind_to_npz.py makes of their pickles
/// (docs/formats.md).
#pragma once

#include <string>
#include <vector>

#include "core/array.hpp"
#include "core/mixture.hpp"
#include "core/structure.hpp"
#include "io/glass_data.hpp"

namespace glassforge::io {

/// One structure, and its replicas at all times of the file. N particles in the file's order, R replicas.
struct DeepMindData {
  Snapshot snapshot;                ///< thermal positions
  std::vector<double> times;        ///< (T) ascending, above 0: time[time_indices]
  std::vector<Array<double>> ends;  ///< per time: (R, N, 3) unwrapped, in the frame of the snapshot
};

/// Members: types from 0, positions (N, 3), box (one length or one an axis), time, time_indices,
/// trajectory_target_positions (T, R, N, 3). A time of 0, at which nothing has moved yet, is left out. FileError naming
/// file and member where something is missing, damaged, or does not fit.
DeepMindData readDeepMind(const std::string& path, const Mixture& mixture, Counts counts = Counts::exact);

}  // namespace glassforge::io
