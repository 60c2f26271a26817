#include "app/label_store.hpp"

#include <algorithm>
#include <cmath>

#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/campaign_file.hpp"
#include "io/dynamics_file.hpp"
#include "io/label_file.hpp"
#include "iso/launch.hpp"

namespace glassforge::app {
namespace {

std::int64_t structureOf(const std::string& block_name) { return std::stoll(block_name.substr(1)); }

std::int64_t count(const ReplicaLabels& block) { return static_cast<std::int64_t>(block.status.size()); }

bool inShard(const Shard& shard, std::int64_t structure) {
  return structure >= shard.first && structure < shard.first + shard.count;
}

io::ReplicaPart readPart(const CampaignFolder& folder, const std::string& name) {
  const std::string path = folder.part("launch", name);
  io::checkManifest(path, io::readManifest(path), folder.manifest("part"));
  return io::readReplicaPart(path);
}

/// A block that is there already was left behind by a program that was killed after the merge.
void addBlock(ReplicaLabels block, std::vector<ReplicaLabels>& blocks) {
  const bool there = std::any_of(blocks.begin(), blocks.end(), [&](const ReplicaLabels& other) {
    return other.first_replica <= block.first_replica &&
           other.first_replica + count(other) >= block.first_replica + count(block);
  });
  if (!there) blocks.push_back(std::move(block));
}

/// Joins the blocks of one structure, what is already merged first, and adds the positions they belong to.
StructureLabels joinBlocks(const CampaignFolder& folder, std::vector<ReplicaLabels> blocks, const StepLadder& ladder) {
  std::sort(blocks.begin(), blocks.end(), [](const auto& a, const auto& b) { return a.first_replica < b.first_replica; });
  const StructureState state = storedState(folder, blocks.front().structure);
  StructureLabels labels = iso::gatherReplicas(ladder, state.thermal.species, blocks);
  const auto n = state.thermal.particles(), d = static_cast<std::size_t>(state.thermal.dimension);
  labels.thermal = Array<double>({n, d}, state.thermal.unwrapped());
  if (state.quenched) labels.inherent = Array<double>({n, d}, state.inherent.position);
  if (!state.cage.position.empty()) labels.cage = Array<double>({n, d}, state.cage.position);
  return labels;
}

void mergeShard(const StageContext& context, const Shard& shard, const std::vector<std::string>& names,
                const StepLadder& ladder) {
  const auto& folder = context.folder;
  const auto& campaign = context.campaign;
  std::vector<std::string> used;
  for (const auto& name : names) {
    if (inShard(shard, structureOf(name))) used.push_back(name);
  }
  if (used.empty()) return;
  const std::string path = folder.labels(shard);
  std::map<std::int64_t, std::vector<ReplicaLabels>> blocks;
  if (exists(path)) {
    for (auto& labels : io::readLabels(path)) blocks[labels.structure].push_back(std::move(labels.replicas));
  }
  for (const auto& name : used) addBlock(readPart(folder, name).labels, blocks[structureOf(name)]);
  std::vector<StructureLabels> merged;
  for (auto& [structure, list] : blocks) merged.push_back(joinBlocks(folder, std::move(list), ladder));
  io::writeLabels(path, folder.manifest("labels", folder.states(shard)),
                  {campaign.replicas.dynamics, campaign.replicas.dt, campaign.labels.bond_inner, campaign.labels.bond_outer,
                   campaign.system.mixture.species},
                  merged, context.notes);
  folder.removeParts("launch", used);
}

double measuredRelaxationTime(const CampaignFolder& folder) {
  if (!exists(folder.dynamics())) return 0;
  const double tau = io::readDynamics(folder.dynamics()).tau_alpha;
  return std::isfinite(tau) ? tau : 0;
}

void followShard(const StageContext& context, const Shard& shard) {
  const auto& folder = context.folder;
  const std::string path = folder.labels(shard);
  if (!exists(path) || !exists(folder.states(shard))) return;
  const Manifest now = folder.manifest("labels", folder.states(shard));
  const Manifest there = io::readManifest(path);
  io::checkManifest(path, there, now);
  if (there.parent_hash == now.parent_hash) return;
  auto labels = io::readLabels(path);
  for (auto& one : labels) {
    const StructureState state = storedState(folder, one.structure);
    const auto n = state.thermal.particles(), d = static_cast<std::size_t>(state.thermal.dimension);
    if (one.cage.empty() && !state.cage.position.empty()) one.cage = Array<double>({n, d}, state.cage.position);
  }
  io::writeLabels(path, now, io::readLabelHeader(path), labels, context.notes);
}

}  // namespace

void LabelStore::requireSameSteps(const std::string& path, const std::vector<std::int64_t>& steps) const {
  require<FileError>(steps == ladder_.steps(),
                     "{}: labels were taken at steps {}, the campaign now asks for {}; put the old times back, or use "
                     "another --out",
                     path, fmt::join(steps, ", "), fmt::join(ladder_.steps(), ", "));
}

std::map<std::int64_t, LabelStore::Cover> LabelStore::coveredReplicas(const Shard& shard) const {
  std::map<std::int64_t, Cover> covered;
  const std::string path = folder_.labels(shard);
  if (exists(path)) {
    io::checkManifest(path, io::readManifest(path), folder_.manifest("labels"));
    for (const auto& labels : io::readLabels(path)) {
      requireSameSteps(path, labels.steps);
      covered[labels.structure][0] = static_cast<std::int64_t>(labels.replicas.status.size());
    }
  }
  for (const auto& name : folder_.parts("launch")) {
    if (!inShard(shard, structureOf(name))) continue;
    const auto part = readPart(folder_, name);
    requireSameSteps(folder_.part("launch", name), part.steps);
    covered[part.labels.structure][part.labels.first_replica] = static_cast<std::int64_t>(part.labels.status.size());
  }
  return covered;
}

bool LabelStore::imported(const CampaignFolder& folder) {
  const std::string first = folder.labels(folder.shards().front());
  return exists(first) && io::readLabelHeader(first).dynamics == "imported";
}

StructureLabels storedLabels(const CampaignFolder& folder, std::int64_t structure) {
  const std::string path = folder.labels(folder.shardOf(structure));
  require<FileError>(exists(path), "{}: missing; run the stages launch and label first", path);
  io::checkManifest(path, io::readManifest(path), folder.manifest("labels"));
  return io::readLabels(path, structure);
}

void mergeReplicaParts(const StageContext& context) {
  std::vector<std::string> names;
  par::together(context.comm, [&] { names = context.folder.parts("launch"); });  // all have looked before any removes
  par::together(context.comm, [&] {
    if (names.empty()) return;
    const StepLadder ladder = io::stepLadder(context.campaign, measuredRelaxationTime(context.folder));
    for (const auto& shard : context.folder.shards()) {
      if (shard.number % context.comm.size() == context.comm.rank()) mergeShard(context, shard, names, ladder);
    }
  });
}

void followStates(const StageContext& context) {
  par::together(context.comm, [&] {
    for (const auto& shard : context.folder.shards()) {
      if (shard.number % context.comm.size() == context.comm.rank()) followShard(context, shard);
    }
  });
}

}  // namespace glassforge::app
