#include "app/preflight.hpp"

#include <set>

#include "app/state_store.hpp"
#include "app/tasks_left.hpp"
#include "core/error.hpp"
#include "io/state_file.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "ml/models/graph_network.hpp"
#include "ml/models/model.hpp"

namespace glassforge::app {
namespace {

/// Whether labels of pairs are there as far as the model learns them.
void checkPairs(const Campaign& c, const ml::Model& model) {
  const double cutoff = model.pairCutoff();
  require(
      cutoff == 0 || (c.labels.pairs && c.labels.pair_cutoff >= cutoff),
      "{} learns how pairs of particles part: set labels.pairs = {{ cutoff = {:.1f} }}, or train.{}.pretrain_passes = "
      "0 and node_share = 1",
      model.name(), cutoff, model.name());
}

void checkNetworks(const Campaign& c) {
  for (const auto& [name, learning] : c.learning.graphs)
    require(ml::isGraphNetwork(name), "[train.{}]: there is no network of that name; known are {}", name,
            fmt::join(ml::graphNetworkNames(), ", "));
}

void checkNames(const Campaign& c, const KeyPlace& place) {
  const auto located = [&](const char* section, const char* key, const auto& make) {
    try {
      make();
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: {} in [{}]: {}", place(section, key), key, section, error.what()));
    }
  };
  const auto& mixture = c.system.mixture;
  const auto checkCage = [&](const std::string& set) {
    require(set.empty() || c.cage.make || !ml::needsCageState(set), "{} looks at cage states; set [cage] make = true",
            set);
  };
  for (const auto& set : c.descriptor_sets) {
    located("describe", "sets", [&] {
      ml::makeDescriptor(set, mixture.species, mixture.dimension);
      checkCage(set);
    });
  }
  checkNetworks(c);
  bool fits = false;
  for (const auto& model : c.models) {
    located("train", "models", [&] {
      const auto made = ml::makeModel({model, mixture.species, mixture.dimension, c.learning});
      checkCage(made->descriptorSet());
      require(c.cage.make || made->positions() != ml::Positions::cage,
              "train.{}.positions are those of cage states; set [cage] make = true", model);
      checkPairs(c, *made);
      fits = made->predictsLabels() || fits;
    });
  }
  require(c.models.empty() || c.split.train > 0,
          "{}: models in [train] are named, but no structures to train on: [split] train must be at least 1",
          place("train", "models"));
  require(!fits || c.split.train + c.split.validation > 1,
          "{}: models in [train] choose a penalty, for which [split] train = 1 and validation = 0 are too few: raise "
          "one of "
          "them",
          place("train", "models"));
}

/// Structures of which the folder has a state, in its shards or as a part.
std::set<std::int64_t> structuresThere(const CampaignFolder& folder) {
  const auto parts = structuresWithPart(folder, "equilibrate");
  std::set<std::int64_t> there(parts.begin(), parts.end());
  for (const auto& shard : folder.shards()) {
    if (!exists(folder.states(shard))) continue;
    for (const auto s : io::stateIndices(folder.states(shard))) there.insert(s);
  }
  return there;
}

}  // namespace

void checkBeforeRun(const par::Communicator& comm, const Campaign& campaign, const CampaignFolder& folder,
                    const KeyPlace& place, const Share& share) {
  par::together(comm, [&] {
    checkNames(campaign, place);
    folder.requireContinuable();
    if (share.isPart()) requireStagesBefore(share, campaign, folder);
    if (campaign.system.files.empty() || (share.isPart() && share.stage != "equilibrate")) return;
    const auto there = structuresThere(folder);
    for (std::int64_t s = comm.rank(); s < campaign.system.structures; s += comm.size()) {
      if (share.has(s) && there.count(s) == 0) importedState(campaign, s);
    }
  });
}

}  // namespace glassforge::app
