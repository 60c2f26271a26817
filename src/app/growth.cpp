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

/// True where all label times of the folder are among those asked for. Multiples of a tau_alpha that is not known yet pass;
/// the stage that measures it looks at the steps again.
bool keepsTimes(const Existing& there, const Campaign& now) {
  const auto unknown = [&](const Campaign& c) { return !c.replicas.times.tau_alpha.empty() && !(there.tau_alpha > 0); };
  if (there.campaign.replicas.times == now.replicas.times || unknown(there.campaign) || unknown(now)) return true;
  const auto old = io::stepLadder(there.campaign, there.tau_alpha).steps();
  const auto wanted = io::stepLadder(now, there.tau_alpha).steps();
  return std::includes(wanted.begin(), wanted.end(), old.begin(), old.end());
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
  require(!there.labelled || keepsTimes(there, now),
          "{}: replicas have run with label times that replicas.times no longer has; times can be added, not taken away: put "
          "those of the folder's campaign.toml back, or use another --out",
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
