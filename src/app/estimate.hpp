/// What a campaign asks for and what has come of it, in words.
#pragma once

#include <string>

#include "app/campaign_folder.hpp"

namespace glassforge::app {

/// Tasks, particle-steps and disk space of a campaign: the text of --dry-run.
std::string describePlan(const Campaign& campaign, const CampaignFolder& folder);
/// Where the results are and, where models were scored, the table of Pearson correlations with errors.
std::string describeOutcome(const CampaignFolder& folder, const std::string& last_stage);

}  // namespace glassforge::app
