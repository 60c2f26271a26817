/// What a campaign asks for and what has come of it, in words.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "app/campaign_folder.hpp"
#include "app/cost.hpp"

namespace glassforge::app {

/// The resolved campaign, and tasks, work, core hours, wall time and disk space of it: the text of --dry-run.
std::string describePlan(const Campaign& campaign, const CampaignFolder& folder, const CampaignCost& cost,
                         std::int64_t ranks);
/// The same as one object.
nlohmann::json planJson(const Campaign& campaign, const CampaignFolder& folder, const CampaignCost& cost,
                        std::int64_t ranks);
/// "90 s", "12 min", "3.4 h", "2.1 days".
std::string durationText(double seconds);
/// "12 kB", "3.45 MB", "1234 GB".
std::string bytesText(double count);
/// Where the results are and, where models were scored, the table of Pearson correlations with errors.
std::string describeOutcome(const CampaignFolder& folder, const std::string& last_stage);

}  // namespace glassforge::app
