/// Certificates of a campaign: which structures have one, which were refused and why, and what they say together.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/stage.hpp"
#include "core/structure.hpp"
#include "swapmc/preparations.hpp"

namespace glassforge::app {

/// "F_s 0.42 (limit 0.1), energy drift -0.02 +- 0.004 (limit 0.012)".
std::string describeChecks(const std::vector<Check>& checks);

/// Structures and their failed checks in one line: "s0003: F_s 0.42 (limit 0.1); s0005: ...", the first few by name.
using Failures = std::vector<std::pair<std::int64_t, std::vector<Check>>>;
std::string describeFailures(const Failures& failures);

/// Structures whose certificate failed and that are not part of the campaign for that: their last states lie in
/// work/refused. From files alone.
std::map<std::int64_t, StructureState> refusedStructures(const CampaignFolder& folder);

/// Makes one structure of the stage equilibrate: a part of the stage, or a refused one.
void equilibrateOne(const StageContext& context, std::int64_t structure, StageMonitor& monitor);

/// Whether structure `structure` was refused before and no more redos are allowed now than it has had.
bool isRefusedForGood(const StageContext& context, std::int64_t structure);
/// Writes an equilibrated structure as a part of the stage, or among the refused ones.
void writeCertified(const StageContext& context, const StructureState& state);

/// What the certificates of all structures in the shards say: the content of certificate.json (docs/formats.md), a
/// function of the states alone; null where no structure has one.
nlohmann::json certificateOfCampaign(const Campaign& campaign, const CampaignFolder& folder);

/// The same in a few lines of text, structures that failed by name; empty for null.
std::string describeCertificate(const nlohmann::json& certificate);

/// Refused structures as a list of {structure, checks}, the checks being those that failed.
nlohmann::json refusedJson(const std::map<std::int64_t, StructureState>& refused);

/// Ends the stage equilibrate: certificate.json where it does not say the same already, a word about structures that
/// were kept in spite of their certificate, and a PhysicsError where some were refused. Collective.
void closeEquilibration(const StageContext& context, bool something_new);

}  // namespace glassforge::app
