/// Coordinates of files, wrapped or not, into a Snapshot's wrapped positions and image counters.
#pragma once

#include <string>
#include <vector>

#include "core/structure.hpp"

namespace glassforge::io {

/// Sets position and image of `snapshot` (whose box is set) from coordinates (N, D) in unwrapped space. FileError
/// naming `where` and the particle where one is not finite or absurdly far from the box.
void setUnwrapped(Snapshot& snapshot, std::vector<double> coordinates, const std::string& where);

/// Each row of x moved by whole boxes to where it is nearest to the same row of origin. x is (N, D), or (R, N, D) with
/// one origin (N, D) for all R.
std::vector<double> nearestCopies(const std::vector<double>& x, const std::vector<double>& origin,
                                  const std::vector<double>& box);

/// Coordinates (..., D) wrapped to [-L/2, L/2); those that lie there already keep their bits.
std::vector<double> centred(std::vector<double> x, const std::vector<double>& box);

/// True where all coordinates (..., D) lie in [0, L] or all in [-L/2, L/2], axis by axis.
bool liesInOneCell(const std::vector<double>& x, const std::vector<double>& box);

}  // namespace glassforge::io
