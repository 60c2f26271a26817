#include "app/campaign_folder.hpp"

#include <algorithm>
#include <core/version.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "io/campaign_file.hpp"
#include "io/hdf5.hpp"
#include "io/text_file.hpp"

namespace glassforge::app {

namespace fs = std::filesystem;

std::string structureLabel(std::int64_t structure) { return fmt::format("s{:04d}", structure); }

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

void makeParentFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  require<FileError>(!error, "{}: the folder cannot be made: {}", fs::path(path).parent_path().string(), error.message());
}

CampaignFolder::CampaignFolder(std::string root, const Campaign& campaign)
    : root_(std::move(root)), campaign_(campaign) {
  for (std::int64_t first = 0; first < campaign.system.structures; first += campaign.shard_size) {
    const std::int64_t count = std::min(campaign.shard_size, campaign.system.structures - first);
    shards_.push_back({static_cast<std::int64_t>(shards_.size()), first, count});
  }
}

std::string CampaignFolder::states(const Shard& s) const { return path(fmt::format("states/states_{:04d}.h5", s.number)); }
std::string CampaignFolder::labels(const Shard& s) const { return path(fmt::format("labels/labels_{:04d}.h5", s.number)); }
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

Manifest CampaignFolder::manifest(const std::string& kind, const std::string& parent) const {
  Manifest m;
  m.kind = kind;
  m.campaign = campaign_.name;
  m.campaign_hash = io::campaignHash(campaign_);
  m.seed = campaign_.seed;
  m.code_version = version::code;
  m.instruction_set = version::instruction_set;
  const auto& mixture = campaign_.system.mixture;
  m.conventions = fmt::format("{}, N = {}, T = {}, smoothing {} at {} sigma, reduced Lennard-Jones units", mixture.name,
                              mixture.particles(), campaign_.system.temperature, toString(mixture.smoothing),
                              mixture.cutoff);
  if (!parent.empty()) m.parent_hash = io::contentHash(parent);
  return m;
}

void CampaignFolder::refuseOtherCampaign() const {
  const Campaign there = io::readCampaign(campaignFile());
  require(io::campaignHash(there) == io::campaignHash(campaign_),
          "{}: this folder belongs to another campaign (name, seed, system or protocol differ from the one given); choose "
          "another --out or name, or continue it with its own campaign.toml",
          root_);
}

void CampaignFolder::create() const {
  if (exists(campaignFile())) refuseOtherCampaign();
  makeParentFolder(campaignFile());
  const std::string text = io::toToml(campaign_);
  if (exists(campaignFile()) && io::readText(campaignFile()) == text) return;
  io::writeText(campaignFile(), text);
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
  if (auto stored = storedSplit()) return *stored;
  const auto& s = campaign_.split;
  const Split split = Split::make(campaign_.seed, campaign_.system.structures, s.train, s.validation, s.test, s.test_ids);
  const nlohmann::json json{{"train", split.train}, {"validation", split.validation}, {"test", split.test}};
  io::writeText(splitFile(), json.dump(1) + "\n");
  return split;
}

OpenedCampaign openCampaign(const std::string& folder_or_file) {
  fs::path file = folder_or_file;
  if (fs::is_directory(file)) file /= "campaign.toml";
  require(exists(file.string()), "{}: there is no campaign.toml here; name a campaign folder or file", folder_or_file);
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  return {folder.string(), io::readCampaign(file.string())};
}

}  // namespace glassforge::app
