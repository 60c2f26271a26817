/// The certificate of an ensemble: do structures that came to their temperature from above and from below agree?
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/structure.hpp"

namespace glassforge::swapmc {

/// What the sampling window of one structure has shown.
struct SampledStructure {
  std::int64_t index = 0;
  std::string preparation;  ///< "hot", "cold"
  std::int64_t redos = 0;
  std::vector<double> energies, pressures;  ///< per particle; of the window
  std::vector<Check> checks;
};
SampledStructure sampledStructure(const StructureState& state);

/// Mean and standard error over structures; the error is NaN for one structure.
struct OverStructures {
  double mean = 0, error = 0;
};

/// Structures of one preparation, or all.
struct PreparationGroup {
  std::string preparation;  ///< "hot", "cold", "all"
  std::int64_t structures = 0;
  OverStructures energy;  ///< per particle
  OverStructures pressure;
  OverStructures width;  ///< standard deviation of the energy within a structure
};

struct EnsembleCertificate {
  std::vector<PreparationGroup> groups;  ///< "all", then each preparation there is
  double inefficiency = 1;               ///< samples that count as one
  std::vector<Check> checks;             ///< agreement of the two; empty where there are not two structures of each
};

/// Where there are two preparations of two structures at least: means and widths of the energy within `sigmas` standard
/// errors, and P(e) by the test of Kolmogorov and Smirnov on samples far enough apart to be independent.
EnsembleCertificate ensembleCertificate(std::span<const SampledStructure> structures, double sigmas);

/// The largest distance of two cumulative distributions.
double kolmogorovSmirnov(std::vector<double> a, std::vector<double> b);

}  // namespace glassforge::swapmc
