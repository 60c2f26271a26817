/// F_s(q,t), mean square displacement and tau_alpha in HDF5 (docs/formats.md, "dynamics").
#pragma once

#include <string>

#include "core/dynamics_record.hpp"
#include "io/manifest_file.hpp"

namespace glassforge::io {

void writeDynamics(const std::string& path, const Manifest& manifest, const DynamicsRecord& record, const RunNotes& notes = {});

/// FileError where the file is missing, of another kind, or damaged.
DynamicsRecord readDynamics(const std::string& path);

}  // namespace glassforge::io
