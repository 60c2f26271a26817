/// The [system] section of a campaign file: mixture, temperature, and where structures come from.
#pragma once

#include <span>

#include "core/campaign.hpp"
#include "io/toml_section.hpp"

namespace glassforge::io {

/// Preset or [system.mixture], then `particles`, `box` and `smoothing` over it, validated; `potentials` are those that
/// `smoothing` may name. InputError with file and line.
SystemSettings readSystem(const TomlDocument& document, std::span<const Smoothing> potentials);

/// Per-species counts of `particles` in all with the composition of `mixture`, by largest remainder. InputError where a count
/// would be off by more than 5 %.
std::vector<std::int64_t> scaledCounts(const Mixture& mixture, std::int64_t particles);

}  // namespace glassforge::io
