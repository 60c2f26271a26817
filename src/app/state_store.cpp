#include "app/state_store.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "io/state_file.hpp"

namespace glassforge::app {
namespace {

std::int64_t numberOf(const std::string& part_name) { return std::stoll(part_name.substr(1)); }

void checkShard(const CampaignFolder& folder, const std::string& path) {
  io::checkManifest(path, io::readManifest(path), folder.manifest("states"));
}

}  // namespace

std::vector<StructureState> storedStates(const CampaignFolder& folder, const Shard& shard) {
  const std::string path = folder.states(shard);
  if (!exists(path)) return {};
  checkShard(folder, path);
  return io::readStates(path);
}

StructureState storedState(const CampaignFolder& folder, std::int64_t structure) {
  const std::string path = folder.states(folder.shardOf(structure));
  require<FileError>(exists(path), "{}: missing; run the stages equilibrate and quench first", path);
  checkShard(folder, path);
  return io::readState(path, structure);
}

void writeStatePart(const StageContext& context, const std::string& stage, const StructureState& state) {
  const std::string path = context.folder.part(stage, structureLabel(state.index));
  makeParentFolder(path);
  io::writeStates(path, context.folder.manifest("states"), context.campaign.system.mixture.species, {&state, 1},
                  context.notes);
}

std::vector<std::int64_t> structuresWithPart(const CampaignFolder& folder, const std::string& stage) {
  std::vector<std::int64_t> numbers;
  for (const auto& name : folder.parts(stage)) numbers.push_back(numberOf(name));
  return numbers;
}

void mergeStateParts(const StageContext& context, const std::string& stage) {
  const auto& folder = context.folder;
  const auto names = folder.parts(stage);
  par::together(context.comm, [&] {
    for (const auto& shard : folder.shards()) {
      if (shard.number % context.comm.size() != context.comm.rank()) continue;
      std::map<std::int64_t, StructureState> merged;
      for (auto& state : storedStates(folder, shard)) merged[state.index] = std::move(state);
      std::vector<std::string> used;
      for (const auto& name : names) {
        const std::int64_t structure = numberOf(name);
        if (structure < shard.first || structure >= shard.first + shard.count) continue;
        const std::string path = folder.part(stage, name);
        checkShard(folder, path);
        merged[structure] = io::readState(path, structure);
        used.push_back(name);
      }
      if (used.empty()) continue;
      std::vector<StructureState> states;
      for (auto& [number, state] : merged) states.push_back(std::move(state));
      makeParentFolder(folder.states(shard));
      io::writeStates(folder.states(shard), folder.manifest("states"), context.campaign.system.mixture.species, states,
                      context.notes);
      folder.removeParts(stage, used);
    }
  });
}

}  // namespace glassforge::app
