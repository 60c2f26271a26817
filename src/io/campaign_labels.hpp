/// The section [labels] of a campaign file.
#pragma once

#include <cstdint>

#include "core/campaign.hpp"
#include "io/toml_section.hpp"

namespace glassforge::io {

/// InputError with file, line and key where something is wrong. `replicas`: how many a structure has.
LabelSettings readLabelSettings(const TomlDocument& document, const Mixture& mixture, std::int64_t replicas);

}  // namespace glassforge::io
