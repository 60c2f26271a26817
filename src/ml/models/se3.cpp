#include "ml/models/se3.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "ml/models/se3_decoder.hpp"
#include "ml/models/se3_targets.hpp"
#include "ml/nn/batch_norm.hpp"
#include "ml/nn/convolution.hpp"
#include "ml/nn/gate.hpp"

namespace glassforge::ml {

namespace {

using nn::ChannelTable;
using nn::kChannels;

constexpr std::size_t kLayers = 8;
constexpr std::size_t kDegrees = nn::kMaxDegree + 1;
constexpr std::size_t kLayerStatistics = nn::kNormMeans + nn::kNormVariances;

/// One layer, where its parameters begin among all, and what backward needs of its forward.
template <class Number>
struct Layer {
  explicit Layer(const nn::ConvolutionShape& shape_, bool gated_) : shape(shape_), gated(gated_), convolution(shape_) {}

  std::vector<ParameterArray> layout(const std::string& name) const;
  std::size_t normStart() const { return start + convolution.parameters(); }
  std::size_t gateStart() const { return normStart() + nn::kNormParameters; }

  nn::ConvolutionShape shape;
  bool gated;
  nn::Convolution<Number> convolution;
  std::size_t start = 0;
  nn::NormMoments<Number> moments;
  ChannelTable<Number> sums, mixed;  ///< of the convolution; mixed: before normalisation
};

template <class Number>
std::vector<ParameterArray> Layer<Number>::layout(const std::string& name) const {
  const std::size_t paths = convolution.paths().size(), degrees = static_cast<std::size_t>(shape.max_in) + 1;
  std::vector<ParameterArray> arrays{{name + ".radial.hidden", {nn::kRadialFunctions, nn::kRadialHidden}},
                                     {name + ".radial.weights", {nn::kRadialHidden, paths, shape.channels}},
                                     {name + ".mixing", {paths, shape.channels, kChannels}},
                                     {name + ".self", {degrees, shape.channels, kChannels}},
                                     {name + ".norm.factor", {kDegrees, kChannels}},
                                     {name + ".norm.shift", {kChannels}}};
  if (gated) arrays.push_back({name + ".gate", {kChannels, nn::kGates}});
  return arrays;
}

template <class Number>
class Se3Network final : public GraphNetwork<Number> {
 public:
  explicit Se3Network(const GraphNetworkRequest& request);

  std::vector<ParameterArray> layout() const override;
  std::vector<ParameterArray> statisticsLayout() const override;
  void initialise(const StreamKey& key, std::span<Number> parameters, std::span<Number> statistics) const override;
  double addGradient(std::span<const Number> parameters, const GraphSample& sample, const PassKey& key,
                     const LossWeights& weights, std::span<Number> gradient, std::span<Number> statistics) override;
  GraphPrediction predict(std::span<const Number> parameters, std::span<const Number> statistics,
                          const GraphSample& sample) override;

 private:
  std::size_t speciesCount() const { return species_names_.size(); }
  void prepare(std::span<const Number> parameters, const GraphSample& sample);
  /// Sets moments to those of the structure where `statistics` is empty, else takes them from there.
  void forwardLayer(std::size_t n, std::span<const Number> parameters, const GraphSample& sample,
                    const nn::Dropout& dropout, std::span<const Number> statistics);
  void backwardLayer(std::size_t n, std::span<const Number> parameters, const GraphSample& sample,
                     const nn::Dropout& dropout, std::span<Number> gradient);
  nn::Dropout dropoutOf(std::size_t n, const PassKey& key) const;
  void writeStatistics(const TargetMoments& targets, std::span<Number> statistics) const;

  std::vector<std::string> species_names_;
  std::vector<bool> learnt_;
  std::size_t targets_;
  double dropout_;
  Se3Decoder<Number> decoder_;
  std::vector<Layer<Number>> layers_;
  std::size_t decoder_start_ = 0;
  nn::EdgeBasis<Number> basis_;
  std::vector<ChannelTable<Number>> features_;  ///< what enters each layer, and what leaves the last
  ChannelTable<Number> gradient_, below_, normalised_;
};

template <class Number>
Se3Network<Number>::Se3Network(const GraphNetworkRequest& request)
    : species_names_(request.species_names),
      targets_(request.node_targets),
      dropout_(request.settings.graph("se3").dropout),
      decoder_(request.species_names, request.node_targets),
      features_(kLayers + 1) {
  const std::size_t inputs = speciesCount() + 1;  // one-hot species and the energy
  require(inputs <= kChannels, "the se3 network takes up to {} species, not {}", kChannels - 1, speciesCount());
  require(dropout_ >= 0 && dropout_ < 1, "[train.se3] dropout = {} is not in [0, 1)", dropout_);
  for (const std::string& name : species_names_) learnt_.push_back(request.settings.learns(name));
  for (std::size_t n = 0; n < kLayers; ++n) {
    const auto shape = n == 0 ? nn::ConvolutionShape{0, inputs} : nn::ConvolutionShape{};
    Layer<Number>& layer = layers_.emplace_back(shape, n + 1 < kLayers);
    layer.start = decoder_start_;
    decoder_start_ += numbersIn(layer.layout(""));
  }
}

template <class Number>
std::vector<ParameterArray> Se3Network<Number>::layout() const {
  std::vector<ParameterArray> all;
  const auto append = [&](const std::vector<ParameterArray>& arrays) {
    all.insert(all.end(), arrays.begin(), arrays.end());
  };
  for (std::size_t n = 0; n < kLayers; ++n) append(layers_[n].layout(fmt::format("layer{}", n + 1)));
  append(decoder_.layout());
  return all;
}

template <class Number>
std::vector<ParameterArray> Se3Network<Number>::statisticsLayout() const {
  std::vector<ParameterArray> all;
  for (std::size_t n = 1; n <= kLayers; ++n) {
    all.push_back({fmt::format("layer{}.norm.mean", n), {kChannels}});
    all.push_back({fmt::format("layer{}.norm.variance", n), {kDegrees, kChannels}});
  }
  all.push_back({"targets.mean", {speciesCount(), targets_}});
  all.push_back({"targets.variance", {speciesCount(), targets_}});
  return all;
}

template <class Number>
void Se3Network<Number>::initialise(const StreamKey& key, std::span<Number> parameters,
                                    std::span<Number> statistics) const {
  const RandomStream stream(key);
  std::size_t at = 0;
  std::uint64_t step = 0;
  for (const ParameterArray& array : layout()) {
    const std::size_t count = Array<char>::count(array.shape);
    const bool factor = array.name.ends_with(".factor"), zero = array.shape.size() == 1;  // shifts and biases
    for (std::size_t k = 0; k < count; ++k)
      parameters[at + k] = factor ? Number{1}
                           : zero ? Number{0}
                                  : static_cast<Number>(stream.normals(step, static_cast<std::uint32_t>(k))[0]);
    at += count;
    ++step;
  }
  at = 0;
  for (const ParameterArray& array : statisticsLayout()) {
    const std::size_t count = Array<char>::count(array.shape);
    std::fill_n(statistics.begin() + static_cast<std::ptrdiff_t>(at), count,
                array.name.ends_with("variance") ? Number{1} : Number{0});
    at += count;
  }
}

template <class Number>
void Se3Network<Number>::prepare(std::span<const Number> parameters, const GraphSample& sample) {
  basis_.compute(sample.graph, se3Traits().cutoff);
  for (Layer<Number>& layer : layers_)
    layer.convolution.load(parameters.subspan(layer.start, layer.convolution.parameters()));
  const std::vector<double> energy = standardisedFeature(sample, speciesCount());
  features_[0].assign(energy.size() * nn::kComponents, {});
  for (std::size_t i = 0; i < energy.size(); ++i) {
    Number* scalars = features_[0][i * nn::kComponents].data();
    scalars[sample.species[i]] = Number{1};
    scalars[speciesCount()] = static_cast<Number>(energy[i]);
  }
}

template <class Number>
void Se3Network<Number>::forwardLayer(std::size_t n, std::span<const Number> parameters, const GraphSample& sample,
                                      const nn::Dropout& dropout, std::span<const Number> statistics) {
  Layer<Number>& layer = layers_[n];
  layer.convolution.forward({sample.graph, basis_, dropout, features_[n]}, layer.sums, layer.mixed);
  if (statistics.empty()) {
    layer.moments = nn::normMoments(layer.mixed);
  } else {
    const Number* from = statistics.data() + n * kLayerStatistics;
    std::copy_n(from, nn::kNormMeans, layer.moments.mean.begin());
    std::copy_n(from + nn::kNormMeans, nn::kNormVariances, layer.moments.variance.begin());
  }
  ChannelTable<Number>& out = features_[n + 1];
  nn::normalise(layer.moments, parameters.subspan(layer.normStart(), nn::kNormParameters), layer.mixed, out);
  if (layer.gated) nn::gate(parameters.subspan(layer.gateStart(), nn::kGateParameters), out, out);
}

/// gradient_: by what leaves the layer, then by what enters it.
template <class Number>
void Se3Network<Number>::backwardLayer(std::size_t n, std::span<const Number> parameters, const GraphSample& sample,
                                       const nn::Dropout& dropout, std::span<Number> gradient) {
  Layer<Number>& layer = layers_[n];
  const auto norm = parameters.subspan(layer.normStart(), nn::kNormParameters);
  if (layer.gated) {
    nn::normalise(layer.moments, norm, layer.mixed, normalised_);
    nn::gateBackward(parameters.subspan(layer.gateStart(), nn::kGateParameters), normalised_, gradient_,
                     gradient.subspan(layer.gateStart(), nn::kGateParameters));
  }
  nn::normaliseBackward(layer.moments, norm, layer.mixed, gradient_,
                        gradient.subspan(layer.normStart(), nn::kNormParameters));
  layer.convolution.backward({sample.graph, basis_, dropout, features_[n]}, layer.sums, gradient_,
                             n == 0 ? nullptr : &below_);
  layer.convolution.addGradient(gradient.subspan(layer.start, layer.convolution.parameters()));
  std::swap(gradient_, below_);
}

template <class Number>
nn::Dropout Se3Network<Number>::dropoutOf(std::size_t n, const PassKey& key) const {
  return {{key.seed, Purpose::graph_dropout, static_cast<std::uint32_t>(n), key.network}, key.pass, dropout_};
}

template <class Number>
void Se3Network<Number>::writeStatistics(const TargetMoments& targets, std::span<Number> statistics) const {
  auto to = statistics.begin();
  for (const Layer<Number>& layer : layers_) {
    to = std::ranges::copy(layer.moments.mean, to).out;
    to = std::ranges::copy(layer.moments.variance, to).out;
  }
  for (const auto* values : {&targets.mean, &targets.variance})
    for (const double value : *values) *to++ = static_cast<Number>(value);
}

template <class Number>
double Se3Network<Number>::addGradient(std::span<const Number> parameters, const GraphSample& sample,
                                       const PassKey& key, const LossWeights& weights, std::span<Number> gradient,
                                       std::span<Number> statistics) {
  require(sample.node_targets.rank() == 2 && sample.node_targets.extent(0) == targets_,
          "structure {}: the se3 network learns {} rows of targets", sample.structure, targets_);
  prepare(parameters, sample);
  for (std::size_t n = 0; n < kLayers; ++n) forwardLayer(n, parameters, sample, dropoutOf(n, key), {});
  const auto decoder = parameters.subspan(decoder_start_, decoder_.parameters());
  const auto outputs = decoder_.forward(decoder, sample.species, features_[kLayers]);
  std::vector<Number> by_outputs(outputs.size());
  const TargetMoments targets = targetMoments(sample, speciesCount());
  const double loss = standardisedLoss<Number>(sample, targets, learnt_, weights.node, outputs, by_outputs);
  decoder_.backward(decoder, sample.species, features_[kLayers], by_outputs,
                    gradient.subspan(decoder_start_, decoder_.parameters()), gradient_);
  for (std::size_t n = kLayers; n-- > 0;) backwardLayer(n, parameters, sample, dropoutOf(n, key), gradient);
  writeStatistics(targets, statistics);
  return weights.node * loss;
}

template <class Number>
GraphPrediction Se3Network<Number>::predict(std::span<const Number> parameters, std::span<const Number> statistics,
                                            const GraphSample& sample) {
  prepare(parameters, sample);
  for (std::size_t n = 0; n < kLayers; ++n) forwardLayer(n, parameters, sample, {}, statistics);
  const auto outputs =
      decoder_.forward(parameters.subspan(decoder_start_, decoder_.parameters()), sample.species, features_[kLayers]);
  const Number* mean = statistics.data() + kLayers * kLayerStatistics;
  const Number* variance = mean + speciesCount() * targets_;
  GraphPrediction prediction{Array<double>({targets_, sample.species.size()}), {}};
  for (std::size_t i = 0; i < sample.species.size(); ++i)
    for (std::size_t k = 0; k < targets_; ++k) {
      const std::size_t m = static_cast<std::size_t>(sample.species[i]) * targets_ + k;
      const double deviation = std::sqrt(std::max(0.0, static_cast<double>(variance[m])));
      prediction.nodes(k, i) =
          static_cast<double>(mean[m]) + deviation * static_cast<double>(outputs[i * targets_ + k]);
    }
  return prediction;
}

}  // namespace

GraphNetworkTraits se3Traits() {
  return {.cutoff = 2.0,
          .loops = nn::SelfLoops::no,
          .descriptor_set = "EINH",
          .all_targets_at_once = true,
          .edge_targets = false};
}

template <class Number>
std::unique_ptr<GraphNetwork<Number>> makeSe3(const GraphNetworkRequest& request) {
  return std::make_unique<Se3Network<Number>>(request);
}

template std::unique_ptr<GraphNetwork<float>> makeSe3(const GraphNetworkRequest&);
template std::unique_ptr<GraphNetwork<double>> makeSe3(const GraphNetworkRequest&);

}  // namespace glassforge::ml
