/// What the certificates of a campaign say, for those who pass its data on.
#pragma once

#include <string>
#include <vector>

#include "app/campaign_folder.hpp"

namespace glassforge::app {

/// The certificate of the ensemble, <campaign>/certificate.json, and those of the structures in their states.
struct CertificateSummary {
  bool ensemble = false;  ///< certificate.json is there
  bool ensemble_passed = false;
  std::vector<std::string> ensemble_lines;  ///< one finding each, in words
  std::int64_t structures = 0;              ///< that have checks of their own
  std::vector<std::string> failed;          ///< "s0003: F_s 0.31 above 0.1"
};

/// FileError where certificate.json is damaged.
CertificateSummary summariseCertificates(const CampaignFolder& folder);

/// The same as a list in Markdown; it says so where nothing was certified.
std::string certificateText(const CampaignFolder& folder);

}  // namespace glassforge::app
