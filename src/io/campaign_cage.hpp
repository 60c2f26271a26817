/// [cage] of the campaign file.
#pragma once

#include "core/campaign.hpp"
#include "io/toml_section.hpp"

namespace glassforge::io {

/// InputError with file, line and key where a value is not one that can be used.
void readCage(const TomlDocument& document, Campaign& campaign);

}  // namespace glassforge::io
