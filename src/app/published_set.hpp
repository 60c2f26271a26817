/// Published datasets: which files belong to which structure and time, and labels from their end frames.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/array.hpp"
#include "core/campaign.hpp"
#include "core/labels.hpp"
#include "core/step_ladder.hpp"
#include "core/structure.hpp"
#include "io/glass_data.hpp"

namespace glassforge::app {

/// A time code (the NN of _tcNN) and its time.
struct CodedTime {
  int code = 0;
  double time = 0;
};

/// The published time codes of a model at the published temperature nearest to `temperature`; empty for other models.
std::vector<CodedTime> publishedTimes(const std::string& model, double temperature);

struct PublishedFile {
  std::string path;
  std::optional<int> code;
};

/// The files of one structure, by ascending time code.
struct PublishedStructure {
  std::int64_t number = 0;  ///< as published; place in the natural order of names (from 1) where names have none
  std::vector<PublishedFile> files;
};

/// Groups files by the structure number in their names, in ascending order. InputError where a structure has two files
/// for one time, some files have time codes and others not, or structures differ in their codes; or where a name speaks
/// of another temperature than the one given.
std::vector<PublishedStructure> groupFiles(const std::vector<std::string>& files,
                                           std::optional<double> temperature = std::nullopt);

/// Times of the files of each structure: those given (--times), else from the time codes. InputError where neither
/// tells.
std::vector<double> timesOfFiles(const PublishedStructure& structure, const std::string& model, double temperature,
                                 const std::vector<double>& given);

/// End positions of all replicas at each time, in the frame of one snapshot.
struct EndFrames {
  Snapshot thermal;
  Array<double> start, inherent, cage;   ///< (N, D) as the files have them (start) or near it, or empty
  std::vector<Array<double>> positions;  ///< per time: (R, N, D) unwrapped
  std::vector<double> times;             ///< where the file itself names them
};

/// Reads the npz files of a structure. FileError where their species or initial positions differ, or where one has no
/// end positions or another number of replicas.
EndFrames readEndFrames(const PublishedStructure& structure, const Mixture& mixture);

/// The same from one of DeepMind's files, which hold all times.
EndFrames readDeepMindFrames(const std::string& path, const Mixture& mixture);

/// Labels from end frames, by the same reductions over replicas as `run` uses.
StructureLabels labelsFromFrames(const EndFrames& frames, const Mixture& mixture, const LabelSettings& settings,
                                 const StepLadder& ladder, const std::vector<double>& times, bool keep_frames);

/// Times of the propensities of a file that brings them without frames: those given, else all of the published ladder.
/// InputError where they are not as many as the file has.
std::vector<double> timesOfPropensities(const std::string& path, std::size_t rows, const std::string& model,
                                        double temperature, const std::vector<double>& given);

/// Propensities as a file has them: no replicas, no variance. FileError where there are none at these times.
StructureLabels labelsAsPublished(const io::GlassData& data, const std::string& path, const StepLadder& ladder,
                                  const std::vector<double>& times);

/// Largest distance between the same particles of two configurations, over periodic copies.
double largestDistance(const std::vector<double>& a, const std::vector<double>& b, const std::vector<double>& box);

}  // namespace glassforge::app
