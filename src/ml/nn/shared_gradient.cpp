#include "ml/nn/shared_gradient.hpp"

namespace glassforge::ml::nn {

template <class Number>
double sumGradients(Network<Number>& network, const std::vector<std::int64_t>& structures, Reducer& reducer,
                    const std::function<double(std::int64_t structure)>& addStructure) {
  const std::size_t length = network.parameters().size() + 1;
  const auto total = reducer.sum(structures, length, [&](std::int64_t structure) {
    network.clearGradient();
    std::vector<double> block{addStructure(structure)};
    block.insert(block.end(), network.gradient().begin(), network.gradient().end());
    return block;
  });
  for (std::size_t i = 1; i < length; ++i) network.gradient()[i - 1] = static_cast<Number>(total[i]);
  return total.front();
}

template double sumGradients(Network<float>&, const std::vector<std::int64_t>&, Reducer&,
                             const std::function<double(std::int64_t)>&);
template double sumGradients(Network<double>&, const std::vector<std::int64_t>&, Reducer&,
                             const std::function<double(std::int64_t)>&);

}  // namespace glassforge::ml::nn
