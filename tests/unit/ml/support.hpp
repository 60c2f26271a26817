/// Made-up structures and labels for the tests of ml, from keyed random streams.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "ml/models/reducer.hpp"
#include "ml/models/structure_data.hpp"

namespace glassforge::ml::testing {

/// Uniform and normal numbers one after another.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : stream_(StreamKey{seed, Purpose::test, 0, 0}) {}
  double uniform() { return stream_.uniforms(next_++, 0)[0]; }
  double normal() { return stream_.normals(next_++, 0)[0]; }

 private:
  RandomStream stream_;
  std::uint64_t next_ = 0;
};

/// Particles at random in a box with random energies; species in turn; inherent positions a little off the thermal ones.
inline DescriptorInput randomInput(int dimension, std::size_t particles, double length, int species,
                                   std::uint64_t seed) {
  Draws draw(seed);
  DescriptorInput input;
  input.dimension = dimension;
  for (int k = 0; k < dimension; ++k) input.box.push_back(length * (1 + 0.1 * k));
  for (int b = 0; b < species; ++b) input.species_names.push_back(std::string(1, static_cast<char>('A' + b)));
  for (int a = 0; a < species; ++a)
    for (int b = 0; b < species; ++b) input.sigma.push_back(1 - 0.06 * (a + b));
  for (std::size_t i = 0; i < particles; ++i) {
    input.species.push_back(static_cast<std::int32_t>(i % static_cast<std::size_t>(species)));
    input.thermal_energy.push_back(-3 + draw.normal());
    input.inherent_energy.push_back(-4 + 0.3 * draw.normal());
    for (int k = 0; k < dimension; ++k) {
      const double x = input.box[static_cast<std::size_t>(k)] * draw.uniform();
      input.thermal.push_back(x);
      input.inherent.push_back(x + 0.1 * draw.normal());
      input.cage.push_back(x + 0.05 * draw.normal());
    }
  }
  input.temperature = 0.5;
  return input;
}

/// Distance by trying all 3^D periodic copies of the folded difference.
inline double imageDistance(const DescriptorInput& input, const std::vector<double>& x, std::size_t i, std::size_t j) {
  const auto axes = static_cast<std::size_t>(input.dimension);
  double square = 0;
  for (std::size_t k = 0; k < axes; ++k) {
    const double difference = std::fmod(x[j * axes + k] - x[i * axes + k], input.box[k]);
    double best = std::abs(difference);
    for (int copy = -1; copy <= 1; ++copy) best = std::min(best, std::abs(difference + copy * input.box[k]));
    square += best * best;
  }
  return std::sqrt(square);
}

/// A campaign in memory: F features, one label "displacement" at T times made by `rule(sample, time, particle, draw)`.
class MadeSource final : public StructureSource {
 public:
  using Rule = std::function<double(const StructureSample&, std::size_t time, std::size_t particle, Draws&)>;

  MadeSource(std::size_t structures, std::size_t particles, std::size_t features, std::vector<double> times, int species,
             std::uint64_t seed, const Rule& rule)
      : times_(std::move(times)), features_(features) {
    for (std::size_t s = 0; s < structures; ++s) {
      Draws draw(seed * 1000 + s);
      StructureSample sample;
      sample.structure = static_cast<std::int64_t>(s);
      sample.features = Array<double>({particles, features});
      for (std::size_t i = 0; i < particles; ++i) {
        sample.species.push_back(static_cast<std::int32_t>(i % static_cast<std::size_t>(species)));
        for (std::size_t f = 0; f < features; ++f)
          sample.features(i, f) = 3.0 * static_cast<double>(f) + (1 + static_cast<double>(f % 4)) * draw.normal();
      }
      LabelField field{"displacement", times_, Array<double>({times_.size(), particles}),
                       Array<double>({times_.size(), particles}, 0.04), 4};
      for (std::size_t t = 0; t < times_.size(); ++t)
        for (std::size_t i = 0; i < particles; ++i) field.mean(t, i) = rule(sample, t, i, draw);
      sample.labels.push_back(field);
      samples.push_back(sample);
    }
  }

  std::size_t featureCount(const std::string&) const override { return features_; }
  std::vector<LabelField> labelLayout() const override { return {LabelField{"displacement", times_, {}, {}, 0}}; }
  StructureSample load(std::int64_t structure, const std::string&) const override {
    ++loads[structure];
    return samples.at(static_cast<std::size_t>(structure));
  }

  std::vector<StructureSample> samples;
  mutable std::map<std::int64_t, int> loads;  ///< how often each structure was asked for

 private:
  std::vector<double> times_;
  std::size_t features_;
};

/// Structures dealt to `ranks` processes in turn, each making its own blocks, the last process first.
class DealtReducer final : public Reducer {
 public:
  explicit DealtReducer(std::int64_t ranks) : ranks_(ranks) {}
  std::vector<std::vector<double>> gather(const std::vector<std::int64_t>& structures,
                                          const BlockMaker& make) override {
    std::map<std::int64_t, std::vector<double>> made;
    for (std::int64_t rank = ranks_ - 1; rank >= 0; --rank)
      for (const std::int64_t s : structures)
        if (s % ranks_ == rank) made[s] = make(s);
    std::vector<std::vector<double>> blocks;
    for (const std::int64_t s : structures) blocks.push_back(made.at(s));
    return blocks;
  }

 private:
  std::int64_t ranks_;
};

}  // namespace glassforge::ml::testing
