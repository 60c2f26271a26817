/// Predictions on the test structures (docs/formats.md, "evaluation.json"): what plots are made from.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/array.hpp"
#include "io/manifest_file.hpp"

namespace glassforge::io {

struct Prediction {
  std::int64_t structure = 0;
  std::string model, label;
  Array<double> values;  ///< (T, N), NaN where a particle is not of a scored species
};

void writePredictions(const std::string& path, const Manifest& manifest, std::span<const Prediction> predictions,
                      const RunNotes& notes = {});

}  // namespace glassforge::io
