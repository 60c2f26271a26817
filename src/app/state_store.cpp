#include "app/state_store.hpp"

#include <algorithm>
#include <map>

#include "app/measure.hpp"
#include "core/error.hpp"
#include "io/configuration.hpp"
#include "io/state_file.hpp"

namespace glassforge::app {
namespace {

std::int64_t numberOf(const std::string& part_name) { return std::stoll(part_name.substr(1)); }

/// True where `a` has all that stages after equilibrate have found out about `b`.
bool covers(const StructureState& a, const StructureState& b) {
  return a.quenched >= b.quenched && a.basin.made >= b.basin.made && a.cage.position.empty() <= b.cage.position.empty();
}

void checkShard(const CampaignFolder& folder, const std::string& path) {
  io::checkManifest(path, io::readManifest(path), folder.manifest("states"));
}

/// Lays the parts of a shard over it. A part that it has already was left behind by a program that was killed.
void mergeShard(const StageContext& context, const std::string& stage, const Shard& shard,
                const std::vector<std::string>& names) {
  const auto& folder = context.folder;
  std::vector<std::string> used;
  for (const auto& name : names) {
    if (numberOf(name) >= shard.first && numberOf(name) < shard.first + shard.count) used.push_back(name);
  }
  if (used.empty()) return;
  std::map<std::int64_t, StructureState> merged;
  for (auto& state : storedStates(folder, shard)) merged[state.index] = std::move(state);
  for (const auto& name : used) {
    const std::int64_t structure = numberOf(name);
    const auto there = merged.find(structure);
    if (there != merged.end() && stage == "equilibrate") continue;
    StructureState part = statePart(folder, stage, structure);
    if (there == merged.end() || !covers(there->second, part)) merged[structure] = std::move(part);
  }
  std::vector<StructureState> states;
  for (auto& [number, state] : merged) states.push_back(std::move(state));
  io::writeStates(folder.states(shard), folder.manifest("states"), context.campaign.system.mixture.species, states,
                  context.notes);
  folder.removeParts(stage, used);
}

}  // namespace

std::vector<StructureState> storedStates(const CampaignFolder& folder, const Shard& shard) {
  const std::string path = folder.states(shard);
  if (!exists(path)) return {};
  checkShard(folder, path);
  return io::readStates(path);
}

BasinCount countBasins(const CampaignFolder& folder) {
  BasinCount count;
  for (const auto& shard : folder.shards()) {
    for (const auto& state : storedStates(folder, shard)) count.add(state);
  }
  return count;
}

StructureState storedState(const CampaignFolder& folder, std::int64_t structure) {
  const std::string path = folder.states(folder.shardOf(structure));
  require<FileError>(exists(path), "{}: missing; run the stages equilibrate and quench first", path);
  checkShard(folder, path);
  return io::readState(path, structure);
}

StructureState storedState(const StageContext& context, std::int64_t structure) {
  const ActivityScope files(context.times, Activity::files);
  return storedState(context.folder, structure);
}

bool isStored(const CampaignFolder& folder, std::int64_t structure) {
  const std::string path = folder.states(folder.shardOf(structure));
  if (!exists(path)) return false;
  const auto there = io::stateIndices(path);
  return std::find(there.begin(), there.end(), structure) != there.end();
}

StructureState statePart(const CampaignFolder& folder, const std::string& stage, std::int64_t structure) {
  const std::string path = folder.part(stage, structureLabel(structure));
  checkShard(folder, path);
  return io::readState(path, structure);
}

QuenchPart missingOfQuench(const Campaign& campaign, const StructureState& state) {
  return {.inherent = !state.quenched,
          .cross_check = campaign.quench.cross_check && !state.basin.made,
          .cage = campaign.cage.make && state.cage.position.empty()};
}

void writeStatePart(const StageContext& context, const std::string& stage, const StructureState& state) {
  const ActivityScope files(context.times, Activity::files);
  const std::string path = context.folder.part(stage, structureLabel(state.index));
  makeParentFolder(path);
  io::writeStates(path, context.folder.manifest("states"), context.campaign.system.mixture.species, {&state, 1},
                  context.notes);
}

StructureState importedState(const Campaign& campaign, std::int64_t structure) {
  StructureState state;
  state.index = structure;
  state.origin = campaign.system.files.at(static_cast<std::size_t>(structure));
  state.temperature = campaign.system.temperature;
  state.thermal = io::readConfiguration(state.origin, campaign.system.mixture);
  state.equilibration.method = "imported";
  const auto& mixture = campaign.system.mixture;
  require(state.thermal.box == mixture.box && static_cast<std::int64_t>(state.thermal.particles()) == mixture.particles(),
          "{}: {} particles in a box of {}, the campaign says {} in {}; set system.particles and system.box", state.origin,
          state.thermal.particles(), fmt::join(state.thermal.box, " x "), mixture.particles(),
          fmt::join(mixture.box, " x "));
  const Measurement measured = measure(mixture, state.thermal, state.temperature, campaign.engine.skin);
  state.energy = measured.energy_per_particle;
  state.pressure = measured.pressure;
  return state;
}

std::vector<std::int64_t> structuresWithPart(const CampaignFolder& folder, const std::string& stage) {
  std::vector<std::int64_t> numbers;
  for (const auto& name : folder.parts(stage)) numbers.push_back(numberOf(name));
  return numbers;
}

void mergeStateParts(const StageContext& context, const std::string& stage) {
  std::vector<std::string> names;
  par::together(context.comm, [&] { names = context.folder.parts(stage); });  // all have looked before any removes
  par::together(context.comm, [&] {
    for (const auto& shard : context.folder.shards()) {
      if (shard.number % context.comm.size() == context.comm.rank()) mergeShard(context, stage, shard, names);
    }
  });
}

}  // namespace glassforge::app
