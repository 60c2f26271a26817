/// The section [certificate] of a campaign file, and the keys of [equilibrate] that go with it.
#pragma once

#include "core/campaign.hpp"
#include "io/toml_section.hpp"

namespace glassforge::io {

/// displacement = 0.05, or "auto".
void readDisplacement(const TomlSection& equilibrate, EquilibrateSettings& settings);

CertificateSettings readCertificate(const TomlDocument& document);

/// Settings on which the content of a structure depends, the others set to their defaults: how many redos are allowed
/// only decides whether a structure is there, not what it is.
CertificateSettings essentialCertificate(CertificateSettings settings);

/// Whether the settings are the defaults.
bool isDefault(const CertificateSettings& settings);

}  // namespace glassforge::io
