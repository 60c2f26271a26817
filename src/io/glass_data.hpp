/// Published datasets of glasses as npz files: BOTAN's KA and GlassBench's KA2D conventions (docs/formats.md, "npz").
#pragma once

#include <optional>
#include <string>

#include "core/array.hpp"
#include "core/mixture.hpp"
#include "core/structure.hpp"

namespace glassforge::io {

/// One published file: a structure, and its replicas at one time. N particles in the file's order, R replicas, T times.
struct GlassData {
  Snapshot snapshot;              ///< thermal positions, without velocities
  Array<double> inherent;         ///< (N, D) unwrapped, in the frame of the snapshot, or empty
  Array<double> cage;             ///< (N, D) the same for the cage state, or empty
  Array<double> end_positions;    ///< (R, N, D) unwrapped, in the frame of the snapshot, or empty
  Array<double> displacement;     ///< (T, N) propensities where the file has them (md_prop), or empty
  Array<double> bond_breaking;    ///< (T, N) (bb_prop), or empty
};

/// What a published file name says: "N1290T0.23_151_tc05.npz", "isoconfig_N4096T0.44_1_tc07.npz", "N4096T0.44_401.npz".
struct GlassName {
  std::optional<double> temperature;
  std::optional<std::int64_t> number;     ///< of the structure
  std::optional<int> time_code;
};

/// How species and coordinates of a file must agree with the mixture.
enum class Counts {
  exact,  ///< particles per species as in the mixture
  any     ///< only species numbers within the mixture
};

/// Reads a file of either convention.
///
/// Species: 0-based or 1-based, found by which of the two gives the mixture's counts. Box: `box` of the file, else the
/// mixture's. Coordinates may be wrapped to [0, L), to [-L/2, L/2), or unwrapped. End positions count as wrapped where all of
/// them lie within one of these two cells, and are then taken at the periodic copy nearest to the start (particles move less
/// than half a box); otherwise they are unwrapped and taken as they stand, so that long displacements survive. Inherent and
/// cage positions are always taken at the copy nearest to the thermal ones.
/// FileError naming file and member where something is missing, damaged, not finite, or does not fit the mixture.
GlassData readGlassData(const std::string& path, const Mixture& mixture, Counts counts = Counts::exact);

GlassName parseGlassName(const std::string& path);

/// BOTAN's convention: types int8 from 0, initial_positions column-major and wrapped to [0, L), positions unwrapped from there.
void writeBotan(const std::string& path, const GlassData& data);

/// GlassBench's: box, types int64 from 1, initial_positions unwrapped, initial_positions_inherent where there are any,
/// positions unwrapped. FileError where the box is not a square or a cube.
void writeGlassBench(const std::string& path, const GlassData& data);

/// "isoconfig_N4096T0.44_7_tc03.npz" and "N1290T0.30_7_tc03.npz".
std::string botanFileName(std::size_t particles, double temperature, std::int64_t number, int time_code);
std::string glassBenchFileName(std::size_t particles, double temperature, std::int64_t number, int time_code);

}  // namespace glassforge::io
