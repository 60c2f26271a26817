/// States of a campaign, wherever they are: merged shards, or parts of a stage under way.
#pragma once

#include <vector>

#include "app/stage.hpp"
#include "core/structure.hpp"

namespace glassforge::app {

/// Structures of a shard that its merged file holds; empty where there is no file.
std::vector<StructureState> storedStates(const CampaignFolder& folder, const Shard& shard);
/// One structure from its shard; FileError that names the stage to run where it is missing.
StructureState storedState(const CampaignFolder& folder, std::int64_t structure);

/// Whether the merged shards have a structure.
bool isStored(const CampaignFolder& folder, std::int64_t structure);

/// A structure read from its file instead of equilibrated. FileError, InputError or PhysicsError where the file is not one
/// of this system.
StructureState importedState(const Campaign& campaign, std::int64_t structure);

/// Writes one structure as a finished part of a stage.
void writeStatePart(const StageContext& context, const std::string& stage, const StructureState& state);
/// A part of a stage; FileError where it is of another campaign or damaged.
StructureState statePart(const CampaignFolder& folder, const std::string& stage, std::int64_t structure);
/// Structures that have a part of this stage.
std::vector<std::int64_t> structuresWithPart(const CampaignFolder& folder, const std::string& stage);

/// Lays the parts of a stage over the merged shards (each shard by one rank), then removes them. Collective.
void mergeStateParts(const StageContext& context, const std::string& stage);

}  // namespace glassforge::app
