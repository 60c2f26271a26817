#include "swapmc/preparations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "swapmc/drift.hpp"

namespace glassforge::swapmc {
namespace {

double meanOf(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Unbiased variance; NaN for less than two values.
double varianceOf(const std::vector<double>& values) {
  const double mean = meanOf(values);
  double sum = 0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return values.size() > 1 ? sum / static_cast<double>(values.size() - 1) : std::numeric_limits<double>::quiet_NaN();
}

OverStructures over(const std::vector<double>& values) {
  return {meanOf(values), std::sqrt(varianceOf(values) / static_cast<double>(values.size()))};
}

using Group = std::vector<const SampledStructure*>;

PreparationGroup groupOf(const std::string& name, const Group& structures) {
  std::vector<double> energies, pressures, widths;
  for (const auto* s : structures) {
    energies.push_back(meanOf(s->energies));
    pressures.push_back(meanOf(s->pressures));
    widths.push_back(std::sqrt(varianceOf(s->energies)));
  }
  return {name, static_cast<std::int64_t>(structures.size()), over(energies), over(pressures), over(widths)};
}

Check agreement(const std::string& name, const OverStructures& a, const OverStructures& b, double sigmas) {
  const double difference = a.mean - b.mean, error = std::hypot(a.error, b.error), limit = sigmas * error;
  return {name, difference, error, limit, std::abs(difference) <= limit};
}

/// Energies less the mean of their group, series by series.
void addCentred(const Group& group, std::vector<std::vector<double>>& series) {
  const double mean = groupOf("", group).energy.mean;
  for (const auto* s : group) {
    auto centred = s->energies;
    for (double& e : centred) e -= mean;
    series.push_back(std::move(centred));
  }
}

/// Every `stride`-th energy of each structure.
std::vector<double> thinned(const Group& group, std::size_t stride) {
  std::vector<double> values;
  for (const auto* s : group) {
    for (std::size_t k = stride - 1; k < s->energies.size(); k += stride) values.push_back(s->energies[k]);
    if (s->energies.size() < stride) values.push_back(s->energies.back());
  }
  return values;
}

/// Distance of the two P(e) against the asymptotic limit whose significance is that of `sigmas` standard errors.
Check distributionCheck(const std::vector<double>& a, const std::vector<double>& b, double sigmas) {
  const double distance = kolmogorovSmirnov(a, b), n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  const double significance = std::erfc(sigmas / std::sqrt(2.0));
  const double limit = std::sqrt(-0.5 * std::log(significance / 2) * (n + m) / (n * m));
  return {"P(e), Kolmogorov-Smirnov", distance, 0, limit, distance <= limit};
}

}  // namespace

SampledStructure sampledStructure(const StructureState& state) {
  const auto& series = state.equilibration;
  SampledStructure s{state.index, series.preparation, series.redos, {}, {}, state.checks};
  for (std::size_t k = 0; k < series.energy.size(); ++k) {
    if (!series.inWindow(k)) continue;
    s.energies.push_back(series.energy[k]);
    s.pressures.push_back(series.pressure[k]);
  }
  return s;
}

double kolmogorovSmirnov(std::vector<double> a, std::vector<double> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double distance = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double x = std::min(a[i], b[j]);
    while (i < a.size() && a[i] <= x) ++i;
    while (j < b.size() && b[j] <= x) ++j;
    distance = std::max(distance, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                           static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return distance;
}

EnsembleCertificate ensembleCertificate(std::span<const SampledStructure> structures, double sigmas) {
  Group all, hot, cold;
  for (const auto& s : structures) {
    if (s.energies.empty()) continue;
    all.push_back(&s);
    if (s.preparation == "hot") hot.push_back(&s);
    if (s.preparation == "cold") cold.push_back(&s);
  }
  EnsembleCertificate result;
  if (all.empty()) return result;
  result.groups.push_back(groupOf("all", all));
  if (!hot.empty()) result.groups.push_back(groupOf("hot", hot));
  if (!cold.empty()) result.groups.push_back(groupOf("cold", cold));
  std::vector<std::vector<double>> series;
  if (!hot.empty()) addCentred(hot, series);
  if (!cold.empty()) addCentred(cold, series);
  result.inefficiency = statisticalInefficiency(series);
  if (hot.size() < 2 || cold.size() < 2) return result;
  const auto &above = result.groups[1], &below = result.groups[2];
  const auto stride = static_cast<std::size_t>(std::ceil(result.inefficiency));
  result.checks = {agreement("mean energy", above.energy, below.energy, sigmas),
                   agreement("mean pressure", above.pressure, below.pressure, sigmas),
                   agreement("width of P(e)", above.width, below.width, sigmas),
                   distributionCheck(thinned(hot, stride), thinned(cold, stride), sigmas)};
  return result;
}

}  // namespace glassforge::swapmc
