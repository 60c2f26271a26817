/// GlassMLP networks in model files.
#pragma once

#include <string>

#include "core/model_record.hpp"
#include "ml/models/glassmlp_training.hpp"

namespace glassforge::ml {

/// `group` is seed0, seed1, ... within fitGroup; layers are in its subgroups layer0, layer1, ...: per layer "kernel"
/// (inputs, outputs), as Keras lays it out, and "bias" (outputs).
void writeNetwork(ModelRecord& record, const std::string& group, const TrainedNetwork& network, std::size_t columns);
/// FileError where an array or number is missing or of another shape.
TrainedNetwork readNetwork(const ModelRecord& record, const std::string& group, std::size_t columns);

}  // namespace glassforge::ml
