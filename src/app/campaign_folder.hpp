/// The folder of a campaign: where each file lies, and the manifest every file carries (docs/formats.md).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/campaign.hpp"
#include "core/manifest.hpp"
#include "core/split.hpp"

namespace glassforge::app {

/// Numbers of the structures of one shard.
struct Shard {
  std::int64_t number = 0, first = 0, count = 0;
};

class CampaignFolder {
 public:
  CampaignFolder(std::string root, const Campaign& campaign);

  const std::string& root() const { return root_; }
  const Campaign& campaign() const { return campaign_; }
  std::string path(const std::string& relative) const { return root_ + "/" + relative; }
  std::string campaignFile() const { return path("campaign.toml"); }
  std::string states(const Shard& shard) const;
  std::string labels(const Shard& shard) const;
  std::string features(const Shard& shard) const;
  std::string model(const std::string& name) const { return path("models/" + name + ".h5"); }
  std::string certificate() const { return path("certificate.json"); }
  std::string dynamics() const { return path("dynamics.h5"); }
  std::string dataset() const { return path("dataset.h5"); }
  std::string evaluation() const { return path("evaluation.json"); }
  std::string predictions() const { return path("evaluation.h5"); }
  std::string crossFitScores() const { return path("crossfit.json"); }
  std::string crossFitPredictions() const { return path("crossfit.h5"); }
  std::string transfer() const { return path("transfer.json"); }
  std::string splitFile() const { return path("split.json"); }
  std::string report() const { return path("report/report.html"); }
  std::string progressLog() const { return path("log/progress.jsonl"); }
  std::string timesLog() const { return path("log/times.jsonl"); }
  std::string scoresLog() const { return path("log/scores.jsonl"); }
  std::string trainingLog() const { return path("log/training.jsonl"); }
  std::string notesLog() const { return path("log/notes.jsonl"); }

  /// A finished part of an unfinished stage: work/<stage>/<name>.h5.
  std::string part(const std::string& stage, const std::string& name) const;
  /// Names (without .h5) of the parts of a stage that are there, sorted.
  std::vector<std::string> parts(const std::string& stage) const;
  void removeParts(const std::string& stage, const std::vector<std::string>& names) const;
  /// Folder of the checkpoints of a stage.
  std::string checkpoints(const std::string& stage) const { return path("work/checkpoints/" + stage); }
  /// All checkpoints of a stage that is over.
  void removeCheckpoints(const std::string& stage) const;

  const std::vector<Shard>& shards() const { return shards_; }
  const Shard& shardOf(std::int64_t structure) const;
  /// Manifest of a file of the given kind; `parent` is the path of the file it is made from, or empty.
  Manifest manifest(const std::string& kind, const std::string& parent = "") const;

  /// Refuses a folder of another campaign, or of one that this one does not continue. Writes nothing.
  void requireContinuable() const;
  /// Writes campaign.toml where it does not say the same already, and removes files that a killed program left
  /// unfinished. Only for a program that has the folder for itself.
  void claim() const;
  /// For a share: writes campaign.toml where there is none, and removes nothing, since other shares are writing.
  /// FileError where the folder says another thing than this campaign.
  void join() const;
  /// The split of the folder, filled up to the sizes that the campaign states.
  Split split() const;
  /// Writes it where the folder does not have it.
  void storeSplit() const;
  std::optional<Split> storedSplit() const;

 private:
  std::string root_;
  Campaign campaign_;
  std::vector<Shard> shards_;
};

/// "s0007", as in files.
std::string structureLabel(std::int64_t structure);
bool exists(const std::string& path);
void makeParentFolder(const std::string& path);

/// The folder of a campaign file: the one it lies in where that is a campaign's, else ./<name>.
std::string folderOf(const std::string& campaign_file, const Campaign& campaign);

/// io::readCampaign with the pair potentials of this program.
Campaign readCampaign(const std::string& file, std::span<const std::string> overrides = {});

/// The campaign of a folder, of the campaign.toml in one, or of the file it was started from; InputError where there is
/// none.
struct OpenedCampaign {
  std::string root;
  Campaign campaign;
};
OpenedCampaign openCampaign(const std::string& folder_or_file);

}  // namespace glassforge::app
