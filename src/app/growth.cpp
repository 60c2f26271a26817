#include "app/growth.hpp"

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "io/campaign_file.hpp"

namespace glassforge::app {
namespace {

void requireNotLess(std::int64_t there, std::int64_t now, const char* key, const std::string& root) {
  require(now >= there,
          "{}: {} is {} in this folder, the campaign now asks for {}; a campaign can grow, not shrink: use at least {}, or "
          "another --out",
          root, key, there, now, there);
}

bool sameTimes(const Campaign& there, const Campaign& now) {
  if (there.replicas.times == now.replicas.times) return true;
  if (!there.replicas.times.tau_alpha.empty() || !now.replicas.times.tau_alpha.empty()) return false;
  return io::stepLadder(there).steps() == io::stepLadder(now).steps();
}

/// Structures from files keep their numbers: new files come behind the old ones. Folders may move: names count.
bool continuesFiles(const std::vector<std::string>& there, const std::vector<std::string>& now) {
  using Path = std::filesystem::path;
  const auto same = [](const Path& a, const Path& b) { return a.filename() == b.filename(); };
  return there.empty() == now.empty() && there.size() <= now.size() &&
         std::equal(there.begin(), there.end(), now.begin(), same);
}

/// Cage states can be asked for later, of one kind.
void requireSameCage(const CageSettings& there, const CageSettings& now, const std::string& root) {
  require(
      !there.make || there == now,
      "{}: this folder has cage states that [cage] of its campaign.toml states, the campaign now says otherwise; put "
      "make, radius, sweeps, burn_in and displacement back, or use another --out",
      root);
}

}  // namespace

void requireGrowth(const Existing& there, const Campaign& now, const std::string& root) {
  require(io::campaignHash(there.campaign) == io::campaignHash(now),
          "{}: this folder belongs to another campaign (name, seed, system or protocol differ from the one given); "
          "choose another --out or name, or continue it with its own campaign.toml",
          root);
  requireNotLess(there.campaign.system.structures, now.system.structures, "system.structures", root);
  if (there.labelled) requireNotLess(there.campaign.replicas.count, now.replicas.count, "replicas.count", root);
  require(there.campaign.shard_size == now.shard_size,
          "{}: files.shard_size is {} in this folder, the campaign now says {}; put it back, or use another --out",
          root, there.campaign.shard_size, now.shard_size);
  requireSameCage(there.campaign.cage, now.cage, root);
  require(continuesFiles(there.campaign.system.files, now.system.files),
          "{}: the structures of this folder come from other files, or from these in another order; new files come "
          "behind the old ones. Put them back, or use another --out",
          root);
  require(!there.labelled || sameTimes(there.campaign, now),
          "{}: replicas have run with other label times than replicas.times now says; put the times of the folder's "
          "campaign.toml back, or use another --out",
          root);
  if (!there.split || now.split.train == 0) return;
  try {
    const auto& s = now.split;
    there.split->grown(now.seed, now.system.structures, s.train, s.validation, s.test, s.test_ids);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}/split.json: {}", root, error.what()));
  }
}

}  // namespace glassforge::app
