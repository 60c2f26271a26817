/// Published datasets of glasses as npz files: BOTAN's KA and GlassBench's KA2D conventions (docs/formats.md, "npz").
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/array.hpp"
#include "core/mixture.hpp"
#include "core/structure.hpp"
#include "io/npz.hpp"

namespace glassforge::io {

/// One published file: a structure, and its replicas at one time. N particles in the file's order, R replicas, T times.
struct GlassData {
  Snapshot snapshot;            ///< thermal positions, without velocities
  Array<double> start;          ///< (N, D) initial positions as they stand in the file; empty: those of the snapshot
  Array<double> inherent;       ///< (N, D) unwrapped, in the frame of the snapshot, or empty
  Array<double> cage;           ///< (N, D) the same for the cage state, or empty
  Array<double> end_positions;  ///< (R, N, D) unwrapped, in the frame of the snapshot, or empty
  Array<double> displacement;   ///< (T, N) propensities where the file has them (md_prop), or empty
  Array<double> bond_breaking;  ///< (T, N) (bb_prop), or empty
};

/// What a published file name says: "N1290T0.23_151_tc05.npz", "isoconfig_N4096T0.44_1_tc07.npz", "N4096T0.44_401.npz".
struct GlassName {
  std::optional<double> temperature;
  std::optional<std::int64_t> number;  ///< of the structure
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
/// mixture's. Coordinates may be wrapped to [0, L), to [-L/2, L/2), or unwrapped. End positions count as wrapped where
/// all of them lie within one of these two cells, and are then taken at the periodic copy nearest to the start
/// (particles move less than half a box); otherwise they are unwrapped and taken as they stand, so that long
/// displacements survive. Inherent and cage positions are always taken at the copy nearest to the thermal ones.
/// FileError naming file and member where something is missing, damaged, not finite, or does not fit the mixture.
GlassData readGlassData(const std::string& path, const Mixture& mixture, Counts counts = Counts::exact);

/// Species numbers from 0 of the member `types`, whichever of 0 and 1 they count from in the file.
std::vector<std::int32_t> readSpecies(const NpzReader& file, const Mixture& mixture, Counts counts);

/// A member of shape (..., N, D), all finite; `shape` gives what is expected, 0 where any extent will do.
Array<double> readFinite(const NpzReader& file, const std::string& name, const std::vector<std::size_t>& shape);

GlassName parseGlassName(const std::string& path);

/// BOTAN's convention: types int8 from 0, initial_positions column-major and wrapped to [0, L), positions unwrapped
/// from there.
void writeBotan(const std::string& path, const GlassData& data);

/// The two forms of GlassBench's trajectories: that of T = 0.23 and that of T = 0.30.
enum class TrajectoryForm {
  unwrapped,  ///< all coordinates unwrapped, initial_positions_inherent where there are any
  wrapped     ///< all coordinates in [-L/2, L/2), no inherent positions
};

/// GlassBench's: box, types int64 from 1, initial_positions, (initial_positions_inherent,) positions, C order.
/// FileError where the box is not a square or a cube.
void writeGlassBench(const std::string& path, const GlassData& data, TrajectoryForm form = TrajectoryForm::unwrapped);

/// One file of GlassBench's models folders (KA_models, KA2D_models). N particles, T times.
struct GlassModels {
  std::vector<double> box;
  std::vector<std::int32_t> species;  ///< (N), from 0
  Array<double> thermal;              ///< (N, D), wrapped or not
  Array<double> inherent, cage;       ///< (N, D), or empty
  Array<double> displacement;         ///< (T, N): md_prop
  Array<double> bond_breaking;        ///< (T, N): bb_prop, or empty
  std::vector<double> times;          ///< written where not empty: times that are not the published ones
  bool unusual_box = false;           ///< box is not that of the model and is written
  std::vector<std::pair<std::string, Array<double>>>
      predictions;  ///< by model name: (T, particles of the first species)
};

/// types int64 from 1, initial_positions, initial_positions_inherent, initial_positions_cage (all in [-L/2, L/2)),
/// md_prop, bb_prop, then predictions; times and box where they are not the published ones.
void writeGlassModels(const std::string& path, const GlassModels& data);

/// "isoconfig_N4096T0.44_7_tc03.npz" and "N1290T0.30_7_tc03.npz".
std::string botanFileName(std::size_t particles, double temperature, std::int64_t number, int time_code);
std::string glassBenchFileName(std::size_t particles, double temperature, std::int64_t number, int time_code);

}  // namespace glassforge::io
