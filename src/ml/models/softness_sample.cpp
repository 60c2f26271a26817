#include "ml/models/softness_sample.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "ml/linalg/ridge_solver.hpp"

namespace glassforge::ml {

namespace {

constexpr std::size_t sample_numbers = std::size_t{1} << 23;  // 64 MB

/// The first `most` particles in the order of their random numbers.
std::vector<std::int32_t> drawParticles(std::vector<std::int32_t> particles, std::size_t most, std::uint64_t seed,
                                        std::int64_t structure) {
  const RandomStream stream({seed, Purpose::softness_sample, static_cast<std::uint32_t>(structure), 0});
  const auto number = [&](std::int32_t i) {
    return std::pair(stream.uniforms(0, static_cast<std::uint32_t>(i))[0], i);
  };
  std::ranges::sort(particles, {}, number);
  particles.resize(std::min(most, particles.size()));
  return particles;
}

/// Mean and population standard deviation of each column; the columns are standardised in place.
void standardise(SoftnessSample& sample) {
  const std::size_t rows = sample.features.extent(0), columns = sample.features.extent(1);
  sample.mean.assign(columns, 0.0);
  sample.scale.assign(columns, 0.0);
  for (std::size_t n = 0; n < rows; ++n)
    for (std::size_t f = 0; f < columns; ++f) sample.mean[f] += sample.features(n, f);
  for (double& m : sample.mean) m /= static_cast<double>(rows);
  for (std::size_t n = 0; n < rows; ++n)
    for (std::size_t f = 0; f < columns; ++f) {
      const double d = sample.features(n, f) -= sample.mean[f];
      sample.scale[f] += d * d;
    }
  for (std::size_t f = 0; f < columns; ++f) {
    const double deviation = std::sqrt(sample.scale[f] / static_cast<double>(rows));
    const bool kept = deviation >= RidgeSolver::least_deviation;
    sample.scale[f] = kept ? deviation : 1.0;
    for (std::size_t n = 0; n < rows; ++n) sample.features(n, f) = kept ? sample.features(n, f) / deviation : 0.0;
  }
}

/// Puts the particles of all blocks (features, then labels, of each) into one table, one particle of each block in
/// turn.
SoftnessSample deal(const std::vector<std::vector<double>>& blocks, std::size_t features, std::size_t targets) {
  const std::size_t width = features + targets;
  std::size_t rows = 0, longest = 0;
  for (const auto& block : blocks) {
    rows += block.size() / width;
    longest = std::max(longest, block.size() / width);
  }
  SoftnessSample sample{Array<double>({rows, features}), Array<double>({targets, rows}), {}, {}};
  std::size_t n = 0;
  for (std::size_t turn = 0; turn < longest; ++turn)
    for (const auto& block : blocks) {
      if (block.size() <= turn * width) continue;
      const double* row = block.data() + turn * width;
      std::copy_n(row, features, sample.features.row(n).data());
      for (std::size_t k = 0; k < targets; ++k) sample.labels(k, n) = row[features + k];
      ++n;
    }
  return sample;
}

}  // namespace

bool softIsSmall(const std::string& label) {
  return label == "bond_breaking";
}

std::vector<SoftnessTarget> softnessTargets(const TrainingView& data) {
  std::vector<SoftnessTarget> targets;
  for (const LabelField& field : data.labelLayout())
    for (std::size_t t = 0; t < field.times.size(); ++t)
      targets.push_back({field.name, t, softIsSmall(field.name) ? -1.0 : 1.0});
  return targets;
}

Array<double> softnessLabels(const StructureSample& sample, const std::vector<LabelField>& layout) {
  Array<double> table = labelTable(sample, layout);
  std::size_t k = 0;
  for (const LabelField& field : layout)
    for (std::size_t t = 0; t < field.times.size(); ++t, ++k)
      if (softIsSmall(field.name))
        for (double& y : table.row(k)) y = -y;
  return table;
}

SoftnessSample drawSample(const TrainingView& data, const SoftnessTask& task, Reducer& reducer) {
  const std::size_t features = data.featureCount(task.set), targets = softnessTargets(data).size();
  const std::size_t most = std::max<std::size_t>(1, sample_numbers / (features + targets) / data.train().size());
  const auto layout = data.labelLayout();
  const auto blocks = reducer.gather(data.train(), [&](std::int64_t s) {
    const StructureSample sample = data.load(s, task.set);
    const Array<double> labels = softnessLabels(sample, layout);
    std::vector<double> block;
    for (const std::int32_t i : drawParticles(particlesOf(sample, task.species), most, task.settings.seed, s)) {
      const auto row = sample.features.row(i);
      block.insert(block.end(), row.begin(), row.end());
      for (std::size_t k = 0; k < targets; ++k) block.push_back(labels(k, i));
    }
    return block;
  });
  SoftnessSample sample = deal(blocks, features, targets);
  if (sample.features.extent(0) > 0) standardise(sample);
  return sample;
}

}  // namespace glassforge::ml
