/// One configuration from a file of any form that is read.
#pragma once

#include <string>

#include "core/mixture.hpp"
#include "core/structure.hpp"

namespace glassforge::io {

/// Reads extended XYZ (.xyz, .extxyz), BOTAN's and GlassBench's npz, LAMMPS data, or a state file of ours ("file.h5" is its
/// first structure, "file.h5:7" number 7). The form is told by content, not by name. Particle counts are those of the file;
/// species must be of `mixture`. Positions come wrapped with image counters. FileError.
Snapshot readConfiguration(const std::string& path, const Mixture& mixture);

}  // namespace glassforge::io
