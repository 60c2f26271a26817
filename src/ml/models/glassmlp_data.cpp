#include "ml/models/glassmlp_data.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "ml/linalg/ridge_solver.hpp"
#include "ml/nn/losses.hpp"

namespace glassforge::ml {

namespace {

using nn::Index;

constexpr std::size_t remembered_bytes = std::size_t{1} << 30;

Index index(std::size_t n) {
  return static_cast<Index>(n);
}

/// Column sums about an origin: the means over the first structure, so that offsets do not cancel digits.
struct ColumnStatistics {
  std::vector<double> origin, sum, square;
  double rows = 0;

  void add(const Array<double>& features, const std::vector<std::int32_t>& particles);
  void finish(SpeciesData& data) const;
};

void ColumnStatistics::add(const Array<double>& features, const std::vector<std::int32_t>& particles) {
  const std::size_t columns = features.extent(1);
  if (rows == 0) {
    origin.assign(columns, 0.0);
    sum = square = origin;
    for (const std::int32_t i : particles)
      for (std::size_t f = 0; f < columns; ++f) origin[f] += features(i, f) / static_cast<double>(particles.size());
  }
  for (const std::int32_t i : particles) {
    const auto row = features.row(i);
    for (std::size_t f = 0; f < columns; ++f) {
      const double x = row[f] - origin[f];
      sum[f] += x;
      square[f] += x * x;
    }
  }
  rows += static_cast<double>(particles.size());
}

void ColumnStatistics::finish(SpeciesData& data) const {
  for (std::size_t f = 0; f < origin.size(); ++f) {
    const double shift = sum[f] / rows, deviation = std::sqrt(std::max(0.0, square[f] / rows - shift * shift));
    const bool kept = deviation >= RidgeSolver::least_deviation;
    data.kept.push_back(kept);
    data.mean.push_back(origin[f] + shift);
    data.scale.push_back(kept ? deviation : 1.0);
  }
}

nn::Table<float> labelRows(const StructureSample& sample, const std::vector<LabelField>& layout,
                           const std::vector<std::int32_t>& particles) {
  std::size_t targets = 0;
  for (const LabelField& field : layout) targets += field.times.size();
  nn::Table<float> table(index(targets), index(particles.size()));
  Index k = 0;
  for (const LabelField& wanted : layout) {
    const LabelField& field = sample.label(wanted.name);
    require(field.times == wanted.times, "structure {}: the times of {} differ from those of the campaign",
            sample.structure, field.name);
    for (std::size_t t = 0; t < field.times.size(); ++t, ++k)
      for (std::size_t r = 0; r < particles.size(); ++r)
        table(k, index(r)) = static_cast<float>(field.mean(t, particles[r]));
  }
  return table;
}

/// Features are counted from the origin of the statistics, to be standardised when those are complete.
SpeciesBatch batchOf(const StructureSample& sample, const std::vector<LabelField>& layout,
                     const std::vector<std::int32_t>& particles, const std::vector<double>& origin) {
  const std::size_t dimension = sample.box.size(), columns = sample.features.extent(1);
  require(dimension >= 2 && sample.thermal.size() == sample.species.size() * dimension,
          "structure {} has no thermal positions, which the loss of glassmlp looks at", sample.structure);
  SpeciesBatch batch;
  batch.structure = sample.structure;
  batch.labels = labelRows(sample, layout, particles);
  batch.features.resize(index(particles.size()), index(columns));
  std::vector<double> positions;
  for (std::size_t r = 0; r < particles.size(); ++r) {
    const auto row = sample.features.row(particles[r]);
    for (std::size_t f = 0; f < columns; ++f)
      batch.features(index(r), index(f)) = static_cast<float>(row[f] - origin[f]);
    const auto* x = sample.thermal.data() + static_cast<std::size_t>(particles[r]) * dimension;
    positions.insert(positions.end(), x, x + dimension);
  }
  batch.shells =
      std::make_unique<ShellCorrelation<float>>(positions, sample.box, ShellCorrelation<float>::radiiOf(dimension));
  return batch;
}

void standardise(SpeciesBatch& batch, const SpeciesData& data, const std::vector<double>& origin) {
  for (std::size_t f = 0; f < data.kept.size(); ++f) {
    auto column = batch.features.col(index(f)).array();
    const auto shift = static_cast<float>(data.mean[f] - origin[f]), scale = static_cast<float>(data.scale[f]);
    if (data.kept[f]) {
      column = (column - shift) / scale;
    } else {
      column.setZero();
    }
  }
}

}  // namespace

std::size_t SpeciesData::keptColumns() const {
  return static_cast<std::size_t>(std::count(kept.begin(), kept.end(), true));
}

double SpeciesData::labelScale(std::size_t target) const {
  std::vector<float> all;
  for (const SpeciesBatch& batch : train) {
    const auto row = batch.labels.row(index(target));
    all.insert(all.end(), row.begin(), row.end());
  }
  const double square = nn::spreadOf(std::span<const float>(all)).square;
  return square > 0 ? std::sqrt(square / static_cast<double>(all.size())) : 1.0;
}

nn::Table<double> standardisedRows(const Array<double>& features, const std::vector<std::int32_t>& particles,
                                   const std::vector<double>& mean, const std::vector<double>& scale) {
  nn::Table<double> rows(index(particles.size()), index(mean.size()));
  for (std::size_t r = 0; r < particles.size(); ++r) {
    const auto row = features.row(particles[r]);
    for (std::size_t f = 0; f < mean.size(); ++f) rows(index(r), index(f)) = (row[f] - mean[f]) / scale[f];
  }
  return rows;
}

std::vector<SpeciesData> loadSpeciesData(const TrainingView& data, const std::string& set,
                                         const std::vector<int>& species) {
  const auto layout = data.labelLayout();
  std::vector<SpeciesData> result(species.size());
  std::vector<ColumnStatistics> statistics(species.size());
  const auto load = [&](std::int64_t structure, bool training) {
    const StructureSample sample = data.load(structure, set);
    for (std::size_t b = 0; b < species.size(); ++b) {
      const auto particles = particlesOf(sample, species[b]);
      if (particles.empty()) continue;
      if (training) statistics[b].add(sample.features, particles);
      if (statistics[b].rows == 0) continue;
      (training ? result[b].train : result[b].validation)
          .push_back(batchOf(sample, layout, particles, statistics[b].origin));
    }
  };
  for (const std::int64_t s : data.train()) load(s, true);
  for (const std::int64_t s : data.validation()) load(s, false);
  std::size_t free_bytes = remembered_bytes;
  for (std::size_t b = 0; b < species.size(); ++b) {
    if (statistics[b].rows == 0) continue;
    statistics[b].finish(result[b]);
    for (auto* part : {&result[b].train, &result[b].validation})
      for (SpeciesBatch& batch : *part) {
        standardise(batch, result[b], statistics[b].origin);
        const std::size_t bytes = ShellCorrelation<float>::bytesFor(batch.shells->particles());
        if (bytes > free_bytes) continue;
        batch.shells->remember();
        free_bytes -= bytes;
      }
  }
  return result;
}

}  // namespace glassforge::ml
