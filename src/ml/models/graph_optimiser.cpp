#include "ml/models/graph_optimiser.hpp"

#include <functional>
#include <numeric>

#include "core/error.hpp"
#include "ml/nn/adam.hpp"
#include "ml/nn/soap.hpp"

namespace glassforge::ml {

namespace {

class AdamOptimiser : public GraphOptimiser {
 public:
  AdamOptimiser(const GraphLearning& learning, std::size_t parameters)
      : adam_(parameters, {learning.rate, learning.beta1, 0.999, 1e-8, true}) {}

  void step(std::span<float> parameters, std::span<const float> gradient, double rate) override {
    adam_.setRate(rate);
    adam_.step(parameters, gradient);
  }
  void save(Checkpoint& checkpoint, const std::string& prefix) const override {
    const auto& state = adam_.state();
    checkpoint.put(prefix + "adam/powers", Checkpoint::Reals{state.power1, state.power2});
    checkpoint.put(prefix + "adam/mean", Checkpoint::Reals(state.mean.begin(), state.mean.end()));
    checkpoint.put(prefix + "adam/square", Checkpoint::Reals(state.square.begin(), state.square.end()));
  }
  void load(const Checkpoint& checkpoint, const std::string& prefix) override {
    const std::size_t size = adam_.state().mean.size();
    const auto& powers = checkpoint.reals(prefix + "adam/powers", 2);
    const auto& mean = checkpoint.reals(prefix + "adam/mean", size);
    const auto& square = checkpoint.reals(prefix + "adam/square", size);
    adam_.setState({powers[0], powers[1], {mean.begin(), mean.end()}, {square.begin(), square.end()}});
  }

 private:
  nn::Adam<float> adam_;
};

/// Arrays of more than two extents as matrices of their last one.
std::vector<nn::MatrixBlock> blocksOf(const std::vector<ParameterArray>& layout) {
  std::vector<nn::MatrixBlock> blocks;
  for (const ParameterArray& array : layout) {
    const std::size_t columns = array.shape.empty() ? 1 : array.shape.back();
    const std::size_t all =
        std::accumulate(array.shape.begin(), array.shape.end(), std::size_t{1}, std::multiplies<>());
    blocks.push_back({columns == 0 ? 0 : all / columns, columns});
  }
  return blocks;
}

class SoapOptimiser : public GraphOptimiser {
 public:
  SoapOptimiser(const GraphLearning& learning, const std::vector<ParameterArray>& layout)
      : soap_(blocksOf(layout), {.rate = learning.rate, .beta1 = learning.beta1}) {}

  void step(std::span<float> parameters, std::span<const float> gradient, double rate) override {
    soap_.setRate(rate);
    soap_.step(parameters, gradient);
  }
  void save(Checkpoint& checkpoint, const std::string& prefix) const override {
    checkpoint.put(prefix + "soap", soap_.state());
  }
  void load(const Checkpoint& checkpoint, const std::string& prefix) override {
    soap_.setState(checkpoint.reals(prefix + "soap"));
  }

 private:
  nn::Soap<float> soap_;
};

}  // namespace

std::unique_ptr<GraphOptimiser> makeOptimiser(const GraphLearning& learning,
                                              const std::vector<ParameterArray>& layout) {
  if (learning.optimiser == "soap") return std::make_unique<SoapOptimiser>(learning, layout);
  require(learning.optimiser == "adam", "there is no optimiser \"{}\": adam or soap", learning.optimiser);
  return std::make_unique<AdamOptimiser>(learning, numbersIn(layout));
}

}  // namespace glassforge::ml
