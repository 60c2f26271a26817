/// Gradients of a mini-batch whose structures are held by several processes.
#pragma once

#include <functional>

#include "ml/models/reducer.hpp"
#include "ml/nn/network.hpp"

namespace glassforge::ml::nn {

/// Leaves in network.gradient() the sum over structures of what `addStructure(structure)` adds to it, and returns the
/// sum of the losses it returns. Each structure is done by one process, sums are taken in the order of `structures`, so
/// all processes end up with the same bits however many there are. Collective.
template <class Number>
double sumGradients(Network<Number>& network, const std::vector<std::int64_t>& structures, Reducer& reducer,
                    const std::function<double(std::int64_t structure)>& addStructure);

}  // namespace glassforge::ml::nn
