#include "app/label_store.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/campaign_file.hpp"
#include "io/dynamics_file.hpp"
#include "io/label_file.hpp"
#include "iso/launch.hpp"

namespace glassforge::app {
namespace {

std::int64_t structureOf(const std::string& block_name) { return std::stoll(block_name.substr(1)); }

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
  const auto end = [](const ReplicaLabels& b) { return b.first_replica + static_cast<std::int64_t>(b.status.size()); };
  const bool there = std::any_of(blocks.begin(), blocks.end(), [&](const ReplicaLabels& other) {
    return other.first_replica <= block.first_replica && end(other) >= end(block) &&
           std::includes(other.steps.begin(), other.steps.end(), block.steps.begin(), block.steps.end());
  });
  if (!there) blocks.push_back(std::move(block));
}

/// Joins the blocks of one structure, what is already merged first, and adds what follows from them and from its start.
StructureLabels joinBlocks(const CampaignFolder& folder, const LabelSettings& settings,
                           const std::vector<ReplicaLabels>& blocks, const StepLadder& ladder) {
  const StructureState state = storedState(folder, blocks.front().structure);
  StructureLabels labels = iso::gatherReplicas(ladder, state.thermal.species, blocks);
  iso::addDerivedLabels(settings, state.thermal, labels);
  const auto n = state.thermal.particles(), d = static_cast<std::size_t>(state.thermal.dimension);
  labels.thermal = Array<double>({n, d}, state.thermal.unwrapped());
  if (state.quenched) labels.inherent = Array<double>({n, d}, state.inherent.position);
  if (!state.cage.position.empty()) labels.cage = Array<double>({n, d}, state.cage.position);
  return labels;
}

io::LabelHeader headerOf(const Campaign& c) {
  return {.dynamics = c.replicas.dynamics,
          .dt = c.replicas.dt,
          .bond_inner = c.labels.bond_inner,
          .bond_outer = c.labels.bond_outer,
          .species_names = c.system.mixture.species,
          .overlap_distance = c.labels.overlap ? c.labels.overlap_distance : 0.0,
          .pair_cutoff = c.labels.pairs ? c.labels.pair_cutoff : 0.0};
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
  for (auto& [structure, list] : blocks) merged.push_back(joinBlocks(folder, campaign.labels, list, ladder));
  io::writeLabels(path, folder.manifest("labels", folder.states(shard)),
                  headerOf(campaign),
                  merged, context.notes);
  folder.removeParts("launch", used);
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

double measuredRelaxationTime(const CampaignFolder& folder) {
  if (!exists(folder.dynamics())) return 0;
  const double tau = io::readDynamics(folder.dynamics()).tau_alpha;
  return std::isfinite(tau) ? tau : 0;
}

void LabelStore::add(const std::string& path, const io::ReplicaCover& cover,
                     std::map<std::int64_t, Cover>& covered) const {
  const auto& wanted = ladder_.steps();
  require<FileError>(std::includes(wanted.begin(), wanted.end(), cover.steps.begin(), cover.steps.end()),
                     "{}: labels were taken at steps {}, the campaign now asks for {}; times can be added, not taken away: put "
                     "the old times back, or use another --out",
                     path, fmt::join(cover.steps, ", "), fmt::join(wanted, ", "));
  auto& replicas = covered[cover.structure];
  const auto first = static_cast<std::size_t>(cover.first_replica);
  replicas.resize(std::max(replicas.size(), first + cover.status.size()));
  for (std::size_t r = first; r < first + cover.status.size(); ++r) {
    std::vector<std::int64_t> both;
    std::set_union(replicas[r].begin(), replicas[r].end(), cover.steps.begin(), cover.steps.end(), std::back_inserter(both));
    replicas[r] = std::move(both);
  }
}

std::map<std::int64_t, LabelStore::Cover> LabelStore::covered(const Shard& shard) const {
  std::map<std::int64_t, Cover> covered;
  const std::string path = folder_.labels(shard);
  if (exists(path)) {
    io::checkManifest(path, io::readManifest(path), folder_.manifest("labels"));
    for (const auto& cover : io::labelCovers(path)) add(path, cover, covered);
  }
  for (const auto& name : folder_.parts("launch")) {
    if (!inShard(shard, structureOf(name))) continue;
    const std::string part = folder_.part("launch", name);
    io::checkManifest(part, io::readManifest(part), folder_.manifest("part"));
    add(part, io::partCover(part), covered);
  }
  return covered;
}

bool LabelStore::imported(const CampaignFolder& folder) {
  const std::string first = folder.labels(folder.shards().front());
  return exists(first) && io::readLabelHeader(first).dynamics == "imported";
}

StructureLabels storedLabels(const CampaignFolder& folder, std::int64_t structure, io::Replicas wanted) {
  const std::string path = folder.labels(folder.shardOf(structure));
  require<FileError>(exists(path), "{}: missing; run the stages launch and label first", path);
  io::checkManifest(path, io::readManifest(path), folder.manifest("labels"));
  return io::readLabels(path, structure, wanted);
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
