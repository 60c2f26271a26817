/// Predictions on the test structures (docs/formats.md, "evaluation.json"): what plots are made from.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/array.hpp"
#include "io/manifest_file.hpp"

namespace glassforge::io {

struct Prediction {
  std::int64_t structure = 0;
  std::string model, label;
  Array<double> values;  ///< (T, N), NaN where a particle is not of a scored species
};

/// Predictions of one label for one structure, in the order of the model names; empty where the file has none of it.
/// FileError where the file is missing or damaged.
std::vector<Prediction> readPredictions(const std::string& path, std::int64_t structure, const std::string& label);

void writePredictions(const std::string& path, const Manifest& manifest, std::span<const Prediction> predictions,
                      const RunNotes& notes = {});

}  // namespace glassforge::io
