#include "ml/models/softness_training.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "ml/linalg/linear_svm.hpp"
#include "ml/linalg/moments.hpp"
#include "ml/models/softness_sample.hpp"

namespace glassforge::ml {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double usual_penalty = 0.1;  // reference 4.8
constexpr std::size_t bins = 24;
constexpr double bins_deviations = 3;  // bins reach this many standard deviations of S to either side of its mean

/// The particles of both classes for one target, the same number of each, and the soft class's threshold.
struct Classes {
  std::vector<std::size_t> rows;
  std::vector<double> sign;
  double threshold = 0;  // of the label as the sample has it
  bool separable = true;
};

Classes classesOf(std::span<const double> labels, double share) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>{}, [&](std::size_t n) { return labels[n]; });
  const auto wanted = static_cast<std::size_t>(share * static_cast<double>(order.size()));
  const std::size_t count = std::clamp<std::size_t>(wanted, 1, order.size() / 2);
  Classes classes;
  classes.threshold = labels[order[count - 1]];
  classes.separable = labels[order.front()] > labels[order[order.size() - count]];
  for (std::size_t n = 0; n < count; ++n) {
    classes.rows.push_back(order[n]);
    classes.rows.push_back(order[order.size() - count + n]);
    classes.sign.insert(classes.sign.end(), {1.0, -1.0});
  }
  return classes;
}

/// Weights of length 1 and, last, the offset; all 0 where there is nothing to separate.
std::vector<double> unitPlane(const SoftnessSample& sample, const Classes& classes, double penalty) {
  const std::size_t columns = sample.features.extent(1);
  std::vector<double> plane(columns + 1, 0.0);
  if (!classes.separable) return plane;
  Array<double> rows({classes.rows.size(), columns});
  for (std::size_t n = 0; n < classes.rows.size(); ++n)
    std::ranges::copy(sample.features.row(classes.rows[n]), rows.row(n).begin());
  const Hyperplane svm = trainLinearSvm(rows, classes.sign, penalty);
  double square = 0;
  for (const double w : svm.weights) square += w * w;
  if (square == 0) return plane;
  for (std::size_t f = 0; f < columns; ++f) plane[f] = svm.weights[f] / std::sqrt(square);
  plane[columns] = svm.offset / std::sqrt(square);
  return plane;
}

/// (P, K, F + 1) planes for every penalty and target. The work is shared out by structures: that of the k-th is done
/// where the (k modulo number)-th is held.
Array<double> trainPlanes(const SoftnessSample& sample, const std::vector<Classes>& classes,
                          const std::vector<double>& penalties, const std::vector<std::int64_t>& structures,
                          Reducer& reducer) {
  const std::size_t width = sample.features.extent(1) + 1, problems = penalties.size() * classes.size();
  const auto blocks = reducer.gather(structures, [&](std::int64_t s) {
    std::vector<double> block;
    const auto place = static_cast<std::size_t>(std::ranges::find(structures, s) - structures.begin());
    for (std::size_t q = place; q < problems; q += structures.size()) {
      const auto plane = unitPlane(sample, classes[q % classes.size()], penalties[q / classes.size()]);
      block.insert(block.end(), plane.begin(), plane.end());
    }
    return block;
  });
  Array<double> planes({penalties.size(), classes.size(), width});
  for (std::size_t q = 0; q < problems; ++q)
    std::copy_n(blocks[q % structures.size()].data() + q / structures.size() * width, width, planes.data() + q * width);
  return planes;
}

/// A fit with its plane and nothing else.
SoftnessFit fitOf(const SoftnessSample& sample, std::span<const double> plane, double penalty) {
  SoftnessFit fit;
  fit.weights.assign(plane.begin(), plane.end() - 1);
  fit.offset = plane.back();
  fit.mean = sample.mean;
  fit.scale = sample.scale;
  fit.penalty = penalty;
  fit.validation_pearson = not_a_number;
  return fit;
}

/// All particles of the species in one structure, columns standardised: all fits of a species have the same columns.
struct Surroundings {
  Array<double> columns;  // (n, F)
  Array<double> labels;   // (K, n) as samples have them

  Surroundings(const SoftnessFit& any, const StructureSample& sample, const std::vector<LabelField>& layout,
               int species) {
    const auto particles = particlesOf(sample, species);
    const Array<double> all = softnessLabels(sample, layout);
    columns = Array<double>({particles.size(), any.weights.size()});
    labels = Array<double>({all.extent(0), particles.size()});
    for (std::size_t n = 0; n < particles.size(); ++n) {
      any.standardise(sample.features.row(particles[n]), columns.row(n));
      for (std::size_t k = 0; k < all.extent(0); ++k) labels(k, n) = all(k, particles[n]);
    }
  }

  std::vector<double> softness(const SoftnessFit& fit) const {
    std::vector<double> softness;
    for (std::size_t n = 0; n < columns.extent(0); ++n) softness.push_back(fit.distance(columns.row(n)));
    return softness;
  }
};

/// Moments of S and label of every fit, pooled over structures in their order. fits: (Q), the q-th for target q % K.
std::vector<Moments> momentsOver(const std::vector<std::int64_t>& structures, const std::vector<SoftnessFit>& fits,
                                 const TrainingView& data, const SoftnessTask& task, Reducer& reducer) {
  const auto layout = data.labelLayout();
  const auto blocks = reducer.gather(structures, [&](std::int64_t s) {
    const Surroundings here(fits.front(), data.load(s, task.set), layout, task.species);
    std::vector<double> block;
    for (std::size_t q = 0; q < fits.size(); ++q)
      Moments::of(here.softness(fits[q]), here.labels.row(q % here.labels.extent(0))).pack(block);
    return block;
  });
  std::vector<Moments> pooled(fits.size());
  for (const auto& block : blocks)
    for (std::size_t q = 0; q < fits.size(); ++q)
      pooled[q] = Moments::merge(pooled[q], Moments::unpack(std::span(block).subspan(q * Moments::packed_size)));
  return pooled;
}

/// For each target the fit of the penalty with the largest validation Pearson, the smaller penalty where two are equal.
std::vector<SoftnessFit> chooseFits(const std::vector<SoftnessFit>& tried, std::size_t targets,
                                    const std::vector<Moments>& validation) {
  std::vector<SoftnessFit> chosen(tried.begin(), tried.begin() + static_cast<std::ptrdiff_t>(targets));
  for (std::size_t q = 0; q < tried.size(); ++q) {
    const double pearson = validation[q].pearson();
    SoftnessFit& best = chosen[q % targets];
    if (!(pearson > best.validation_pearson) && !(std::isnan(best.validation_pearson) && !std::isnan(pearson)))
      continue;
    best = tried[q];
    best.validation_pearson = pearson;
  }
  return chosen;
}

/// Equal bins of S around its mean, the outermost open.
struct Bins {
  double first = 0, width = 1;  // left edge of the first

  std::size_t of(double softness) const {
    const double at = std::floor((softness - first) / width);
    return static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(bins - 1)));
  }
  double middle(std::size_t b) const { return first + (static_cast<double>(b) + 0.5) * width; }
};

Bins binsFor(const Moments& moments) {
  const double deviation = std::sqrt(moments.spp / std::max(1.0, moments.rows));
  const double reach = deviation > 0 ? bins_deviations * deviation : 1.0;
  return {moments.mean_p - reach, 2 * reach / static_cast<double>(bins)};
}

/// Weighted least squares of ln P_R on S. The variance of ln P_R is (1 - P_R) / (number of rearranging particles).
void fitLogarithm(RearrangementCurve& curve) {
  double weight = 0, s = 0, l = 0, ss = 0, sl = 0;
  std::size_t used = 0;
  for (std::size_t b = 0; b < curve.counts.size(); ++b) {
    const double p = curve.rearranging[b];
    if (p <= 0 || p >= 1) continue;
    const double w = p * curve.counts[b] / (1 - p);
    weight += w;
    s += w * curve.softness[b];
    l += w * std::log(p);
    ++used;
  }
  curve.log_offset = curve.log_slope = not_a_number;
  if (used < 2) return;
  for (std::size_t b = 0; b < curve.counts.size(); ++b) {
    const double p = curve.rearranging[b];
    if (p <= 0 || p >= 1) continue;
    const double w = p * curve.counts[b] / (1 - p), d = curve.softness[b] - s / weight;
    ss += w * d * d;
    sl += w * d * (std::log(p) - l / weight);
  }
  if (!(ss > 0)) return;
  curve.log_slope = sl / ss;
  curve.log_offset = l / weight - curve.log_slope * s / weight;
}

/// sums: per bin the number of particles, of those that rearrange, and the sum of S.
RearrangementCurve curveOf(const Bins& edges, std::span<const double> sums) {
  RearrangementCurve curve;
  for (std::size_t b = 0; b < bins; ++b) {
    const double count = sums[3 * b];
    curve.counts.push_back(count);
    curve.rearranging.push_back(count > 0 ? sums[3 * b + 1] / count : 0.0);
    curve.softness.push_back(count > 0 ? sums[3 * b + 2] / count : edges.middle(b));
  }
  fitLogarithm(curve);
  return curve;
}

/// P_R(S) of every fit over all training particles. Thresholds are those of the labels as samples have them.
void addCurves(std::vector<SoftnessFit>& fits, const std::vector<Bins>& edges, const TrainingView& data,
               const SoftnessTask& task, Reducer& reducer) {
  const auto layout = data.labelLayout();
  const std::size_t width = 3 * bins;
  const auto sums = reducer.sum(data.train(), fits.size() * width, [&](std::int64_t s) {
    const Surroundings here(fits.front(), data.load(s, task.set), layout, task.species);
    std::vector<double> block(fits.size() * width, 0.0);
    for (std::size_t k = 0; k < fits.size(); ++k) {
      const std::vector<double> softness = here.softness(fits[k]);
      for (std::size_t n = 0; n < softness.size(); ++n) {
        double* bin = block.data() + k * width + 3 * edges[k].of(softness[n]);
        bin[0] += 1;
        bin[1] += here.labels(k, n) >= fits[k].threshold ? 1 : 0;
        bin[2] += softness[n];
      }
    }
    return block;
  });
  for (std::size_t k = 0; k < fits.size(); ++k)
    fits[k].curve = curveOf(edges[k], std::span(sums).subspan(k * width, width));
}

/// The line from S to the label, the curve P_R(S), and thresholds and line with the label's own sign.
void calibrate(std::vector<SoftnessFit>& fits, const TrainingView& data, const SoftnessTask& task, Reducer& reducer) {
  const auto moments = momentsOver(data.train(), fits, data, task, reducer);
  std::vector<Bins> edges;
  for (const Moments& m : moments) edges.push_back(binsFor(m));
  addCurves(fits, edges, data, task, reducer);
  const auto targets = softnessTargets(data);
  for (std::size_t k = 0; k < fits.size(); ++k) {
    const double slope = moments[k].spp > 0 ? moments[k].spy / moments[k].spp : 0.0;
    fits[k].slope = targets[k].sign * slope;
    fits[k].intercept = targets[k].sign * (moments[k].mean_y - slope * moments[k].mean_p);
    fits[k].threshold *= targets[k].sign;
  }
}

}  // namespace

void SoftnessFit::standardise(std::span<const double> features, std::span<double> columns) const {
  for (std::size_t f = 0; f < weights.size(); ++f) columns[f] = (features[f] - mean[f]) / scale[f];
}

double SoftnessFit::distance(std::span<const double> columns) const {
  double s = offset;
  for (std::size_t f = 0; f < weights.size(); ++f) s += weights[f] * columns[f];
  return s;
}

double SoftnessFit::softness(std::span<const double> features) const {
  std::vector<double> columns(weights.size());
  standardise(features, columns);
  return distance(columns);
}

std::vector<double> softnessPenalties() {
  return {1e-4, 1e-3, 1e-2, 0.1, 1.0};
}

std::vector<SoftnessFit> trainSoftness(const TrainingView& data, const SoftnessTask& task, Reducer& reducer) {
  const double share = task.settings.softness_share;
  require(share > 0 && share <= 0.5, "[train] softness_share is {}; it must lie in (0, 0.5]", share);
  require(!data.train().empty(), "there are no training structures: raise [split] train");
  const SoftnessSample sample = drawSample(data, task, reducer);
  if (sample.features.extent(0) < 2) return {};
  const std::size_t targets = sample.labels.extent(0);
  const auto penalties = data.validation().empty() ? std::vector{usual_penalty} : softnessPenalties();
  std::vector<Classes> classes;
  for (std::size_t k = 0; k < targets; ++k) classes.push_back(classesOf(sample.labels.row(k), share));
  const Array<double> planes = trainPlanes(sample, classes, penalties, data.train(), reducer);
  std::vector<SoftnessFit> tried;
  for (std::size_t p = 0; p < penalties.size(); ++p)
    for (std::size_t k = 0; k < targets; ++k) {
      tried.push_back(fitOf(sample, planes.row(p, k), penalties[p]));
      tried.back().threshold = classes[k].threshold;
    }
  auto fits = tried;
  if (!data.validation().empty())
    fits = chooseFits(tried, targets, momentsOver(data.validation(), tried, data, task, reducer));
  calibrate(fits, data, task, reducer);
  return fits;
}

}  // namespace glassforge::ml
