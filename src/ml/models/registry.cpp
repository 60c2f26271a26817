#include <algorithm>
#include <functional>

#include "core/error.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "ml/models/glassmlp.hpp"
#include "ml/models/graph_model.hpp"
#include "ml/models/model.hpp"
#include "ml/models/pca_score.hpp"
#include "ml/models/raw_column.hpp"
#include "ml/models/ridge.hpp"
#include "ml/models/softness.hpp"

namespace glassforge::ml {

namespace {

constexpr std::string_view ridge_prefix = "ridge_";

/// A model of one's own is one more line here. Ridge and bare descriptors follow from the descriptors' names, networks
/// on graphs from theirs (graph_networks.cpp).
struct Entry {
  std::string_view name;
  std::unique_ptr<Model> (*make)(const ModelRequest&);
};

std::size_t columnsOf(const std::string& set, const ModelRequest& request) {
  return makeDescriptor(set, request.species_names, request.dimension)->columns().size();
}

template <bool averaged>
std::unique_ptr<Model> makeBondOrderScore(const ModelRequest& request) {
  constexpr double length = averaged ? 1.0 : 0.0;  // reference 4.6
  return std::make_unique<PcaScore>(request.name, "sbo", length, columnsOf("sbo", request), request);
}

std::unique_ptr<Model> makeSoftness(const ModelRequest& request) {
  const std::string set = "softness_functions";
  return std::make_unique<Softness>(request.name, set, columnsOf(set, request), request);
}

std::unique_ptr<Model> makeGlassMlp(const ModelRequest& request) {
  return std::make_unique<GlassMlp>("glassmlp", request.species_names, request.dimension, request.settings);
}

std::unique_ptr<Model> makeGraphModel(const ModelRequest& request) {
  return std::make_unique<GraphModel>(GraphNetworkKind{graphNetworkTraits(request.name), makeGraphNetwork<float>},
                                      request);
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> list{{"glassmlp", makeGlassMlp},
                                       {"sbo_pca", makeBondOrderScore<false>},
                                       {"sbo_cg_pca", makeBondOrderScore<true>},
                                       {"softness", makeSoftness}};
  return list;
}

std::unique_ptr<Model> makeRidge(const ModelRequest& request) {
  const auto descriptor =
      makeDescriptor(request.name.substr(ridge_prefix.size()), request.species_names, request.dimension);
  return std::make_unique<Ridge>(descriptor->name(), request.species_names, descriptor->columns().size(),
                                 request.settings);
}

}  // namespace

std::unique_ptr<Model> makeModel(const ModelRequest& request) {
  for (const Entry& entry : entries())
    if (entry.name == request.name) return entry.make(request);
  if (isGraphNetwork(request.name)) return makeGraphModel(request);
  if (isHandMade(request.name)) {
    makeDescriptor(request.name, request.species_names, request.dimension);
    return std::make_unique<RawColumn>(request.name);
  }
  require(request.name.starts_with(ridge_prefix), "there is no model \"{}\"; known are {}", request.name,
          fmt::join(modelNames(), ", "));
  return makeRidge(request);
}

std::vector<std::string> modelNames() {
  std::vector<std::string> names;
  for (const Entry& entry : entries()) names.emplace_back(entry.name);
  for (const std::string& network : graphNetworkNames()) names.push_back(network);
  for (const std::string& set : descriptorNames()) names.push_back(std::string(ridge_prefix) + set);
  for (const std::string& bare : handMadeNames()) names.push_back(bare);
  return names;
}

}  // namespace glassforge::ml
