/// What papers give for the dynamics of the two published systems, to be printed beside our own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glassforge {

/// One temperature of GlassBench (Jung et al., Nat. Rev. Phys. 7, 91 (2025), and its data files).
struct PublishedDynamics {
  std::string_view model;
  double temperature = 0;
  double tau_alpha = 0;  ///< as printed; KA: the time of index 7
  std::vector<std::pair<double, double>>
      chi4;  ///< (t, chi4) of the first species from its molecular dynamics, FIG7.dat
};

/// The entry of a model at a temperature (within 0.002, since "0.23" is 0.231); nothing where none was published.
std::optional<PublishedDynamics> publishedDynamics(std::string_view model, double temperature);

}  // namespace glassforge
