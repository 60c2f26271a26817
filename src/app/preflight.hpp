/// What would stop a campaign later is looked for before anything of it is written.
#pragma once

#include <functional>
#include <string>

#include "app/campaign_folder.hpp"
#include "app/share.hpp"
#include "par/communicator.hpp"

namespace glassforge::app {

/// Where a key of the campaign stands: "file.toml:12".
using KeyPlace = std::function<std::string(const std::string& section, const std::string& key)>;

/// Checks names of descriptor sets and models, the split, the folder, and the structure files that have not been read
/// yet (shared out among the ranks; of a share, its own). Writes nothing. Collective.
void checkBeforeRun(const par::Communicator& comm, const Campaign& campaign, const CampaignFolder& folder,
                    const KeyPlace& place, const Share& share = {});

}  // namespace glassforge::app
