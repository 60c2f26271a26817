/// The keys of [equilibrate] that belong to method = "tempering".
#pragma once

#include "core/campaign.hpp"
#include "io/toml_section.hpp"

namespace glassforge::io {

/// Reads temperatures, levels and exchange_time, and resolves the ladder where the method is tempering. The method,
/// `time`, start_temperature and the system must have been read.
void readTempering(const TomlSection& section, Campaign& campaign);

}  // namespace glassforge::io
