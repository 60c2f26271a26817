#include "iso/observables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/reliability.hpp"

namespace glassforge::iso {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
// D is taken where particles have left their cages by a diameter and MSD grows as t: the way from ballistic motion to
// the plateau passes an exponent of 1 as well.
constexpr double kFarEnough = 1.0;      // of the mean square displacement, in sigma_AA^2
constexpr double kExponentShift = 0.1;  // of d ln MSD / d ln t from 1

using Table = Array<double> StructureObservables::*;

/// Adds what the replicas of one particle say at one time.
void addDistances(const StructureLabels& labels, std::size_t t, std::size_t i, int dimension,
                  const ObservableSettings& settings, StructureObservables& sums) {
  const auto s = static_cast<std::size_t>(labels.species[i]);
  for (std::size_t r = 0; r < labels.replicas.status.size(); ++r) {
    if (labels.replicas.status[r] != "done") continue;
    const double d = labels.replicas.displacement(t, r, i);
    sums.scattering(t, s) += isotropicCosine(settings.q, d, dimension);
    sums.overlap(t, s) += d < settings.overlap_distance ? 1.0 : 0.0;
    sums.msd(t, s) += d * d;
    sums.quartic(t, s) += d * d * d * d;
  }
}

/// What needs the displacements of single replicas.
void observeReplicas(const StructureLabels& labels, int dimension, const ObservableSettings& settings,
                     StructureObservables& result) {
  const bool there = !labels.replicas.displacement.empty() && result.replicas > 0;
  const Array<double> empty(result.propensity.shape(), there ? 0.0 : kMissing);
  result.scattering = result.overlap = result.msd = result.quartic = empty;
  for (std::size_t t = 0; there && t < empty.extent(0); ++t) {
    for (std::size_t i = 0; i < labels.species.size(); ++i) addDistances(labels, t, i, dimension, settings, result);
    for (std::size_t s = 0; s < empty.extent(1); ++s) {
      const double samples = result.particles[s] * static_cast<double>(result.replicas);
      for (auto* sum : {&result.scattering, &result.overlap, &result.msd, &result.quartic}) (*sum)(t, s) /= samples;
    }
  }
}

/// What follows from the labels of the particles.
void observePropensity(const StructureLabels& labels, double threshold, StructureObservables& result) {
  const auto& label = labels.displacement;
  const bool noisy = !labels.displacement_variance.empty() && result.replicas > 1;
  for (std::size_t t = 0; t < label.extent(0); ++t) {
    for (std::size_t i = 0; i < labels.species.size(); ++i) {
      const auto s = static_cast<std::size_t>(labels.species[i]);
      result.propensity(t, s) += label(t, i) / result.particles[s];
      result.slow(t, s) += label(t, i) < threshold ? 1 / result.particles[s] : 0.0;
      result.noise(t, s) +=
          noisy ? labels.displacement_variance(t, i) / (static_cast<double>(result.replicas) * result.particles[s])
                : kMissing;
    }
    for (std::size_t i = 0; i < labels.species.size(); ++i) {
      const auto s = static_cast<std::size_t>(labels.species[i]);
      const double d = label(t, i) - result.propensity(t, s);
      result.spread(t, s) += d * d / result.particles[s];
    }
  }
}

std::vector<double> column(const std::vector<StructureObservables>& all, Table table, std::size_t t, std::size_t s) {
  std::vector<double> values;
  for (const auto& one : all) values.push_back((one.*table)(t, s));
  return values;
}

double meanWithout(const std::vector<double>& values, std::size_t left_out) {
  double sum = 0, used = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (k == left_out) continue;
    sum += values[k];
    ++used;
  }
  return sum / used;
}

/// An estimate per time and species.
template <class Make>
ObservableTable tabulate(std::size_t times, std::size_t species, const Make& make) {
  ObservableTable table{Array<double>({times, species}), Array<double>({times, species})};
  for (std::size_t t = 0; t < times; ++t) {
    for (std::size_t s = 0; s < species; ++s) {
      const Estimate e = make(t, s);
      table.value(t, s) = e.value;
      table.error(t, s) = e.error;
    }
  }
  return table;
}

Estimate nonGaussian(const std::vector<double>& msd, const std::vector<double>& quartic, int dimension) {
  const auto of = [&](std::size_t left_out) {
    const double second = meanWithout(msd, left_out);
    return dimension * meanWithout(quartic, left_out) / ((dimension + 2) * second * second) - 1;
  };
  return jackknife(of(msd.size()), msd.size(), of);
}

/// rho_max of the particles of a species over all structures: the spread within structures and of their means.
double pooledCeiling(const std::vector<StructureObservables>& all, std::size_t t, std::size_t s) {
  const auto means = column(all, &StructureObservables::propensity, t, s);
  const double mean = meanOf(means);
  double between = 0;
  for (const double m : means) between += (m - mean) * (m - mean) / static_cast<double>(means.size());
  return noiseCeiling(meanOf(column(all, &StructureObservables::noise, t, s)),
                      meanOf(column(all, &StructureObservables::spread, t, s)) + between);
}

Array<double> curvesOf(const std::vector<StructureObservables>& all, std::size_t times, std::size_t s) {
  Array<double> curves({all.size(), times});
  for (std::size_t k = 0; k < all.size(); ++k) {
    for (std::size_t t = 0; t < times; ++t) curves(k, t) = all[k].scattering(t, s);
  }
  return curves;
}

/// D from the last time, where the motion is diffusive there.
void setDiffusion(int dimension, std::size_t s, LabelDynamics& result) {
  const std::size_t last = result.times.size() - 1;
  const auto& msd = result.msd.value;
  const double t = result.times[last];
  double exponent = kMissing;
  if (last > 0) exponent = std::log(msd(last, s) / msd(last - 1, s)) / std::log(t / result.times[last - 1]);
  const bool diffusive = std::abs(exponent - 1) < kExponentShift && msd(last, s) > kFarEnough;
  const double scale = diffusive ? 1 / (2 * dimension * t) : kMissing;
  result.msd_exponent.push_back(exponent);
  result.diffusion_time.push_back(diffusive ? t : kMissing);
  result.diffusion.push_back({msd(last, s) * scale, result.msd.error(last, s) * scale});
}

}  // namespace

double isotropicCosine(double q, double r, int dimension) {
  const double x = q * r;
  if (dimension == 2) return std::cyl_bessel_j(0, x);
  return x < 1e-4 ? 1 - x * x / 6 : std::sin(x) / x;
}

StructureObservables observe(const StructureLabels& labels, int dimension, std::size_t species,
                             const ObservableSettings& settings) {
  require(!labels.displacement.empty(), "structure {} has no displacement labels, from which the dynamics would follow",
          labels.structure);
  StructureObservables result;
  result.structure = labels.structure;
  result.replicas = std::count(labels.replicas.status.begin(), labels.replicas.status.end(), "done");
  result.particles.assign(species, 0.0);
  for (const auto s : labels.species) ++result.particles.at(static_cast<std::size_t>(s));
  const Array<double> zero({labels.times.size(), species}, 0.0);
  result.propensity = result.spread = result.noise = result.slow = zero;
  observePropensity(labels, settings.threshold, result);
  observeReplicas(labels, dimension, settings, result);
  return result;
}

LabelDynamics combineObservables(const std::vector<double>& times, const std::vector<StructureObservables>& structures,
                                 int dimension) {
  require(!structures.empty() && !times.empty(), "there are no labels to take dynamics from");
  const std::size_t T = times.size(), S = structures[0].particles.size();
  const auto of = [&](Table table, std::size_t t, std::size_t s) { return column(structures, table, t, s); };
  const auto mean = [&](Table table) {
    return tabulate(T, S, [&](std::size_t t, std::size_t s) { return meanWithError(of(table, t, s)); });
  };
  LabelDynamics result;
  result.times = times;
  result.structures = structures.size();
  result.replicas = structures[0].replicas;
  for (const auto& one : structures) result.replicas = std::min(result.replicas, one.replicas);
  result.scattering = mean(&StructureObservables::scattering);
  result.overlap = mean(&StructureObservables::overlap);
  result.msd = mean(&StructureObservables::msd);
  result.propensity = mean(&StructureObservables::propensity);
  result.non_gaussian = tabulate(T, S, [&](std::size_t t, std::size_t s) {
    return nonGaussian(of(&StructureObservables::msd, t, s), of(&StructureObservables::quartic, t, s), dimension);
  });
  result.chi4 = tabulate(T, S, [&](std::size_t t, std::size_t s) {
    return fourPointSusceptibility(of(&StructureObservables::slow, t, s), structures[0].particles[s]);
  });
  result.ceiling = Array<double>({T, S});
  for (std::size_t s = 0; s < S; ++s) {
    for (std::size_t t = 0; t < T; ++t) result.ceiling(t, s) = pooledCeiling(structures, t, s);
    result.tau_alpha.push_back(relaxationTime(times, curvesOf(structures, T, s)));
    setDiffusion(dimension, s, result);
  }
  return result;
}

}  // namespace glassforge::iso
