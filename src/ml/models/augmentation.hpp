/// Turns of space that leave all targets as they are: what a network that is not invariant learns from besides.
#pragma once

#include <array>

#include "ml/models/graph_network.hpp"

namespace glassforge::ml {

enum class Augmentation {
  none,
  axes,      ///< axes change places and signs: the 48 (2D: 8) of a cube (square)
  rotations  ///< any rotation or reflection
};

/// InputError with the known names where `name` is neither "axes" nor "rotations".
Augmentation parseAugmentation(const std::string& name);

/// Orthogonal; the first D rows and columns count. Axis d becomes sum_k turn[d][k] x_k.
using Turn = std::array<std::array<double, 3>, 3>;

constexpr Turn unturned{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};

/// Of one pass: uniform over the turns of that kind, from the key alone. Formulas: docs/formulas_ml.md, "Augmentation".
Turn drawTurn(Augmentation kind, const PassKey& key, int dimension);

}  // namespace glassforge::ml
