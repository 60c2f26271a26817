/// The rotation-equivariant graph network of Pezzicoli, Charpiat and Landes, SciPost Phys. 16, 136 (2024).
#pragma once

#include <memory>
#include <string>

#include "ml/models/graph_network.hpp"

namespace glassforge::ml {

/// Edges within 2 sigma, no self loops; the energy of the inherent state of each particle is the feature (set EINH);
/// one network for all labels and times.
GraphNetworkTraits se3Traits();

/// Eight layers, each Convolution, batch normalisation and, but for the last, Gate (ml/nn), then Se3Decoder; the first
/// layer sees one-hot species and the energy. Sizes and statistics: docs/formulas_ml.md. InputError for more than seven
/// species (eight channels of input).
template <class Number>
std::unique_ptr<GraphNetwork<Number>> makeSe3(const GraphNetworkRequest& request);

}  // namespace glassforge::ml
