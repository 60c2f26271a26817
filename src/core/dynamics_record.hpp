/// What short runs say of the dynamics at one temperature: F_s(q,t), mean square displacement, tau_alpha.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "core/array.hpp"

namespace glassforge {

/// T times, S structures. F_s is of the first species, averaged over axes (docs/formulas.md).
struct DynamicsRecord {
  std::vector<double> times;             ///< (T)
  std::vector<std::int64_t> steps;       ///< (T)
  std::vector<std::int64_t> structures;  ///< (S): which structures were run
  std::int64_t replicas = 1;             ///< runs of each
  double q = 0;                          ///< wave number, in 1 / sigma
  std::vector<double> fs;                ///< (T): mean over structures
  std::vector<double> fs_error;          ///< (T): standard error over structures
  Array<double> fs_per_structure;        ///< (S, T): mean over the runs of a structure
  Array<double> msd;                     ///< (T, species): mean over structures
  Array<double> msd_error;               ///< (T, species): standard error over structures
  double tau_alpha = std::numeric_limits<double>::quiet_NaN();  ///< NaN where F_s has not fallen to 1/e
  double tau_alpha_error = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace glassforge
