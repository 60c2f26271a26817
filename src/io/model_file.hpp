/// Trained models in HDF5 (docs/formats.md, "models"): the arrays and attributes of a ModelRecord under their paths.
#pragma once

#include <string>

#include "core/model_record.hpp"
#include "io/manifest_file.hpp"

namespace glassforge::io {

/// FileError where the file cannot be written, or a key of the record collides with the manifest.
void writeModel(const std::string& path, const Manifest& manifest, const ModelRecord& record, const RunNotes& notes = {});

/// FileError where the file is missing, of another kind, or damaged.
ModelRecord readModel(const std::string& path);

}  // namespace glassforge::io
