#include "io/campaign_certificate.hpp"

namespace glassforge::io {

using namespace std::string_view_literals;

void readDisplacement(const TomlSection& equilibrate, EquilibrateSettings& settings) {
  const auto* node = equilibrate.find("displacement");
  settings.tune_displacement = node != nullptr && node->is_string();
  if (!settings.tune_displacement) {
    settings.displacement =
        equilibrate.number("displacement", {.min = 0, .max = 1, .open = true}, settings.displacement);
  } else if (*node->value<std::string>() != "auto") {
    equilibrate.fail("displacement", "must be a number above 0, or \"auto\": chosen while cooling, then frozen");
  }
}

CertificateSettings readCertificate(const TomlDocument& document) {
  const TomlSection section(document, "certificate", {"make", "on_failure", "redos", "largest_scattering", "sigmas"});
  CertificateSettings c;
  c.make = section.boolean("make", c.make);
  c.on_failure = section.choice("on_failure", c.on_failure, std::array{"redo"sv, "refuse"sv, "keep"sv});
  c.redos = section.integer("redos", Range::between(0, 20), c.redos);
  c.largest_scattering = section.number("largest_scattering", {.min = 0, .max = 1, .open = true}, c.largest_scattering);
  c.sigmas = section.number("sigmas", {.min = 0, .max = 10, .open = true}, c.sigmas);
  return c;
}

CertificateSettings essentialCertificate(CertificateSettings settings) {
  const CertificateSettings defaults;
  settings.redos = defaults.redos;
  if (settings.on_failure == "refuse") settings.on_failure = defaults.on_failure;
  return settings;
}

bool isDefault(const CertificateSettings& settings) {
  const CertificateSettings defaults;
  return settings.make == defaults.make && settings.on_failure == defaults.on_failure &&
         settings.redos == defaults.redos && settings.largest_scattering == defaults.largest_scattering &&
         settings.sigmas == defaults.sigmas;
}

}  // namespace glassforge::io
