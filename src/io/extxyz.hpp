/// Extended XYZ (ASE, OVITO) and the XYZ form of ParticlesMC.
#pragma once

#include <string>
#include <vector>

#include "core/array.hpp"
#include "core/mixture.hpp"
#include "core/structure.hpp"

namespace glassforge::io {

/// Real columns beside species and position: values are (N, W).
struct ExtraColumns {
  std::string name;
  Array<double> values;
};

/// Writes one frame: Lattice, Properties=species:S:1:pos:R:3[:velo:R:3][:name:R:W ...], pbc, Time; 17 digits, so that numbers
/// come back exactly. Positions are unwrapped. In 2D z = 0, the third edge is 1 and pbc is "T T F". `note` is appended to the
/// comment line: more key=value pairs. FileError.
void writeExtxyz(const std::string& path, const Snapshot& snapshot, const Mixture& mixture,
                 const std::vector<ExtraColumns>& extra = {}, const std::string& note = "");

/// Reads the first frame of an extended XYZ file (any order of columns; an id column sorts the particles), or of the form
/// "columns:species,position ... cell:Lx,Ly". A file without a cell is taken to have the mixture's box. FileError with file
/// and line where it is damaged, the cell is not orthorhombic, or a species is not one of the mixture.
Snapshot readExtxyz(const std::string& path, const Mixture& mixture);

}  // namespace glassforge::io
