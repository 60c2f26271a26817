/// The certificate of one structure: what its sampling at constant temperature must show (docs/formulas.md,
/// "Certificate").
#pragma once

#include <vector>

#include "core/campaign.hpp"
#include "core/structure.hpp"

namespace glassforge::swapmc {

/// Checks of a state whose series and thermal configuration are those at the end of its sampling, for any method.
/// `reference`: the configuration at window_begin of its series. The state's moves, energy error and window are taken
/// as they stand.
std::vector<Check> certificateOf(const Campaign& campaign, const Snapshot& reference, const StructureState& state);

/// Checks that did not pass.
std::vector<Check> failedChecks(const StructureState& state);

/// Whether a state may go into the campaign: all checks passed, or none were made, or failures are kept.
bool acceptable(const CertificateSettings& settings, const StructureState& state);

}  // namespace glassforge::swapmc
