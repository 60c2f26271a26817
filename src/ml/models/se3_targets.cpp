#include "ml/models/se3_targets.hpp"

#include <cmath>

#include "core/error.hpp"

namespace glassforge::ml {

namespace {

struct Moments {
  double mean = 0, variance = 1;
};

/// Of the finite values of one species.
template <class Values>
Moments momentsOf(const GraphSample& sample, std::size_t species, const Values& value) {
  double count = 0, sum = 0, square = 0;
  const auto forEach = [&](const auto& visit) {
    for (std::size_t i = 0; i < sample.species.size(); ++i)
      if (static_cast<std::size_t>(sample.species[i]) == species && std::isfinite(value(i))) visit(value(i));
  };
  forEach([&](double x) {
    count += 1;
    sum += x;
  });
  if (count == 0) return {};
  const double mean = sum / count;
  forEach([&](double x) { square += (x - mean) * (x - mean); });
  return {mean, square / count};
}

double deviation(double variance) {
  return variance > 0 ? std::sqrt(variance) : 1.0;
}

}  // namespace

TargetMoments targetMoments(const GraphSample& sample, std::size_t species_count) {
  TargetMoments all;
  for (std::size_t s = 0; s < species_count; ++s)
    for (std::size_t k = 0; k < sample.node_targets.extent(0); ++k) {
      const auto row = sample.node_targets.row(k);
      const Moments moments = momentsOf(sample, s, [&](std::size_t i) { return row[i]; });
      all.mean.push_back(moments.mean);
      all.variance.push_back(moments.variance);
    }
  return all;
}

std::vector<double> standardisedFeature(const GraphSample& sample, std::size_t species_count) {
  const std::size_t nodes = sample.species.size();
  require(sample.features.rank() == 2 && sample.features.extent(0) == nodes && sample.features.extent(1) == 1,
          "structure {}: the se3 network takes one feature of each particle", sample.structure);
  const std::vector<double>& value = sample.features.values();
  std::vector<double> standardised(nodes);
  for (std::size_t s = 0; s < species_count; ++s) {
    const Moments moments = momentsOf(sample, s, [&](std::size_t i) { return value[i]; });
    for (std::size_t i = 0; i < nodes; ++i)
      if (static_cast<std::size_t>(sample.species[i]) == s)
        standardised[i] = (value[i] - moments.mean) / deviation(moments.variance);
  }
  for (const double x : standardised)
    require(std::isfinite(x), "structure {}: a feature is not a finite number", sample.structure);
  return standardised;
}

template <class Number>
double standardisedLoss(const GraphSample& sample, const TargetMoments& moments, const std::vector<bool>& learnt,
                        double weight, std::span<const Number> outputs, std::span<Number> gradient) {
  const std::size_t rows = sample.node_targets.extent(0), nodes = sample.species.size();
  const auto forEach = [&](const auto& visit) {
    for (std::size_t i = 0; i < nodes; ++i) {
      const auto s = static_cast<std::size_t>(sample.species[i]);
      for (std::size_t k = 0; learnt[s] && k < rows; ++k)
        if (std::isfinite(sample.node_targets(k, i))) visit(i, k, s * rows + k);
    }
  };
  double count = 0, sum = 0;
  forEach([&](std::size_t, std::size_t, std::size_t) { count += 1; });
  for (Number& g : gradient) g = Number{0};
  if (count == 0) return 0;
  forEach([&](std::size_t i, std::size_t k, std::size_t m) {
    const double target = (sample.node_targets(k, i) - moments.mean[m]) / deviation(moments.variance[m]);
    const double error = static_cast<double>(outputs[i * rows + k]) - target;
    sum += error * error;
    gradient[i * rows + k] = static_cast<Number>(2 * weight * error / count);
  });
  return sum / count;
}

template double standardisedLoss(const GraphSample&, const TargetMoments&, const std::vector<bool>&, double,
                                 std::span<const float>, std::span<float>);
template double standardisedLoss(const GraphSample&, const TargetMoments&, const std::vector<bool>&, double,
                                 std::span<const double>, std::span<double>);

}  // namespace glassforge::ml
