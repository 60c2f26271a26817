/// Where each structure of a campaign stands in a published set: its number, its part, and the names of its files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/campaign_folder.hpp"
#include "core/split.hpp"

namespace glassforge::app {

/// The place of one structure.
struct ExportPlace {
  std::int64_t structure = 0;  ///< number in the campaign, from 0
  std::int64_t number = 0;     ///< in file names
  std::string part;            ///< "train", "test", "unused"; empty where the campaign has no split
};

/// Published sets count from 1, training structures first, then the test structures. So do we: training and validation
/// structures in their order, then the test part, then what is in no part. Structures that were published before keep
/// their number.
class ExportLayout {
 public:
  /// Reads the origins of all states. FileError where a state is missing.
  ExportLayout(const Campaign& campaign, const CampaignFolder& folder);

  const std::vector<ExportPlace>& places() const { return places_; }
  const Split& split() const { return split_; }
  bool hasSplit() const { return has_split_; }
  const ExportPlace& place(std::int64_t structure) const { return places_.at(static_cast<std::size_t>(structure)); }

  /// "T0.30/train" (or "T0.30" where there is no split): the folder of GlassBench's archives.
  std::string subfolder(std::int64_t structure) const;
  /// "N1290T0.30_7".
  std::string stem(std::int64_t structure) const;

 private:
  double temperature_;
  std::int64_t particles_;
  Split split_;
  bool has_split_;
  std::vector<ExportPlace> places_;
};

/// The number in "published structure 151: /path", where an origin says so.
std::optional<std::int64_t> publishedNumber(const std::string& origin);

}  // namespace glassforge::app
