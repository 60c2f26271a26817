/// A network of encoders, message passing and one decoder, as BOTAN and that of Bapst et al. are (botan.cpp,
/// bapst.cpp).
#pragma once

#include <vector>

#include "ml/models/augmentation.hpp"
#include "ml/models/graph_network.hpp"
#include "ml/nn/decoder.hpp"
#include "ml/nn/message_passing.hpp"

namespace glassforge::ml {

/// Where the first values come from.
enum class FirstWeights {
  uniform,          ///< all in +-1 / sqrt(inputs), as torch's linear layers begin
  truncated_normal  ///< kernels of variance 1 / inputs cut off at two deviations, biases 0.1
};

struct MessageNetworkOptions {
  nn::MessageOrder order;
  int dimension = 3;
  std::vector<bool> learns;  ///< (species): whether its particles are in the loss
  FirstWeights first = FirstWeights::uniform;
  Augmentation augmentation = Augmentation::axes;  ///< of the offsets in training
};

/// Input of a node: its species as a number; of an edge: its offset. Loss: mean square error over the nodes learnt and
/// over all edges.
template <class Number>
class MessageNetwork final : public GraphNetwork<Number> {
 public:
  explicit MessageNetwork(const MessageNetworkOptions& options);

  std::vector<ParameterArray> layout() const override;
  void initialise(const StreamKey& key, std::span<Number> parameters, std::span<Number> statistics) const override;
  double addGradient(std::span<const Number> parameters, const GraphSample& sample, const PassKey& key,
                     const LossWeights& weights, std::span<Number> gradient, std::span<Number> statistics) override;
  std::vector<double> inputMoments() override;
  GraphPrediction predict(std::span<const Number> parameters, std::span<const Number> statistics,
                          const GraphSample& sample) override;

 private:
  void take(std::span<const Number> parameters);
  void setNodes(const GraphSample& sample);
  double learnNodes(const GraphSample& sample, double weight);
  double learnEdges(const GraphSample& sample, double weight);

  MessageNetworkOptions options_;
  nn::MessagePassing<Number> messages_;
  nn::Decoder<Number> decoder_;
  std::vector<Number> node_input_, offsets_, value_, slope_;
};

}  // namespace glassforge::ml
