/// What labels say of the dynamics: F_s, displacements, overlap, chi4, diffusion. From label files alone, ours or
/// imported.
///
/// Labels hold the distances |dr| that particles have moved, not the vectors. In an isotropic liquid that is enough:
/// the mean of cos(q . dr) over directions of q is J0(q |dr|) in two dimensions and sin(q |dr|) / (q |dr|) in three.
#pragma once

#include <vector>

#include "core/labels.hpp"
#include "core/statistics.hpp"
#include "iso/relaxation.hpp"

namespace glassforge::iso {

struct ObservableSettings {
  double q = kWaveNumber;
  double overlap_distance = 0.3;  ///< a particle overlaps with its start while it has moved less than this
  double threshold = 0.3;         ///< of the propensity, in chi4 (Roadmap, eq. 2)
};

/// Mean of cos(q . dr) over directions at distance `r`.
double isotropicCosine(double q, double r, int dimension);

/// Means over particles and replicas of one structure. T times, S species. NaN where the labels do not hold what is
/// needed.
struct StructureObservables {
  std::int64_t structure = 0;
  std::int64_t replicas = 0;      ///< that are "done"; 0 where not known
  std::vector<double> particles;  ///< (S)
  Array<double> scattering;       ///< (T, S) F_s(q, t)
  Array<double> overlap;          ///< (T, S) share of |dr| < overlap_distance
  Array<double> msd;              ///< (T, S) mean of |dr|^2
  Array<double> quartic;          ///< (T, S) mean of |dr|^4
  Array<double> propensity;       ///< (T, S) mean of the displacement label
  Array<double> spread;           ///< (T, S) variance of the label over particles
  Array<double> noise;            ///< (T, S) mean variance of the label itself, over replicas / their number
  Array<double> slow;             ///< (T, S) share of particles with a propensity below the threshold
};

StructureObservables observe(const StructureLabels& labels, int dimension, std::size_t species,
                             const ObservableSettings& settings);

/// One quantity over times and species.
struct ObservableTable {
  Array<double> value, error;  ///< (T, S)
};

/// All structures together. Errors of means are standard errors over structures, all others jackknife over structures.
struct LabelDynamics {
  std::vector<double> times;  ///< (T)
  std::size_t structures = 0;
  std::int64_t replicas = 0;  ///< the least over structures
  ObservableTable scattering, overlap, msd, propensity;
  ObservableTable non_gaussian;  ///< D <dr^4> / ((D + 2) <dr^2>^2) - 1
  ObservableTable chi4;   ///< particles of the species times the variance over structures of the share of slow ones
  Array<double> ceiling;  ///< (T, S) rho_max over all structures
  std::vector<Estimate> tau_alpha;  ///< (S)
  std::vector<Estimate> diffusion;  ///< (S) MSD / (2 D t) at the last time; NaN where it is not diffusive yet
  std::vector<double> diffusion_time;  ///< (S)
  std::vector<double> msd_exponent;    ///< (S) d ln MSD / d ln t between the last two times
};

/// InputError where there is no structure.
LabelDynamics combineObservables(const std::vector<double>& times, const std::vector<StructureObservables>& structures,
                                 int dimension);

}  // namespace glassforge::iso
