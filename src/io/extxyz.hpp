/// Extended XYZ (ASE, OVITO) and the XYZ form of ParticlesMC.
#pragma once

#include <string>

#include "core/mixture.hpp"
#include "core/structure.hpp"

namespace glassforge::io {

/// Writes one frame: Lattice, Properties=species:S:1:pos:R:3[:velo:R:3], pbc, Time; 17 digits, so that numbers come back
/// exactly. Positions are unwrapped. In 2D z = 0, the third edge is 1 and pbc is "T T F". FileError.
void writeExtxyz(const std::string& path, const Snapshot& snapshot, const Mixture& mixture);

/// Reads the first frame of an extended XYZ file (any order of columns; an id column sorts the particles), or of the form
/// "columns:species,position ... cell:Lx,Ly". A file without a cell is taken to have the mixture's box. FileError with file
/// and line where it is damaged, the cell is not orthorhombic, or a species is not one of the mixture.
Snapshot readExtxyz(const std::string& path, const Mixture& mixture);

}  // namespace glassforge::io
