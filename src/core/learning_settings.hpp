/// What [train] says about how models learn, beside which they are.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace glassforge {

/// How a network on graphs is trained. A pass is one graph forward and backward; a step of the optimiser takes `batch`
/// passes.
struct GraphLearning {
  std::int64_t networks = 1;          ///< that differ in their seed, averaged
  std::int64_t batch = 4;             ///< graphs a step
  std::int64_t passes = 10000;        ///< of the last phase
  std::int64_t pretrain_passes = 0;   ///< of a first phase that learns the edge targets alone
  std::int64_t validate_every = 500;  ///< passes between two looks at the validation part
  std::string optimiser = "adam";     ///< or "soap"
  bool standardised = false;          ///< steps as if the inputs of all layers had mean 0 and variance 1
  double rate = 1e-4;                 ///< of the optimiser, at its highest
  std::string schedule = "constant";  ///< or "cosine": a rise over the first 5 %, then down to nothing as a cosine
  double beta1 = 0.9;                 ///< of the optimiser: share of the last mean gradient that is kept
  double clip = 1.0;                  ///< largest norm of a step's gradient; 0: none
  double decay = 0;                   ///< weight of the sum of squares of all parameters in the loss
  double node_share = 1;              ///< weight of the nodes' loss; the edges' has the rest
  double dropout = 0;                 ///< se3: share of hidden radial units left out
  std::string positions = "thermal";  ///< that the graph is made of; or "inherent", "cage"
  std::string augmentation = "axes";  ///< botan, bapst: axes change places and signs; or "rotations": any
  std::vector<std::string> labels{};  ///< to learn; empty: all
  std::vector<double> times{};        ///< to learn; empty: all
  std::string initial{};              ///< npz file of first parameters, by the names of the network; empty: random ones

  bool operator==(const GraphLearning&) const = default;
};

struct LearningSettings {
  std::uint64_t seed = 0;                                 ///< of the campaign
  std::int64_t networks = 4;                              ///< glassmlp: networks that differ in their seed, averaged
  std::array<std::int64_t, 4> epochs{300, 100, 50, 100};  ///< glassmlp: of the two parts of its two stages
  double softness_share = 0.1;  ///< softness: share of particles that is called soft, and hard
  /// Of networks on graphs by name: those that come with the program, and those of one's own that something is said of.
  std::map<std::string, GraphLearning> graphs{
      {"botan", {.pretrain_passes = 2500, .node_share = 0.4}},
      {"bapst", {}},
      {"se3", {.rate = 1e-3, .beta1 = 0.99, .clip = 0, .decay = 1e-7, .dropout = 0.3}}};
  std::vector<std::string> species;  ///< whose particles models learn; empty: all

  /// How the network of that name is trained; for a name that nothing is said of, as by default.
  GraphLearning graph(const std::string& name) const {
    const auto found = graphs.find(name);
    return found == graphs.end() ? GraphLearning() : found->second;
  }

  bool learns(const std::string& name) const {
    return species.empty() || std::find(species.begin(), species.end(), name) != species.end();
  }

  bool operator==(const LearningSettings&) const = default;
};

}  // namespace glassforge
