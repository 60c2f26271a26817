/// States of a campaign, wherever they are: merged shards, or parts of a stage under way.
#pragma once

#include <vector>

#include "app/stage.hpp"
#include "core/structure.hpp"

namespace glassforge::app {

/// Structures of a shard that its merged file holds; empty where there is no file.
std::vector<StructureState> storedStates(const CampaignFolder& folder, const Shard& shard);
/// How many structures a second minimiser was tried on, and for how many it ended where the first did.
struct BasinCount {
  std::int64_t checked = 0, same = 0;
  void add(const StructureState& state) {
    checked += state.basin.made;
    same += state.basin.made && state.basin.same_basin;
  }
};
/// Over the merged shards.
BasinCount countBasins(const CampaignFolder& folder);
/// One structure from its shard; FileError that names the stage to run where it is missing.
StructureState storedState(const CampaignFolder& folder, std::int64_t structure);
/// The same in a task, whose time it counts as files.
StructureState storedState(const StageContext& context, std::int64_t structure);

/// Whether the merged shards have a structure.
bool isStored(const CampaignFolder& folder, std::int64_t structure);

/// A structure read from its file instead of equilibrated. FileError, InputError or PhysicsError where the file is not one
/// of this system.
StructureState importedState(const Campaign& campaign, std::int64_t structure);

/// What the stage quench is to find out about a structure.
struct QuenchPart {
  bool inherent = false, cross_check = false, cage = false;
  bool any() const { return inherent || cross_check || cage; }
};
/// What of it a campaign asks for and a structure lacks.
QuenchPart missingOfQuench(const Campaign& campaign, const StructureState& state);

/// Writes one structure as a finished part of a stage.
void writeStatePart(const StageContext& context, const std::string& stage, const StructureState& state);
/// A part of a stage; FileError where it is of another campaign or damaged.
StructureState statePart(const CampaignFolder& folder, const std::string& stage, std::int64_t structure);
/// Structures that have a part of this stage.
std::vector<std::int64_t> structuresWithPart(const CampaignFolder& folder, const std::string& stage);

/// Lays the parts of a stage over the merged shards (each shard by one rank), then removes them. Collective.
void mergeStateParts(const StageContext& context, const std::string& stage);

}  // namespace glassforge::app
