/// What searches in single precision share.
#pragma once

namespace glassforge::md {

/// Of a length: what distances in single precision may be off by.
inline constexpr double kSingleRounding = 4e-7;
/// Where padding stands: beyond any distance, its square still finite.
inline constexpr float kFarAway = 1e15F;

}  // namespace glassforge::md
