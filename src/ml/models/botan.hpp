/// BOTAN (Shiba et al., JCP 158, 084503) and the network of Bapst et al. (Nat. Phys. 16, 448); docs/formulas_ml.md.
#pragma once

#include "ml/models/message_network.hpp"

namespace glassforge::ml {

MessageNetworkOptions botanOptions(const GraphNetworkRequest& request);
MessageNetworkOptions bapstOptions(const GraphNetworkRequest& request);

/// Learns the change of a pair's distance for every edge beside a number for every particle. 54,209 parameters in 3D.
GraphNetworkTraits botanTraits();
template <class Number>
std::unique_ptr<GraphNetwork<Number>> makeBotan(const GraphNetworkRequest& request);

/// Edges from a particle to itself, both states of both ends in every message, targets of the first species alone
/// unless [train] species says more.
GraphNetworkTraits bapstTraits();
template <class Number>
std::unique_ptr<GraphNetwork<Number>> makeBapst(const GraphNetworkRequest& request);

}  // namespace glassforge::ml
