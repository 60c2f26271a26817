/// A tiny network on graphs, and a campaign in memory that it can learn: for the tests of everything between a network
/// and the user.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "ml/models/graph_model.hpp"
#include "ml/nn/input_moments.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml::testing {

/// y_k = c_k + u_k . tanh(W x + b) with x = (number of neighbours / 10 - its mean over the particles, species); an edge
/// gets d + v r. The mean is a statistic. In training the first input is stretched by a random number.
template <class Number>
class ToyNetwork final : public GraphNetwork<Number> {
 public:
  static constexpr std::size_t hidden = 3;

  explicit ToyNetwork(std::size_t targets, bool edges = true) : targets_(targets), edges_(edges) {}

  std::vector<ParameterArray> layout() const override {
    std::vector<ParameterArray> arrays{{"hidden.weight", {hidden, 2}},
                                       {"hidden.bias", {hidden}},
                                       {"out.weight", {targets_, hidden}},
                                       {"out.bias", {targets_}}};
    if (edges_) arrays.push_back({"edge", {2}});
    return arrays;
  }
  std::vector<ParameterArray> statisticsLayout() const override { return {{"mean", {1}}}; }
  void initialise(const StreamKey& key, std::span<Number> p, std::span<Number> statistics) const override {
    const RandomStream stream(key);
    for (std::size_t i = 0; i < p.size(); ++i)
      p[i] = static_cast<Number>(0.3 * stream.normals(0, static_cast<std::uint32_t>(i))[0]);
    std::ranges::fill(statistics, Number{0});
  }
  double addGradient(std::span<const Number> p, const GraphSample& sample, const PassKey& key,
                     const LossWeights& weights, std::span<Number> gradient, std::span<Number> statistics) override {
    statistics[0] = meanOf(sample);
    const RandomStream stream({key.seed, Purpose::graph_dropout, 0, key.network});
    const auto stretch = static_cast<Number>(0.9 + 0.2 * stream.uniforms(key.pass, 0)[0]);
    countInputs(p, sample, stretch, statistics[0]);
    double loss =
        weights.node > 0 ? weights.node * addNodes(p, sample, stretch, statistics[0], weights.node, gradient) : 0;
    if (weights.edge > 0) loss += weights.edge * addEdges(p, sample, weights.edge, gradient);
    return loss;
  }
  std::vector<double> inputMoments() override {
    std::vector<double> values;
    if (!offers_moments) return values;
    inputs_.pack(values);
    inner_.pack(values);
    return values;
  }
  GraphPrediction predict(std::span<const Number> p, std::span<const Number> statistics,
                          const GraphSample& sample) override {
    GraphPrediction made;
    countInputs(p, sample, Number{1}, statistics[0]);
    made.nodes = Array<double>({targets_, sample.species.size()});
    for (std::size_t i = 0; i < sample.species.size(); ++i) {
      const auto h = hiddenOf(p, sample, i, Number{1}, statistics[0]);
      for (std::size_t k = 0; k < targets_; ++k) made.nodes(k, i) = static_cast<double>(output(p, h, k));
    }
    if (!edges_) return made;
    made.edges = Array<double>({1, sample.graph.sender.size()});
    const auto* e = p.data() + p.size() - 2;
    for (std::size_t k = 0; k < sample.graph.sender.size(); ++k)
      made.edges(0, k) = static_cast<double>(e[0] + e[1] * lengthOf(sample, k));
    return made;
  }

  bool offers_moments = true;

 private:
  using Hidden = std::array<Number, hidden>;

  void countInputs(std::span<const Number> p, const GraphSample& s, Number stretch, Number mean) {
    inputs_ = nn::InputMoments(2);
    inner_ = nn::InputMoments(hidden);
    for (std::size_t i = 0; i < s.species.size(); ++i) {
      const std::array<Number, 2> x{stretch * (countOf(s, i) - mean), static_cast<Number>(s.species[i])};
      inputs_.add(0, 1, x.data(), 2);
      inner_.add(0, 1, hiddenOf(p, s, i, stretch, mean).data(), hidden);
    }
  }

  static Number countOf(const GraphSample& s, std::size_t i) {
    return static_cast<Number>(s.graph.begin[i + 1] - s.graph.begin[i]) / 10;
  }
  static Number meanOf(const GraphSample& s) {
    return static_cast<Number>(s.graph.edges()) / static_cast<Number>(10 * s.graph.nodes);
  }
  static Number lengthOf(const GraphSample& s, std::size_t edge) {
    double square = 0;
    const auto d = static_cast<std::size_t>(s.graph.dimension);
    for (std::size_t a = 0; a < d; ++a) square += s.graph.offset[edge * d + a] * s.graph.offset[edge * d + a];
    return static_cast<Number>(std::sqrt(square));
  }
  static Hidden hiddenOf(std::span<const Number> p, const GraphSample& s, std::size_t i, Number stretch, Number mean) {
    Hidden h;
    const Number x = stretch * (countOf(s, i) - mean), b = static_cast<Number>(s.species[i]);
    for (std::size_t j = 0; j < hidden; ++j) h[j] = std::tanh(p[2 * j] * x + p[2 * j + 1] * b + p[2 * hidden + j]);
    return h;
  }
  Number output(std::span<const Number> p, const Hidden& h, std::size_t k) const {
    const std::size_t u = 3 * hidden + k * hidden;
    Number y = p[3 * hidden + targets_ * hidden + k];
    for (std::size_t j = 0; j < hidden; ++j) y += p[u + j] * h[j];
    return y;
  }
  double addNodes(std::span<const Number> p, const GraphSample& s, Number stretch, Number mean, double weight,
                  std::span<Number> g) const {
    double loss = 0;
    const double terms = static_cast<double>(targets_ * s.species.size());
    for (std::size_t i = 0; i < s.species.size(); ++i) {
      const Hidden h = hiddenOf(p, s, i, stretch, mean);
      Hidden back{};
      for (std::size_t k = 0; k < targets_; ++k) {
        const double error = static_cast<double>(output(p, h, k)) - s.node_targets(k, i);
        loss += error * error / terms;
        const auto slope = static_cast<Number>(2 * weight * error / terms);
        const std::size_t u = 3 * hidden + k * hidden;
        g[3 * hidden + targets_ * hidden + k] += slope;
        for (std::size_t j = 0; j < hidden; ++j) {
          g[u + j] += slope * h[j];
          back[j] += slope * p[u + j] * (1 - h[j] * h[j]);
        }
      }
      const Number x = stretch * (countOf(s, i) - mean), b = static_cast<Number>(s.species[i]);
      for (std::size_t j = 0; j < hidden; ++j) {
        g[2 * j] += back[j] * x;
        g[2 * j + 1] += back[j] * b;
        g[2 * hidden + j] += back[j];
      }
    }
    return loss;
  }
  double addEdges(std::span<const Number> p, const GraphSample& s, double weight, std::span<Number> g) const {
    double loss = 0;
    const auto edges = static_cast<double>(s.graph.edges());
    for (std::size_t e = 0; e < s.graph.sender.size(); ++e) {
      if (std::isnan(s.edge_targets(0, e))) continue;
      const Number r = lengthOf(s, e);
      const double error = static_cast<double>(p[p.size() - 2] + p[p.size() - 1] * r) - s.edge_targets(0, e);
      loss += error * error / edges;
      const auto slope = static_cast<Number>(2 * weight * error / edges);
      g[g.size() - 2] += slope;
      g[g.size() - 1] += slope * r;
    }
    return loss;
  }

  std::size_t targets_;
  bool edges_;
  nn::InputMoments inputs_{2}, inner_{hidden};  // of the last pass
};

/// The toy as a kind of network.
inline GraphNetworkKind toyKind(bool edges, bool all_at_once) {
  return {{.cutoff = 2.0, .all_targets_at_once = all_at_once, .edge_targets = edges},
          [edges](const GraphNetworkRequest& request) {
            return std::make_unique<ToyNetwork<float>>(request.node_targets, edges);
          }};
}

/// Structures of a gas in 3D, two species. Particles with more neighbours move less, distances shrink where they are
/// long: labels "displacement" and "bond_breaking" at t = 1, 10 and 100.
class GasSource final : public StructureSource {
 public:
  static inline const std::vector<double> times{1, 10, 100};

  explicit GasSource(std::size_t structures, std::size_t particles = 60) {
    for (std::size_t s = 0; s < structures; ++s) {
      const auto input = randomInput(3, particles, 4.4, 2, 50 + s);
      StructureSample sample;
      sample.structure = static_cast<std::int64_t>(s);
      sample.box = input.box;
      sample.thermal = input.thermal;
      sample.species = input.species;
      sample.features = Array<double>({particles, 0});
      pairs_.push_back(pairsOf(input));
      sample.labels = {fieldOf("displacement", input, pairs_.back(), s),
                       fieldOf("bond_breaking", input, pairs_.back(), s)};
      samples.push_back(std::move(sample));
    }
  }

  std::size_t featureCount(const std::string&) const override { return 0; }
  std::vector<LabelField> labelLayout() const override {
    return {{"displacement", times, {}, {}, 0}, {"bond_breaking", times, {}, {}, 0}};
  }
  StructureSample load(std::int64_t structure, const std::string&) const override {
    ++loads;
    return samples.at(static_cast<std::size_t>(structure));
  }
  /// Each particle a little beside its thermal position, differently far for the two kinds.
  std::vector<double> positions(std::int64_t structure, Positions kind) const override {
    std::vector<double> moved = samples.at(static_cast<std::size_t>(structure)).thermal;
    for (std::size_t k = 0; k < moved.size(); ++k)
      moved[k] += (kind == Positions::inherent ? 0.1 : 0.2) * std::sin(static_cast<double>(3 * k + 1));
    return moved;
  }
  PairField pairs(std::int64_t structure) const override {
    if (!has_pairs) return StructureSource::pairs(structure);
    return pairs_.at(static_cast<std::size_t>(structure));
  }

  std::vector<StructureSample> samples;
  bool has_pairs = true;
  mutable int loads = 0;

 private:
  static PairField pairsOf(const DescriptorInput& input) {
    std::vector<std::int32_t> ends;
    std::vector<double> lengths;
    for (std::size_t i = 0; i < input.particles(); ++i)
      for (std::size_t j = i + 1; j < input.particles(); ++j) {
        const double r = imageDistance(input, input.thermal, i, j);
        if (r >= 2.0) continue;
        ends.insert(ends.end(), {static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)});
        lengths.push_back(r);
      }
    PairField field{times, Array<std::int32_t>({lengths.size(), 2}, ends),
                    Array<double>({times.size(), lengths.size()})};
    for (std::size_t t = 0; t < times.size(); ++t)
      for (std::size_t p = 0; p < lengths.size(); ++p)
        field.change(t, p) = (0.2 - 0.15 * lengths[p]) * static_cast<double>(t + 1);
    return field;
  }
  static LabelField fieldOf(const std::string& name, const DescriptorInput& input, const PairField& pairs,
                            std::size_t structure) {
    std::vector<double> neighbours(input.particles(), 0.0);
    for (const std::int32_t end : pairs.ends.values()) ++neighbours[static_cast<std::size_t>(end)];
    LabelField field{name, times, Array<double>({times.size(), input.particles()}), {}, 4};
    Draws draw(900 + structure);
    for (std::size_t t = 0; t < times.size(); ++t)
      for (std::size_t i = 0; i < input.particles(); ++i)
        field.mean(t, i) = (name == "displacement" ? 1.0 : -1.0) *
                           (1 - 0.03 * neighbours[i] + 0.2 * input.species[i] + 0.1 * draw.normal()) *
                           static_cast<double>(t + 1);
    return field;
  }

  std::vector<PairField> pairs_;
};

}  // namespace glassforge::ml::testing
