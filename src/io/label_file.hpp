/// Isoconfigurational labels in HDF5 (docs/formats.md, "labels"), and the finished part of one task.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/labels.hpp"
#include "io/manifest_file.hpp"

namespace glassforge::io {

/// How the labels of a file were made: its root attributes beside the manifest.
struct LabelHeader {
  std::string dynamics = "nve";  ///< "nve", "nvt"; "imported" where the file they came from does not say
  double dt = 0;                 ///< NaN where unknown
  double bond_inner = 1.4;       ///< in units of sigma_ab
  double bond_outer = 1.8;
  std::vector<std::string> species_names;
  double overlap_distance = 0;  ///< of labels/overlap; 0 where there is none
  double pair_cutoff = 0;       ///< of labels/pairs; 0 where there are none
};

/// What one task leaves in work/: its steps and the labels of its block of replicas.
struct ReplicaPart {
  std::vector<std::int64_t> steps;  ///< (T)
  ReplicaLabels labels;
};

/// Writes the labels of one shard. FileError.
void writeLabels(const std::string& path, const Manifest& manifest, const LabelHeader& header,
                 std::span<const StructureLabels> labels, const RunNotes& notes = {});

LabelHeader readLabelHeader(const std::string& path);

/// Which replicas of a structure a file holds, and at which steps.
struct ReplicaCover {
  std::int64_t structure = 0, first_replica = 0;
  std::vector<std::int64_t> steps;  ///< (T)
  std::vector<std::string> status;  ///< (R)
};

/// What a label file or a part covers, without reading the labels themselves. FileError.
std::vector<ReplicaCover> labelCovers(const std::string& path);
ReplicaCover partCover(const std::string& path);

/// Numbers of the structures in a file, ascending.
std::vector<std::int64_t> labelIndices(const std::string& path);

/// All structures, ascending in number. FileError where the file is missing, of another kind, or damaged.
std::vector<StructureLabels> readLabels(const std::string& path);

/// Values of replicas, and their frames, are most of a file; what does not look at them leaves them there.
enum class Replicas { read, without_frames, status_only };

/// One structure; FileError with the numbers there are where it is not in the file.
StructureLabels readLabels(const std::string& path, std::int64_t index, Replicas wanted = Replicas::read);

/// A work part: kind "part". FileError.
void writeReplicaPart(const std::string& path, const Manifest& manifest, const ReplicaPart& part, const RunNotes& notes = {});
ReplicaPart readReplicaPart(const std::string& path);

}  // namespace glassforge::io
