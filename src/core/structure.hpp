/// Plain host records of a structure and of what was found out about it: what stages hand to each other and files hold.
/// Rows are particles in the order of their ids (0 .. N-1) everywhere outside the engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace glassforge {

/// One configuration. Arrays are row-major (particles x dimension), reduced Lennard-Jones units.
struct Snapshot {
  int dimension = 3;
  std::vector<double> box;          ///< lengths, one per axis
  std::vector<std::int32_t> species;  ///< (N), 0-based
  std::vector<double> position;     ///< (N, D), wrapped into [0, L)
  std::vector<std::int32_t> image;    ///< (N, D), unwrapped = position + image * L
  std::vector<double> velocity;     ///< (N, D), or empty
  std::int64_t step = 0;
  double time = 0;

  std::size_t particles() const { return species.size(); }
  /// Positions in unwrapped space, (N, D).
  std::vector<double> unwrapped() const {
    std::vector<double> x(position);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double shift = image.empty() ? 0.0 : image[i] * box[i % static_cast<std::size_t>(dimension)];
      x[i] += shift;
    }
    return x;
  }
};

/// How a minimisation ended. The stop reason is kept as text: "converged", "iterations", "line search", "not finite".
struct QuenchResult {
  std::vector<double> position;  ///< (N, D), unwrapped in the frame of the thermal structure
  double energy_per_particle = 0;
  double max_force = 0;  ///< largest |force component|
  std::int64_t force_evaluations = 0;
  std::int64_t iterations = 0;
  std::string stop_reason;
};

/// Time series of an equilibration, one entry per monitoring interval.
struct EquilibrationSeries {
  std::string method;                    ///< "swap", "md", "hybrid", "tempering", "imported"
  std::vector<double> progress;          ///< sweeps (swap) or MD time (others)
  std::vector<double> energy;            ///< potential energy per particle
  std::vector<double> pressure;          ///< virial plus rho T
  std::vector<double> temperature;       ///< of the bath at that moment
  std::vector<std::string> move_names;   ///< "displacement", "swap A-C", "exchange 0.6-0.615", ...
  std::vector<double> move_acceptance;   ///< accepted / attempted, per move name
  std::vector<double> move_attempts;     ///< attempted, per move name
  double energy_error = 0;               ///< |running - full energy| per particle at the end (swap)
  std::int64_t round_trips = 0;          ///< tempering: replicas that went from the lowest level to the highest and back
  std::string preparation;               ///< "hot" or "cold": from which side the temperature was reached; "" unknown
  double displacement = 0;               ///< standard deviation of displacement moves while sampling; 0 without them
  std::int64_t redos = 0;                ///< how often sampling was continued
  double window_begin = 0;               ///< progress at which the (last) sampling at constant temperature began

  /// Whether sample k lies in the window that the certificate is about.
  bool inWindow(std::size_t k) const { return progress[k] > window_begin; }
};

/// One finding about an equilibrated structure, with what it was held against.
struct Check {
  std::string name;   ///< "F_s", "energy drift", "acceptance swap A-C", "bond order", ... (docs/formulas.md)
  double value = 0;
  double error = 0;   ///< standard error of the value, or 0 where it has none
  double limit = 0;   ///< the largest size of the value allowed; an acceptance must lie above it
  bool passed = false;
};

/// Mean positions of a Monte Carlo run in which every particle stays within a sphere around its start.
struct CageState {
  std::vector<double> position;  ///< (N, D), unwrapped in the frame of the thermal structure
  double radius = 0;             ///< in units of sigma_aa
  double displacement = 0;       ///< standard deviation of a move
  double acceptance = 0;
  double spread = 0;             ///< rms difference of the means over the two halves of the run, per component
  std::int64_t sweeps = 0, burn_in = 0;
};

/// Where a second minimiser ended from the same start.
struct BasinCheck {
  bool made = false;
  double energy_per_particle = 0;
  double max_force = 0;
  double distance = 0;           ///< largest distance of a particle between the two minima
  bool same_basin = false;
};

/// All that is known of one structure of a campaign.
struct StructureState {
  std::int64_t index = 0;   ///< number within the campaign, from 0
  std::string origin;       ///< "equilibrated" or the file it was imported from
  double temperature = 0;
  Snapshot thermal;
  double energy = 0;        ///< potential energy per particle of the thermal configuration
  double pressure = 0;
  EquilibrationSeries equilibration;
  bool quenched = false;
  QuenchResult inherent;    ///< valid where quenched
  BasinCheck basin;         ///< of the inherent state
  CageState cage;           ///< without positions where there is none
  std::vector<Check> checks;  ///< the certificate; empty where none was made
};

}  // namespace glassforge
