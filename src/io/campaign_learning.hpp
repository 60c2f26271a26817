/// The sections [describe], [train] and [evaluate] of a campaign file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/campaign.hpp"
#include "io/toml_section.hpp"

namespace glassforge::io {

/// A list of names in which none stands twice, or an empty one. InputError with file, line and key where something is
/// wrong.
std::vector<std::string> readNames(const TomlSection& section, std::string_view key);

/// Models and how they learn. InputError with file, line and key where something is wrong.
void readTraining(const TomlDocument& document, Campaign& campaign);

/// How they are scored; the split has been read.
EvaluateSettings readEvaluateSettings(const TomlDocument& document, const SplitSettings& split);

}  // namespace glassforge::io
