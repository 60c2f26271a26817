/// What lies beside an exported dataset: a card that says what it is and how it was made, and checksums.
#pragma once

#include <cstdint>
#include <string>

#include "app/export_layout.hpp"

namespace glassforge::app {

struct DataCard {
  const Campaign& campaign;
  const CampaignFolder& folder;
  const ExportLayout& layout;
  std::string format;      ///< of the export
  std::string licence;     ///< of the data
  bool wrapped = false;    ///< trajectories in [-L/2, L/2)
  std::int64_t files = 0;  ///< that hold structures
};

/// Writes <out>/DATACARD.md: model liquid, conventions, protocol, seed, numbers, labels, split, certificate, licence,
/// version of the code, how to cite. The text depends on campaign and files only: no dates, no paths of this machine
/// but those of imported files.
void writeDataCard(const std::string& out, const DataCard& card);

/// Writes <out>/SHA256SUMS over every file below `out`, in the form of sha256sum.
void writeChecksums(const std::string& out);

}  // namespace glassforge::app
