/// LAMMPS data files, as read_data and write_data take and make them.
#pragma once

#include <string>

#include "core/mixture.hpp"
#include "core/structure.hpp"

namespace glassforge::io {

/// Writes Masses, Atoms # atomic (id type x y z and image flags) and Velocities where there are any; 17 digits, ids and types
/// from 1. In 2D z = 0 between -0.5 and 0.5. FileError.
void writeLammpsData(const std::string& path, const Snapshot& snapshot, const Mixture& mixture);

/// Reads a file with atom style atomic: any order of ids, image flags or none, Velocities or none. The box is moved so that it
/// begins at the origin. FileError with file and line where it is damaged, tilted, or has types the mixture has not.
Snapshot readLammpsData(const std::string& path, const Mixture& mixture);

}  // namespace glassforge::io
