/// The campaign file (docs/campaign.md): TOML to a resolved Campaign and back.
#pragma once

#include <span>
#include <string>

#include "core/campaign.hpp"
#include "core/step_ladder.hpp"

namespace glassforge::io {

/// Reads a campaign file, lays `overrides` ("section.key=value", as after --set) over it, resolves every default and
/// checks every value; `potentials` are the pair potentials that it may ask for. InputError with file, line and key
/// where something is wrong; FileError where the file or a structure file cannot be read. Relative paths of structures
/// count from the folder of the file.
Campaign readCampaign(const std::string& path, std::span<const Smoothing> potentials,
                      std::span<const std::string> overrides = {});

/// "file.toml:12" where a key stands, for a message about a value that was read well but cannot be used.
std::string placeOfKey(const std::string& path, std::span<const std::string> overrides, const std::string& section,
                       const std::string& key);

/// The resolved campaign as TOML: every key, numbers exact. Reading it gives an equal Campaign.
std::string toToml(const Campaign& campaign);

/// 16 hex digits over what results depend on: name, seed, system, protocol, replica dynamics, labels, skin. Not over how many
/// structures, replicas and times there are (a campaign can grow), nor over packs, shards, descriptors, models and split.
std::string campaignHash(const Campaign& campaign);

/// The steps of the label times. `tau_alpha` is needed where they are stated as multiples of it; InputError otherwise.
StepLadder stepLadder(const Campaign& campaign, double tau_alpha = 0);

}  // namespace glassforge::io
