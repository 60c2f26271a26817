#include "app/campaign_folder.hpp"

#include <algorithm>
#include <core/version.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/growth.hpp"
#include "core/error.hpp"
#include "io/campaign_file.hpp"
#include "io/dynamics_file.hpp"
#include "io/hdf5.hpp"
#include "io/text_file.hpp"
#include "md/potentials.hpp"

namespace glassforge::app {

namespace fs = std::filesystem;

std::string structureLabel(std::int64_t structure) {
  return fmt::format("s{:04d}", structure);
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

void makeParentFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  require<FileError>(!error, "{}: the folder cannot be made: {}", fs::path(path).parent_path().string(),
                     error.message());
}

CampaignFolder::CampaignFolder(std::string root, const Campaign& campaign)
    : root_(std::move(root)), campaign_(campaign) {
  for (std::int64_t first = 0; first < campaign.system.structures; first += campaign.shard_size) {
    const std::int64_t count = std::min(campaign.shard_size, campaign.system.structures - first);
    shards_.push_back({static_cast<std::int64_t>(shards_.size()), first, count});
  }
}

std::string CampaignFolder::states(const Shard& s) const {
  return path(fmt::format("states/states_{:04d}.h5", s.number));
}
std::string CampaignFolder::labels(const Shard& s) const {
  return path(fmt::format("labels/labels_{:04d}.h5", s.number));
}
std::string CampaignFolder::features(const Shard& s) const {
  return path(fmt::format("features/features_{:04d}.h5", s.number));
}

const Shard& CampaignFolder::shardOf(std::int64_t structure) const {
  return shards_.at(static_cast<std::size_t>(structure / campaign_.shard_size));
}

std::string CampaignFolder::part(const std::string& stage, const std::string& name) const {
  return path("work/" + stage + "/" + name + ".h5");
}

std::vector<std::string> CampaignFolder::parts(const std::string& stage) const {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(path("work/" + stage), missing)) {
    if (entry.path().extension() == ".h5") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void CampaignFolder::removeParts(const std::string& stage, const std::vector<std::string>& names) const {
  std::error_code ignored;  // a part left behind is found and skipped by the next run
  for (const auto& name : names) fs::remove(part(stage, name), ignored);
  fs::remove(path("work/" + stage), ignored);
  fs::remove(path("work"), ignored);
}

void CampaignFolder::removeCheckpoints(const std::string& stage) const {
  std::error_code ignored;
  fs::remove_all(checkpoints(stage), ignored);
  fs::remove(path("work/checkpoints"), ignored);
  fs::remove(path("work"), ignored);
}

Manifest CampaignFolder::manifest(const std::string& kind, const std::string& parent) const {
  Manifest m;
  m.kind = kind;
  m.campaign = campaign_.name;
  m.campaign_hash = io::campaignHash(campaign_);
  m.seed = campaign_.seed;
  m.code_version = version::code;
  m.instruction_set = version::instruction_set;
  const auto& mixture = campaign_.system.mixture;
  m.conventions =
      fmt::format("{}, N = {}, T = {}, smoothing {} at {} sigma, reduced Lennard-Jones units", mixture.name,
                  mixture.particles(), campaign_.system.temperature, mixture.smoothing.name(), mixture.cutoff);
  if (!parent.empty()) m.parent_hash = io::contentHash(parent);
  return m;
}

void CampaignFolder::requireContinuable() const {
  if (!exists(campaignFile())) return;
  Existing there{readCampaign(campaignFile()), storedSplit(), !parts("launch").empty(), 0};
  const CampaignFolder as_it_is(root_, there.campaign);
  if (exists(dynamics())) there.tau_alpha = io::readDynamics(dynamics()).tau_alpha;
  for (const auto& shard : as_it_is.shards()) there.labelled = there.labelled || exists(as_it_is.labels(shard));
  requireGrowth(there, campaign_, root_);
}

void CampaignFolder::claim() const {
  std::vector<fs::path> unfinished;
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(root_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.front() == '.' && name.ends_with(".tmp")) unfinished.push_back(entry.path());
  }
  for (const auto& path : unfinished) fs::remove(path, ignored);
  const std::string text = io::toToml(campaign_);
  if (!exists(campaignFile()) || io::readText(campaignFile()) != text) io::writeText(campaignFile(), text);
}

void CampaignFolder::join() const {
  const std::string text = io::toToml(campaign_);
  if (!exists(campaignFile())) return io::writeText(campaignFile(), text);
  require<FileError>(
      io::readText(campaignFile()) == text,
      "{}: says another thing than the campaign of this share; shares follow the folder: start them with "
      "this file, or bring it up to date first by a run without --share, or by submit",
      campaignFile());
}

std::optional<Split> CampaignFolder::storedSplit() const {
  if (!exists(splitFile())) return std::nullopt;
  try {
    const auto json = nlohmann::json::parse(io::readText(splitFile()));
    Split split;
    json.at("train").get_to(split.train);
    json.at("validation").get_to(split.validation);
    json.at("test").get_to(split.test);
    return split;
  } catch (const nlohmann::json::exception& error) {
    throw FileError(fmt::format("{}: not a split of this program: {}", splitFile(), error.what()));
  }
}

Split CampaignFolder::split() const {
  const auto stored = storedSplit();
  const auto& s = campaign_.split;
  if (stored && s.train == 0) return *stored;
  return stored.value_or(Split()).grown(campaign_.seed, campaign_.system.structures, s.train, s.validation, s.test,
                                        s.test_ids);
}

void CampaignFolder::storeSplit() const {
  const Split now = split();
  if (storedSplit() == now) return;
  const nlohmann::json json{{"train", now.train}, {"validation", now.validation}, {"test", now.test}};
  io::writeText(splitFile(), json.dump(1) + "\n");
}

std::string folderOf(const std::string& campaign_file, const Campaign& campaign) {
  const fs::path file(campaign_file);
  const auto folder = file.parent_path().empty() ? fs::path(".") : file.parent_path();
  const bool ours = file.filename() == "campaign.toml" && (exists(folder / "states") || exists(folder / ".lock"));
  return ours ? folder.string() : campaign.name;
}

Campaign readCampaign(const std::string& file, std::span<const std::string> overrides) {
  return io::readCampaign(file, md::PairPotentials::names, overrides);
}

OpenedCampaign openCampaign(const std::string& folder_or_file) {
  const bool is_folder = fs::is_directory(folder_or_file);
  const std::string file = is_folder ? (fs::path(folder_or_file) / "campaign.toml").string() : folder_or_file;
  require(exists(file), "{}: there is no campaign.toml here; name a campaign folder or file", folder_or_file);
  const Campaign campaign = readCampaign(file);
  if (is_folder) return {fs::path(file).parent_path().string(), campaign};
  const CampaignFolder folder(folderOf(file, campaign), campaign);
  folder.requireContinuable();
  return {folder.root(), exists(folder.campaignFile()) ? readCampaign(folder.campaignFile()) : campaign};
}

}  // namespace glassforge::app
